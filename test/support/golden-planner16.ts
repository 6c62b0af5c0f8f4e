import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parsePlannerConfig16} from '../../src/config/planner/planner-config-1.6.ts'
import type {PlannerConfig16} from '../../src/config/planner/planner-shape-1.6.ts'
import {loadAicModel} from '../../src/perf/aic/load-aic-model.ts'
import {CATALOGUE_MODELS} from '../../src/perf/models/catalogue.ts'
import type {LoadPredictor} from '../../src/policies/dynamo/predictors/predictor.ts'
import {createPredictor16} from '../../src/policies/dynamo/rules-1.6/create-predictor.ts'
import type {TrafficSeries, WarmupInterval} from '../../src/policies/dynamo/rules-1.6/forecaster.ts'
import type {InstanceCapabilities16} from '../../src/policies/dynamo/rules-1.6/load/pool-load.ts'
import type {TablePassMs} from '../../src/policies/dynamo/rules-1.6/pass-times/corrected-pass-times.ts'
import type {ForwardPass} from '../../src/policies/dynamo/rules-1.6/pass-times/forward-pass.ts'
import type {InstanceRole} from '../../src/policies/dynamo/rules-1.6/regression/features.ts'
import {ReplayPlanner} from '../../src/policies/dynamo/rules-1.6/replay-planner.ts'
import {tickFields16} from '../../src/policies/dynamo/rules-1.6/tick-fields.ts'
import type {FleetSnapshot16, PoolSnapshot16} from '../../src/policies/dynamo/rules-1.6/tick-record.ts'
import {parseWarmupTrace} from '../../src/trace/formats/warmup-trace.ts'
import {type EngineFields, fetchFromDisk, requestOf, unwrap} from '../golden/perf012/fixtures.ts'
import {PROJECT, SHARED} from './shared.ts'

/** A golden file of the reference, as far as its planner goes. */
export interface PlannerGolden16 {
  readonly case: {readonly args: Record<string, unknown> & {readonly planner_config: Record<string, unknown>}}
  readonly planner?: {
    readonly capabilities: Record<'prefill' | 'decode', Record<string, number> | undefined>
    readonly bootstrap_fpms: Record<string, readonly (readonly number[])[] | undefined>
    readonly ticks: readonly GoldenTick[]
  }
}

type PoolIds = {readonly active?: number[]; readonly starting?: number[]; readonly draining?: number[]}

interface GoldenTick {
  readonly at_s: number
  readonly workers: {readonly prefill?: PoolIds; readonly decode?: PoolIds}
  readonly window?: Record<string, number>
  readonly fpm?: {readonly prefill?: readonly number[][]; readonly decode?: readonly number[][]}
  readonly predict?: Record<string, number>
  readonly [field: string]: unknown
}

/** How a run that was played back compares. */
export interface Comparison16 {
  /** The first difference of anything but predictions; null = none. */
  readonly difference: string | null
  /** Largest relative difference of a prediction. */
  readonly worstPrediction: number
  readonly predictor: PlannerConfig16['load_predictor']
}

/** Plays a recorded run back to our planner. */
export async function replayGolden16(golden: PlannerGolden16): Promise<Comparison16> {
  const recorded = golden.planner!
  const parsed = parsePlannerConfig16(golden.case.args.planner_config)
  if (!parsed.ok) throw new Error(parsed.error.message)
  const {config} = parsed.value
  const isDisagg = config.mode === 'disagg'
  const predictors: RecordedPredictor[] = []
  const planner = new ReplayPlanner({
    config,
    capabilities: {
      prefill: isDisagg ? capabilitiesOf(recorded.capabilities.prefill!) : null,
      decode: capabilitiesOf(recorded.capabilities.decode!),
    },
    bootstrap: bootstrapOf(recorded.bootstrap_fpms),
    warmup: warmupOf(config),
    tablePassMs: await tablesOf(config),
    createPredictor: series => {
      const predictor = new RecordedPredictor(createPredictor16(config), series, recorded.ticks)
      predictors.push(predictor)
      return predictor
    },
  })
  let difference: string | null = null
  for (const want of recorded.ticks) {
    const record = planner.decide(snapshotOf(want, isDisagg))
    planner.advance(record)
    difference ??= firstDifference(tickFields16(record), comparable(want), `${want.at_s} s`)
  }
  return {
    difference,
    worstPrediction: Math.max(0, ...predictors.map(({worst}) => worst)),
    predictor: config.load_predictor,
  }
}

/**
 * A predictor of ours that is held to the reference's predictions, and then passes those on: what follows from them is
 * compared to the last bit.
 */
class RecordedPredictor implements LoadPredictor {
  readonly #own: LoadPredictor
  readonly #recorded: readonly number[]
  #asked = 0
  /** Largest relative difference so far. */
  worst = 0

  constructor(own: LoadPredictor, series: TrafficSeries, ticks: readonly GoldenTick[]) {
    this.#own = own
    const field = {numReq: 'num_req', isl: 'isl', osl: 'osl'}[series]
    this.#recorded = ticks.flatMap(({predict}) => (predict?.[field] === undefined ? [] : [predict[field]]))
  }

  addDataPoint(value: number): void {
    this.#own.addDataPoint(value)
  }

  expectIdle(): void {
    this.#own.expectIdle()
  }

  predictNext(): number {
    const want = this.#recorded[this.#asked++]!
    const got = this.#own.predictNext()
    if (got !== want) this.worst = Math.max(this.worst, Math.abs(got - want) / Math.abs(want))
    return want
  }
}

/** The tables that `ais_perf_model` names. */
export async function tablesOf(config: PlannerConfig16): Promise<Partial<Record<InstanceRole, TablePassMs>>> {
  const tables: Partial<Record<InstanceRole, TablePassMs>> = {}
  for (const [role, identity] of Object.entries(config.ais_perf_model?.roles ?? {})) {
    const fields = {tp: 1, ...identity} as unknown as EngineFields
    const model = unwrap(await loadAicModel(requestOf(fields, CATALOGUE_MODELS, '1.6.1'), fetchFromDisk))
    tables[role as InstanceRole] = pass => model.forwardPassMs(pass)
  }
  return tables
}

export function warmupOf(config: PlannerConfig16): readonly WarmupInterval[] {
  const name = config.load_predictor_warmup_trace
  if (name === null) return []
  const text = readFileSync(
    join(SHARED ?? join(PROJECT, 'static-traces'), SHARED === null ? '' : 'traces', name),
    'utf8',
  )
  const parsed = parseWarmupTrace([{name, text}], config.throughput_adjustment_interval)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

function capabilitiesOf(given: Record<string, number>): InstanceCapabilities16 {
  return {
    gpusPerReplica: given.num_gpu!,
    maxBatchedTokens: given.max_num_batched_tokens ?? null,
    maxSeqs: given.max_num_seqs ?? null,
    maxKvTokens: given.max_kv_tokens ?? null,
    contextLength: given.context_length ?? null,
    speculativeNextn: given.speculative_nextn ?? null,
  }
}

export function bootstrapOf(fpms: Record<string, readonly (readonly number[])[] | undefined>) {
  const passes = Object.values(fpms).flatMap(list => list ?? [])
  if (passes.length === 0) return null
  const all = passes.map(([prefillRequests, prefillTokens, decodeRequests, decodeKvTokens, wallTimeS]) => ({
    ...IDLE,
    prefillRequests: prefillRequests!,
    prefillTokens: prefillTokens!,
    decodeRequests: decodeRequests!,
    decodeKvTokens: decodeKvTokens!,
    wallTimeS: wallTimeS!,
  }))
  return {
    prefill: all.filter(({prefillRequests}) => prefillRequests > 0),
    decode: all.filter(({decodeRequests}) => decodeRequests > 0),
  }
}

const IDLE: ForwardPass = {
  instanceId: 0,
  dpRank: 0,
  wallTimeS: 0,
  prefillRequests: 0,
  prefillTokens: 0,
  prefillKvTokens: 0,
  decodeRequests: 0,
  decodeKvTokens: 0,
  queuedPrefillRequests: 0,
  queuedPrefillTokens: 0,
  queuedDecodeRequests: 0,
  queuedDecodeKvTokens: 0,
}

function snapshotOf({workers, window, fpm}: GoldenTick, isDisagg: boolean): FleetSnapshot16 {
  return {
    prefill: isDisagg ? poolOf(workers.prefill, fpm?.prefill) : null,
    decode: poolOf(workers.decode, fpm?.decode),
    window:
      window === undefined
        ? null
        : {
            durationS: window.duration_s!,
            numReq: window.num_req!,
            avgIsl: window.avg_isl!,
            avgOsl: window.avg_osl!,
            shapeCount: window.shape_count!,
            avgTtftMs: window.avg_ttft_ms!,
            ttftCount: window.ttft_count!,
            avgItlMs: window.avg_itl_ms!,
            itlCount: window.itl_count!,
            avgKvHitRate: window.avg_kv_hit_rate!,
            hitRateCount: window.hit_rate_count!,
            avgAcceptLength: window.avg_accept_length ?? null,
            acceptLengthForwardCount: window.accept_length_forward_count!,
          },
  }
}

function poolOf(ids: PoolIds | undefined, rows: readonly number[][] = []): PoolSnapshot16 {
  return {
    activeIds: ids?.active ?? [],
    startingIds: ids?.starting ?? [],
    drainingIds: ids?.draining ?? [],
    passes: rows.map(row => ({
      instanceId: row[0]!,
      dpRank: row[1]!,
      wallTimeS: row[2]!,
      prefillRequests: row[3]!,
      prefillTokens: row[4]!,
      prefillKvTokens: row[6]!,
      decodeRequests: row[7]!,
      decodeKvTokens: row[8]!,
      queuedPrefillRequests: row[10]!,
      queuedPrefillTokens: row[11]!,
      queuedDecodeRequests: row[13]!,
      queuedDecodeKvTokens: row[14]!,
    })),
  }
}

/** Columns of variances, which nothing reads and we do not keep. */
const VARIANCES = new Set([5, 9, 12, 15])

export function comparable(tick: GoldenTick): Record<string, unknown> {
  const {fpm, capacity, ...rest} = tick as GoldenTick & {
    capacity?: {result: Record<string, unknown> | null}[]
  }
  const rows = (pool: readonly number[][]) =>
    pool.map(row => row.map((value, column) => (VARIANCES.has(column) ? null : value)))
  return {
    ...rest,
    ...(fpm === undefined
      ? {}
      : {fpm: Object.fromEntries(Object.entries(fpm).map(([pool, list]) => [pool, rows(list)]))}),
    ...(capacity === undefined ? {} : {capacity}),
  }
}

export function firstDifference(got: unknown, want: unknown, path: string, tolerance = 0): string | null {
  if (typeof got === 'object' && typeof want === 'object' && got !== null && want !== null) {
    const keys = new Set([...Object.keys(want), ...Object.keys(got)])
    for (const key of keys) {
      const difference = firstDifference(
        (got as Record<string, unknown>)[key],
        (want as Record<string, unknown>)[key],
        `${path}.${key}`,
        tolerance,
      )
      if (difference !== null) return difference
    }
    return null
  }
  if (
    typeof got === 'number' &&
    typeof want === 'number' &&
    Math.abs(got - want) <= tolerance * Math.abs(want)
  )
    return null
  return Object.is(got, want) ? null : `${path}: ${JSON.stringify(got)} for ${JSON.stringify(want)}`
}
