import {estimatesPrefill} from '../config/engine/aic-perf.ts'
import {FIRST_RELEASE, type Release} from '../config/release.ts'
import {
  type BenchmarkModels,
  type EngineArgs,
  type PoolName,
  plannerOf,
  poolsOf,
  type Scenario,
} from '../config/scenario.ts'
import {fail, ok, type Result, RunError} from '../core/result.ts'
import type {PrefillEstimate} from '../engine/routing/kv-router.ts'
import type {AicModel} from '../perf/aic/aic-model.ts'
import {createAicPerfModel} from '../perf/aic/aic-perf-model.ts'
import {type HostCode, loadAicModel} from '../perf/aic/load-aic-model.ts'
import type {FetchPerfFile} from '../perf/aic/load-manifest.ts'
import {
  type AicArgs,
  aicRequestKey,
  type ResolvedAicRequest,
  resolveAicRequest,
} from '../perf/aic/request/request.ts'
import {createFixedModel} from '../perf/fixed.ts'
import {CATALOGUE_MODELS} from '../perf/models/catalogue.ts'
import type {ModelConfig} from '../perf/models/model-config.ts'
import type {PerfModel} from '../perf/perf-model.ts'
import {polynomialModel} from '../perf/polynomial.ts'
import {createProfileModel, type ProfileTable} from '../perf/profile.ts'
import {
  type BenchmarkOptions,
  type BenchmarkPoints,
  computeBenchmarkPoints,
} from '../policies/dynamo/bootstrap.ts'
import type {PlannerHost16, PlannerInputs16} from './planner-inputs-1.6.ts'
import {sizeKvCaches} from './size-kv-caches.ts'

/** Where the host keeps what a run reads besides its trace. */
export interface TimingSources extends HostCode {
  readonly fetchPerfFile: FetchPerfFile
  /** The recorded profile the engine args name. */
  readonly loadProfile: (args: EngineArgs) => Promise<Result<ProfileTable>>
  /** Models the user brought; those of the catalogue are always known. */
  readonly models: () => readonly ModelConfig[]
  /** The model at a place of the host's file system; null where a name is no such place, or there is none. */
  readonly localModel: (path: string) => Result<ModelConfig> | null
  /** The files of a warm-up trace by its name, unpacked; absent where the host has no files. */
  readonly loadWarmup?: PlannerHost16['loadWarmup']
}

export interface PreparedTiming {
  readonly perfModelFor: (pool: PoolName) => PerfModel
  readonly bootstrap: BenchmarkPoints | null
  readonly prefillEstimate: PrefillEstimate | null
  /** For 1.6.1's planner alone. */
  readonly tablePassMs?: PlannerInputs16['tablePassMs']
  readonly warmup?: PlannerInputs16['warmup']
  /** Sentences for the user: versions mapped, a bootstrap that was not possible. */
  readonly notices: readonly string[]
}

/**
 * Loads the pass-time models of a scenario and the benchmark points its planner starts from. One instance serves many
 * runs: models are kept, so that the points of a sweep load their tables once.
 */
export class TimingLoader {
  readonly #sources: TimingSources
  readonly #aicModels = new Map<string, Promise<Result<AicModel>>>()

  constructor(sources: TimingSources) {
    this.#sources = sources
  }

  /** The scenario with every pool's KV capacity, worked out where its engine args leave that to the GPU's memory. */
  sizeKvCaches(scenario: Scenario): Result<Scenario> {
    return sizeKvCaches(scenario, args => this.#request(args, releaseOf(scenario)))
  }

  async prepare(scenario: Scenario): Promise<Result<PreparedTiming>> {
    const notices = new Set<string>()
    const models = new Map<PoolName, () => PerfModel>()
    for (const [pool, {args}] of poolsOf(scenario.fleet)) {
      const model = await this.#perfModel(scenario, args, notices)
      if (!model.ok) return model
      models.set(pool, model.value)
    }
    const planner = await this.#planner(scenario, notices)
    if (!planner.ok) return planner
    const estimate = await this.#prefillEstimate(scenario, notices)
    if (!estimate.ok) return estimate
    return ok({
      perfModelFor: pool => models.get(pool)!(),
      ...planner.value,
      prefillEstimate: estimate.value,
      notices: [...notices],
    })
  }

  async #planner(
    scenario: Scenario,
    notices: Set<string>,
  ): Promise<Result<PlannerInputs16 | Pick<PlannerInputs16, 'bootstrap'>>> {
    const {scaling} = scenario
    if (scaling.policy === 'dynamo' && scaling.release === '1.6.1') {
      const {loadWarmup} = this.#sources
      const loadModel: PlannerHost16['loadModel'] = args => this.#aicModel(args, releaseOf(scenario), notices)
      const host = {loadModel, ...(loadWarmup === undefined ? {} : {loadWarmup})}
      const {preparePlanner16} = await import('./planner-inputs-1.6.ts')
      return preparePlanner16(scenario, scaling.config, host, notices)
    }
    const bootstrap = await this.#bootstrap(scenario, notices)
    return bootstrap.ok ? ok({bootstrap: bootstrap.value}) : bootstrap
  }

  async #perfModel(
    scenario: Scenario,
    args: EngineArgs,
    notices: Set<string>,
  ): Promise<Result<() => PerfModel>> {
    switch (args.timing ?? scenario.engineTiming) {
      case 'polynomial':
        return ok(() => polynomialModel)
      case 'profile': {
        const table = await this.#sources.loadProfile(args)
        return table.ok ? ok(() => createProfileModel(table.value)) : table
      }
      case 'fixed':
        return ok(() => createFixedModel(args.fixed_prefill_ms ?? 0, args.fixed_decode_ms ?? 0))
      case 'aic': {
        const model = await this.#aicModel(args, releaseOf(scenario), notices)
        // Counts of lookups belong to one run, so every run and pool has a model of its own over the shared tables.
        return model.ok ? ok(() => createAicPerfModel(model.value)) : model
      }
    }
  }

  async #aicModel(args: AicArgs, release: Release, notices: Set<string>): Promise<Result<AicModel>> {
    const model = await this.loadModel(args, release)
    if (model.ok) for (const notice of model.value.request.notices) notices.add(notice)
    return model
  }

  /** The GPU tables of an engine, shared by all runs that name the same one. */
  async loadModel(args: AicArgs, release: Release): Promise<Result<AicModel>> {
    const request = this.#request(args, release)
    if (!request.ok) return request
    const key = aicRequestKey(request.value)
    const known = this.#aicModels.get(key)
    if (known !== undefined) return known
    const loading = loadAicModel(request.value, this.#sources.fetchPerfFile, this.#sources)
    this.#aicModels.set(key, loading)
    const loaded = await loading
    // A failed download must not be remembered: a retry should try again.
    if (!loaded.ok) this.#aicModels.delete(key)
    return loaded
  }

  #request(args: AicArgs, release: Release): Result<ResolvedAicRequest> {
    const local = this.#sources.localModel(args.aic_model_path ?? '')
    if (local !== null && !local.ok) return local
    const models = local === null ? [...this.#sources.models(), ...CATALOGUE_MODELS] : [local.value]
    return resolveAicRequest(args, models, release)
  }

  /** One prompt by itself, from the tables the `--aic-*` flags name; they need not be the engine's. */
  async #prefillEstimate(scenario: Scenario, notices: Set<string>): Promise<Result<PrefillEstimate | null>> {
    if (!estimatesPrefill(scenario) || scenario.aicPerf === undefined) return ok(null)
    const spread = {aic_moe_tp_size: null, aic_moe_ep_size: null, aic_attention_dp_size: null}
    const model = await this.#aicModel({...scenario.aicPerf, ...spread}, releaseOf(scenario), notices)
    if (!model.ok) return model
    const perf = createAicPerfModel(model.value)
    return ok((newTokens, cachedTokens) => {
      try {
        return perf.prefillMs(1, newTokens, cachedTokens)
      } catch (error) {
        // Where the tables have nothing to say the reference goes on without an estimate.
        if (error instanceof RunError) return null
        throw error
      }
    })
  }

  /** The planner's regressions start from AIC numbers when the target is `sla` and the args name a model (planner.md 9). */
  async #bootstrap(scenario: Scenario, notices: Set<string>): Promise<Result<BenchmarkPoints | null>> {
    if (plannerOf(scenario)?.optimization_target !== 'sla') return ok(null)
    const {fleet} = scenario
    const prefillArgs = fleet.topology === 'agg' ? fleet.workers.args : fleet.prefill.args
    const decodeArgs = fleet.topology === 'agg' ? fleet.workers.args : fleet.decode.args
    const models = benchmarkModelsOf(scenario, prefillArgs, decodeArgs)
    if (models === null) {
      notices.add(
        "The planner's regressions start empty: set aic_backend, aic_system and aic_model_path to start them from GPU tables.",
      )
      return ok(null)
    }
    const prefillModel = await this.#aicModel(models.prefill, releaseOf(scenario), notices)
    if (!prefillModel.ok) return prefillModel
    const decodeModel = await this.#aicModel(models.decode, releaseOf(scenario), notices)
    if (!decodeModel.ok) return decodeModel
    const points = benchmark({
      prefillModel: prefillModel.value,
      decodeModel: decodeModel.value,
      prefillArgs,
      decodeArgs,
      granularity: scenario.benchmarkGranularity,
    })
    if (!points.ok) {
      notices.add(
        `AIC benchmark generation failed, the planner's regressions start empty: ${points.error.message}.`,
      )
      return ok(null)
    }
    const {prefill, decode} = points.value
    if (fleet.topology === 'disagg' && (prefill.length === 0 || decode.length === 0)) {
      notices.add(`AIC produced empty benchmark FPMs (prefill=${prefill.length}, decode=${decode.length}).`)
      return ok(null)
    }
    return points
  }
}

function releaseOf(scenario: Scenario): Release {
  return scenario.release ?? FIRST_RELEASE
}

/** 1.2.1 asks one engine, that of prefill, for both; 1.6.1 each for its own. */
function benchmarkModelsOf(
  {release}: Scenario,
  prefillArgs: EngineArgs,
  decodeArgs: EngineArgs,
): BenchmarkModels | null {
  const isNamed = (args: EngineArgs) =>
    args.aic_backend !== null && args.aic_system !== null && args.aic_model_path !== null
  if (release !== '1.6.1') return isNamed(prefillArgs) ? {prefill: prefillArgs, decode: prefillArgs} : null
  if (isNamed(prefillArgs) && isNamed(decodeArgs)) return {prefill: prefillArgs, decode: decodeArgs}
  return null
}

function benchmark(options: BenchmarkOptions): Result<BenchmarkPoints> {
  try {
    return ok(computeBenchmarkPoints(options))
  } catch (error) {
    if (error instanceof RunError) return fail(error.message)
    throw error
  }
}
