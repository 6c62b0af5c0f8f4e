import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import type {ScaleTarget} from '../load-decision.ts'
import type {LoadPredictor} from '../predictors/predictor.ts'
import {createPredictor16} from './create-predictor.ts'
import type {TrafficSeries, WarmupInterval} from './forecaster.ts'
import type {InstanceCapabilities16, ReplicaCounts16} from './load/pool-load.ts'
import {CorrectedPassTimes, type TablePassMs} from './pass-times/corrected-pass-times.ts'
import type {ForwardPass} from './pass-times/forward-pass.ts'
import {LearnedPassTimes} from './pass-times/learned-pass-times.ts'
import {PassCache} from './pass-times/pass-cache.ts'
import {PerformanceModel} from './pass-times/performance-model.ts'
import {type PlannedRole, Planner16} from './planner.ts'
import type {InstanceRole} from './regression/features.ts'
import type {FleetSnapshot16, LearnedState, PoolSnapshot16, RoleFacts, TickRecord16} from './tick-record.ts'
import {type ScheduledTick16, TickSchedule16} from './tick-schedule.ts'
import {TrafficWindows} from './traffic-windows.ts'

export interface ReplayPlannerOptions {
  readonly config: PlannerConfig16
  /** An aggregated fleet has only `decode`. */
  readonly capabilities: RoleFacts<InstanceCapabilities16>
  /** Passes of a benchmark, learned before the first tick; null = none. */
  readonly bootstrap: {
    readonly prefill: readonly ForwardPass[]
    readonly decode: readonly ForwardPass[]
  } | null
  /** Intervals of a warm-up trace that the predictors have seen before. */
  readonly warmup: readonly WarmupInterval[]
  /** Pass times of tables, by role, where the config asks for them (`ais_perf_model`); absent = learned. */
  readonly tablePassMs?: Partial<Record<InstanceRole, TablePassMs>>
  readonly phaseShiftS?: number
  /** Seed of the order in which the stores of samples go through their buckets; absent or 0 = that of their keys. */
  readonly sampleOrderSeed?: number
  /** Absent: as configured. */
  readonly createPredictor?: (series: TrafficSeries) => LoadPredictor
}

/**
 * 1.6.1's planner in a replay: keeps the last pass of each instance, merges windows of traffic until they are read,
 * remembers targets under way, and counts GPU-hours its own way (planner-1.6.md 4, 11). It is told of the fleet and says
 * what it wants; it touches no engine.
 */
export class ReplayPlanner {
  readonly #config: PlannerConfig16
  readonly #schedule: TickSchedule16
  readonly #planner: Planner16
  readonly #roles: RoleFacts<LearnedRole>
  readonly #caches = {prefill: new PassCache(), decode: new PassCache()}
  readonly #windows = new TrafficWindows()
  readonly #pending: {prefill: number | null; decode: number | null} = {prefill: null, decode: null}
  #lastTickS = 0
  #gpuHours = 0

  constructor(options: ReplayPlannerOptions) {
    const {config} = options
    this.#config = config
    this.#schedule = new TickSchedule16({
      cadenceS: config.scale_interval_seconds,
      loadIntervalS: config.load_adjustment_interval,
      throughputIntervalS: config.enable_throughput_scaling ? config.throughput_adjustment_interval : null,
      hasLoadScaling: config.enable_load_scaling,
      isSla: config.optimization_target === 'sla',
      phaseShiftS: options.phaseShiftS ?? 0,
    })
    this.#roles = createRoles(options)
    const createPredictor = options.createPredictor ?? (() => createPredictor16(config))
    this.#planner = new Planner16({config, ...this.#roles, warmup: options.warmup, createPredictor})
  }

  /** The same until `advance`. */
  nextTick(): ScheduledTick16 {
    return this.#schedule.next()
  }

  /** The tick is over; what it called decides whose turn is next. */
  advance({tick, outcome}: TickRecord16): void {
    this.#schedule.advance(tick, outcome.calls)
  }

  /** Takes the decisions of the next tick. */
  decide(snapshot: FleetSnapshot16): TickRecord16 {
    const tick = this.#schedule.next()
    this.#takeIn(snapshot)
    const traffic = tick.needsTraffic ? this.#windows.consume() : null
    const counts = this.#countReplicas(snapshot)
    const passes = tick.needsPasses ? this.#observedPasses(snapshot) : null
    const outcome = this.#planner.onTick(tick, {
      traffic,
      prefill: counts.prefill && {...counts.prefill, passes: passes?.prefill ?? null},
      decode: {...counts.decode, passes: passes?.decode ?? null},
    })
    this.#countGpuHours(tick.atS, snapshot)
    this.#forgetReached(snapshot)
    const told = outcome.scaleTo === null ? null : this.#tell(outcome.scaleTo, snapshot)
    return {
      tick,
      snapshot,
      counts,
      traffic,
      passes,
      outcome,
      learned: this.#learned(),
      told,
      scaleTo: outcome.scaleTo,
      gpuHoursActive: this.#gpuHours,
    }
  }

  #takeIn({prefill, decode, window}: FleetSnapshot16): void {
    if (prefill !== null) this.#caches.prefill.update(prefill.passes, prefill.activeIds)
    this.#caches.decode.update(decode.passes, decode.activeIds)
    if (window !== null) this.#windows.add(window)
  }

  #observedPasses({prefill}: FleetSnapshot16): RoleFacts<readonly ForwardPass[]> {
    return {
      prefill: prefill === null ? null : this.#caches.prefill.passes(),
      decode: this.#caches.decode.passes(),
    }
  }

  #countReplicas({prefill, decode}: FleetSnapshot16): RoleFacts<ReplicaCounts16> {
    return {
      prefill: prefill === null ? null : replicaCounts(prefill, this.#pending.prefill),
      decode: replicaCounts(decode, this.#pending.decode),
    }
  }

  #countGpuHours(atS: number, {prefill, decode}: FleetSnapshot16): void {
    const {prefill_engine_num_gpu: prefillGpus, decode_engine_num_gpu: decodeGpus} = this.#config
    if (this.#lastTickS > 0) {
      const gpus =
        (prefill?.activeIds.length ?? 0) * (prefillGpus ?? 0) + decode.activeIds.length * (decodeGpus ?? 0)
      this.#gpuHours += gpus * ((atS - this.#lastTickS) / 3600)
    }
    this.#lastTickS = atS
  }

  #forgetReached({prefill, decode}: FleetSnapshot16): void {
    if (prefill !== null && this.#pending.prefill === requestedCount(prefill)) this.#pending.prefill = null
    if (this.#pending.decode === requestedCount(decode)) this.#pending.decode = null
  }

  /** Targets count what is starting, too: the same wish again while replicas start says nothing new. */
  #tell(scaleTo: ScaleTarget, snapshot: FleetSnapshot16): {prefill: number; decode: number} | null {
    const prefill = snapshot.prefill === null ? 0 : requestedCount(snapshot.prefill)
    const decode = requestedCount(snapshot.decode)
    const told = {prefill: scaleTo.num_prefill ?? prefill, decode: scaleTo.num_decode ?? decode}
    if (told.prefill === prefill && told.decode === decode) return null
    if (snapshot.prefill !== null && told.prefill !== prefill) this.#pending.prefill = told.prefill
    if (told.decode !== decode) this.#pending.decode = told.decode
    return told
  }

  #learned(): RoleFacts<LearnedState> | null {
    const {prefill, decode} = this.#roles
    if (decode.model === null) return null
    return {prefill: prefill === null ? null : learnedState(prefill), decode: learnedState(decode)}
  }
}

interface LearnedRole extends PlannedRole {
  /** null where pass times are not learned. */
  readonly times: LearnedPassTimes | null
}

function learnedState({model, times}: LearnedRole): LearnedState {
  return {
    averages: model?.averages() ?? {isl: 0, decodeLength: 0, prefillRequests: 0, prefillTokens: 0},
    stores: times?.stores() ?? [],
  }
}

function replicaCounts(pool: PoolSnapshot16, pending: number | null): ReplicaCounts16 {
  const requested = requestedCount(pool)
  return {
    ready: pool.activeIds.length,
    expected: pending ?? requested,
    isInProgress: pending !== null && pending !== requested,
  }
}

/** Serving and starting replicas. */
function requestedCount({activeIds, startingIds}: PoolSnapshot16): number {
  return activeIds.length + startingIds.length
}

/** What the queries assume of limits that are unknown (planner-1.6.md 2). */
const USUAL_LIMITS = {maxBatchedTokens: 8192, maxSeqs: 512, maxKvTokens: 2_000_000}

function createRoles(options: ReplayPlannerOptions): RoleFacts<LearnedRole> {
  const {capabilities, bootstrap} = options
  const decode = createRole(
    options,
    capabilities.prefill === null ? 'aggregated' : 'decode',
    capabilities.decode,
  )
  const prefill = capabilities.prefill && createRole(options, 'prefill', capabilities.prefill)
  if (bootstrap === null) return {prefill, decode}
  if (prefill === null) decode.model?.observeBenchmark([...bootstrap.prefill, ...bootstrap.decode])
  else if (bootstrap.prefill.length > 0 && bootstrap.decode.length > 0) {
    prefill.model?.observeBenchmark(bootstrap.prefill)
    decode.model?.observeBenchmark(bootstrap.decode)
  }
  return {prefill, decode}
}

function createRole(
  {config, tablePassMs, sampleOrderSeed = 0}: ReplayPlannerOptions,
  role: InstanceRole,
  capabilities: InstanceCapabilities16,
): LearnedRole {
  if (config.optimization_target !== 'sla') return {capabilities, model: null, times: null}
  const regression = {
    maxSamples: config.max_num_fpm_samples,
    bucketCount: config.fpm_sample_bucket_size,
    minObservations: config.load_min_observations,
    sampleOrderSeed,
  }
  const limits = {
    maxBatchedTokens: capabilities.maxBatchedTokens ?? USUAL_LIMITS.maxBatchedTokens,
    maxSeqs: capabilities.maxSeqs ?? USUAL_LIMITS.maxSeqs,
    maxKvTokens: capabilities.maxKvTokens ?? USUAL_LIMITS.maxKvTokens,
  }
  const tableMs = tablePassMs?.[role]
  const window = config.max_num_fpm_samples
  if (tableMs !== undefined) {
    const corrected = new CorrectedPassTimes({...regression, role, limits, tableMs})
    return {capabilities, model: new PerformanceModel({role, limits, times: corrected, window}), times: null}
  }
  const times = new LearnedPassTimes(role, regression)
  return {capabilities, model: new PerformanceModel({role, limits, times, window}), times}
}
