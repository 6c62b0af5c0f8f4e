import {readIdentity} from '../config/planner/planner-models.ts'
import type {PlannerConfig16} from '../config/planner/planner-shape-1.6.ts'
import type {AicIdentity, EngineArgs, Scenario, WorkerType} from '../config/scenario.ts'
import {fail, ok, type Result, RunError} from '../core/result.ts'
import type {AicModel} from '../perf/aic/aic-model.ts'
import {type BenchmarkPoints, computeBenchmarkPoints} from '../policies/dynamo/bootstrap.ts'
import type {TablePassMs} from '../policies/dynamo/rules-1.6/pass-times/corrected-pass-times.ts'
import {parseWarmupTrace, type WarmupFile, type WarmupInterval} from '../trace/formats/warmup-trace.ts'

/** What 1.6.1's planner is given before its first tick. */
export interface PlannerInputs16 {
  readonly bootstrap: BenchmarkPoints | null
  readonly tablePassMs: Partial<Record<WorkerType, TablePassMs>>
  readonly warmup: readonly WarmupInterval[]
}

/** What the host has to fetch for it. */
export interface PlannerHost16 {
  readonly loadModel: (args: AicIdentity) => Promise<Result<AicModel>>
  /** The files of a warm-up trace by its name, unpacked; absent where the host has no files. */
  readonly loadWarmup?: (name: string) => Promise<Result<readonly WarmupFile[]>>
}

export async function preparePlanner16(
  scenario: Scenario,
  config: PlannerConfig16,
  host: PlannerHost16,
  notices: Set<string>,
): Promise<Result<PlannerInputs16>> {
  const warmup = await loadWarmup(config, host)
  if (!warmup.ok) return warmup
  if (config.optimization_target !== 'sla') return ok({bootstrap: null, tablePassMs: {}, warmup: []})
  const tables = await loadTables(config, host)
  if (!tables.ok) return tables
  const bootstrap = await loadBootstrap(scenario, host, notices)
  if (!bootstrap.ok) return bootstrap
  return ok({bootstrap: bootstrap.value, tablePassMs: tables.value, warmup: warmup.value})
}

async function loadWarmup(
  config: PlannerConfig16,
  {loadWarmup: load}: PlannerHost16,
): Promise<Result<readonly WarmupInterval[]>> {
  const name = config.load_predictor_warmup_trace
  if (name === null || !config.enable_throughput_scaling) return ok([])
  const field = 'planner.load_predictor_warmup_trace'
  if (load === undefined) return fail(`${field}: only the command line can read ${name}.`, field)
  const files = await load(name)
  return files.ok ? parseWarmupTrace(files.value, config.throughput_adjustment_interval) : files
}

async function loadTables(
  {ais_perf_model: named, mode}: PlannerConfig16,
  {loadModel}: PlannerHost16,
): Promise<Result<PlannerInputs16['tablePassMs']>> {
  const tables: Partial<Record<WorkerType, TablePassMs>> = {}
  if (named === null) return ok(tables)
  for (const role of rolesOf(mode === 'disagg')) {
    const identity = readIdentity(named.roles[role], role)
    if (!identity.ok) return fail(`planner.ais_perf_model.roles.${role}: ${identity.error.message}`)
    const model = await loadModel(identity.value)
    if (!model.ok) return model
    tables[role] = pass => answerOrNull(() => model.value.forwardPassMs(pass))
  }
  return ok(tables)
}

function rolesOf(isDisagg: boolean): readonly WorkerType[] {
  return isDisagg ? ['prefill', 'decode'] : ['aggregated']
}

/** Regressions start from tables where each role's engines, or the metadata in their place, name a GPU. */
async function loadBootstrap(
  scenario: Scenario,
  {loadModel}: PlannerHost16,
  notices: Set<string>,
): Promise<Result<BenchmarkPoints | null>> {
  const {fleet, plannerModels = {}} = scenario
  const prefillArgs = fleet.topology === 'agg' ? fleet.workers.args : fleet.prefill.args
  const decodeArgs = fleet.topology === 'agg' ? fleet.workers.args : fleet.decode.args
  const roles: readonly WorkerType[] =
    fleet.topology === 'agg' ? ['aggregated', 'aggregated'] : ['prefill', 'decode']
  const [prefill, decode] = [prefillArgs, decodeArgs].map((args, i) =>
    identityOf(args, plannerModels[roles[i]!]),
  )
  if (prefill == null || decode == null) {
    notices.add(
      "The planner's regressions start empty: neither engine args nor metadata name a GPU and a model.",
    )
    return ok(null)
  }
  const models = [await loadModel(prefill), await loadModel(decode)] as const
  for (const model of models) if (!model.ok) return model
  const [prefillModel, decodeModel] = models.map(model => (model.ok ? model.value : null))
  const points = answerOrNull(() =>
    computeBenchmarkPoints({
      prefillModel: prefillModel!,
      decodeModel: decodeModel!,
      prefillArgs,
      decodeArgs,
      granularity: scenario.benchmarkGranularity,
    }),
  )
  if (points === null)
    notices.add("The GPU tables give no benchmark, so the planner's regressions start empty.")
  return ok(points)
}

function identityOf(args: EngineArgs, metadata: AicIdentity | undefined): AicIdentity | null {
  return args.timing === 'aic' ? args : (metadata ?? null)
}

function answerOrNull<T>(ask: () => T): T | null {
  try {
    return ask()
  } catch (error) {
    if (error instanceof RunError) return null
    throw error
  }
}
