import type {PlannerConfig} from '../../config/scenario.ts'
import {RunError} from '../../core/result.ts'
import {ms} from '../../core/units.ts'
import type {EngineObservation, PoolObservation, ReplayEngine} from '../../engine/observation.ts'
import type {BenchmarkPoints} from './bootstrap.ts'
import type {EngineCapabilities} from './capabilities.ts'
import {
  addEarlierPasses,
  createEngineCaches,
  createLoadModels,
  type EngineCaches,
  type LoadModels,
  loadBenchmark,
} from './load-models.ts'
import {predictorNotice} from './predictors/create.ts'
import type {Component, EngineTickView, PlannerRecord, ScalingEvent, TickRecord} from './record.ts'
import type {EngineLoad, LatencySide} from './rules-1.2/latency-side.ts'
import type {ScaleTarget} from './rules-1.2/load-scaling.ts'
import {type ScheduledTick, TickSchedule} from './rules-1.2/tick-schedule.ts'
import {StateMachine, type TickOutcome, type TrafficObservation} from './state-machine.ts'

export interface PlannerOptions {
  readonly engine: ReplayEngine
  readonly config: PlannerConfig
  readonly topology: 'agg' | 'disagg'
  /** An aggregated pool is described under `decode`. */
  readonly capabilities: {readonly prefill: EngineCapabilities | null; readonly decode: EngineCapabilities}
  readonly bootstrap: BenchmarkPoints | null
  /** Events between two yields, about. */
  readonly maxEventsPerStep?: number
  /** Shifts the first ticks later by this many seconds; 0 is the reference. */
  readonly phaseShiftS?: number
}

/**
 * Idle ticks in a row before the run is given up: nothing will ever happen again. At the usual interval of 5 s
 * this is more than a day of silence.
 */
const MAX_IDLE_TICKS = 20_000

/** A tick that repeats this often while the fleet keeps changing without any event goes on for ever, too. */
const MAX_REPEATS = 100

/**
 * Drives an engine to its end with the planner in the loop (planner.md 0 and 3). Yields whenever the engine wants
 * to be called again, and between ticks, so that the host can pause, draw or cancel.
 * @throws RunError where nothing is ever going to happen any more
 */
export function* runPlanner(options: PlannerOptions): Generator<void, PlannerRecord, void> {
  const {engine, maxEventsPerStep = 20_000} = options
  const run = new PlannerRun(options)
  for (;;) {
    const tick = run.nextTick()
    while (!engine.runUntil(ms(tick.atS * 1000), maxEventsPerStep)) yield
    const seen = engine.observe()
    // What happened since the last tick is then known to nobody: the reference drops it too.
    if (seen.isDone) return run.finish()
    run.handle(tick, seen)
    yield
  }
}

class PlannerRun {
  readonly #engine: ReplayEngine
  readonly #config: PlannerConfig
  readonly #isDisagg: boolean
  readonly #schedule: TickSchedule
  readonly #models: LoadModels
  readonly #caches: EngineCaches = createEngineCaches()
  readonly #machine: StateMachine
  readonly #ticks: TickRecord[] = []
  readonly #events: ScalingEvent[] = []
  readonly #meter: GpuMeter

  /** Replicas asked for and not yet all serving. */
  #targetPrefill: number | null = null
  #targetDecode: number | null = null
  #idleTicks = 0
  #repeats = 0
  #firstIdleS: number | null = null
  #previous: {atS: number; nowS: number; fleet: string} | null = null

  constructor(options: PlannerOptions) {
    const {config, topology, bootstrap} = options
    this.#engine = options.engine
    this.#config = config
    this.#isDisagg = topology === 'disagg'
    this.#schedule = new TickSchedule({
      loadIntervalS: config.load_adjustment_interval,
      throughputIntervalS: config.enable_throughput_scaling ? config.throughput_adjustment_interval : null,
      phaseShiftS: options.phaseShiftS ?? 0,
    })
    this.#models = createLoadModels(config, topology)
    if (bootstrap !== null) loadBenchmark(this.#models, bootstrap)
    this.#machine = new StateMachine({
      config,
      topology,
      capabilities: options.capabilities,
      models: this.#models,
    })
    this.#meter = new GpuMeter(config)
  }

  nextTick(): ScheduledTick {
    return this.#schedule.next()
  }

  handle(tick: ScheduledTick, seen: EngineObservation): void {
    const nowS = seen.nowMs / 1000
    if (tick.isLoad) this.#observePasses(seen)
    const traffic = tick.needsTraffic ? this.#observeTraffic() : null
    const outcome = this.#machine.onTick(tick, {
      traffic,
      prefill: counts(seen.prefill, this.#targetPrefill),
      decode: counts(seen.decode, this.#targetDecode),
      caches: tick.isLoad ? this.#caches : null,
    })
    const gpuHours = this.#meter.advance(nowS, seen.prefill.activeCount, seen.decode.activeCount)
    this.#ticks.push({
      ...tickFacts(tick, nowS, seen, gpuHours),
      ...trafficFacts(traffic),
      ...(outcome.scaleTo === null ? {} : {scale_to: outcome.scaleTo}),
      ...outcome.diagnostics,
      engines: tick.isLoad ? this.#engineViews(outcome) : [],
      explanation: {load: outcome.load, throughput: outcome.throughput, grounds: outcome.grounds},
    })
    this.#forgetReachedTargets(seen)
    if (outcome.scaleTo !== null) this.#apply(outcome.scaleTo, seen, nowS)
    this.#schedule.advance(tick, this.#schedulingTime(tick, nowS, seen))
  }

  finish(): PlannerRecord {
    return {
      totalTicks: this.#ticks.length,
      ticks: this.#ticks,
      scalingEvents: this.#events,
      gpuHours: this.#meter.hours,
      notices: this.#notices(),
    }
  }

  #notices(): readonly string[] {
    const notices: string[] = []
    const predictor = predictorNotice(this.#config)
    if (predictor !== null) notices.push(predictor)
    if (this.#firstIdleS !== null) {
      notices.push(
        `After ${this.#firstIdleS.toFixed(1)} s a whole planning interval passes without an event: the reference ` +
          'would repeat that tick for ever, this run steps on from tick to tick.',
      )
    }
    return notices
  }

  /** Passes of a tick that is no load tick are lost, as in the reference. */
  #observePasses(seen: EngineObservation): void {
    this.#caches.prefill.update(seen.prefill)
    this.#caches.decode.update(seen.decode)
    addEarlierPasses(this.#models, this.#caches, seen)
  }

  #observeTraffic(): TrafficObservation | null {
    const window = this.#engine.drainTraffic()
    if (!(window.durationS > 0)) return null
    const {durationS, numReq, avgIsl: isl, avgOsl: osl, avgKvHitRate: kvHitRate} = window
    return {durationS, numReq, isl, osl, kvHitRate}
  }

  #forgetReachedTargets(seen: EngineObservation): void {
    if (this.#targetPrefill === seen.prefill.activeCount) this.#targetPrefill = null
    if (this.#targetDecode === seen.decode.activeCount) this.#targetDecode = null
  }

  /** Compares with the serving counts only: what is still starting does not count. */
  #apply(scaleTo: ScaleTarget, seen: EngineObservation, nowS: number): void {
    const activePrefill = seen.prefill.activeCount
    const activeDecode = seen.decode.activeCount
    const prefill = scaleTo.num_prefill ?? activePrefill
    const decode = scaleTo.num_decode ?? activeDecode
    if (prefill === activePrefill && decode === activeDecode) return
    this.#engine.applyScaling({prefill, decode})
    if (this.#isDisagg && prefill !== activePrefill) {
      this.#targetPrefill = prefill
      this.#noteEvent(nowS, 'prefill', activePrefill, prefill)
    }
    if (decode !== activeDecode) {
      this.#targetDecode = decode
      this.#noteEvent(nowS, this.#isDisagg ? 'decode' : 'agg', activeDecode, decode)
    }
  }

  #noteEvent(nowS: number, component: Component, from: number, to: number): void {
    const reason = to > from ? 'scale_up' : 'scale_down'
    this.#events.push({at_s: nowS, component, from_count: from, to_count: to, reason})
  }

  /**
   * The time from which the next tick is counted: the last event's, as in the reference, unless that would bring
   * the same tick again for ever. Where no event falls into a whole interval the reference never ends
   * (planner.md 2); here the schedule then steps on from the tick itself.
   */
  #schedulingTime(tick: ScheduledTick, nowS: number, seen: EngineObservation): number {
    const previous = this.#previous
    const fleet = fleetState(seen)
    this.#previous = {atS: tick.atS, nowS, fleet}
    const isIdle = this.#idleTicks > 0
    if (previous === null || previous.nowS !== nowS || !(isIdle || previous.atS === tick.atS)) {
      this.#idleTicks = 0
      this.#repeats = 0
      return nowS
    }
    // A decision just applied may make something happen, so the repeated tick is given that chance.
    this.#repeats++
    if (!isIdle && fleet !== previous.fleet && this.#repeats < MAX_REPEATS) return nowS

    this.#idleTicks++
    if (this.#idleTicks > MAX_IDLE_TICKS) throw new RunError(stuckMessage(tick, seen))
    this.#firstIdleS ??= nowS
    return tick.atS
  }

  #engineViews(outcome: TickOutcome): readonly EngineTickView[] {
    const seen = outcome.load?.explanation ?? null
    const decode = this.#caches.decode.loads()
    if (!this.#isDisagg) return decode.map(load => engineView('decode', load, seen?.ttft, seen?.itl))
    return [
      ...this.#caches.prefill.loads().map(load => engineView('prefill', load, seen?.ttft, null)),
      ...decode.map(load => engineView('decode', load, null, seen?.itl)),
    ]
  }
}

/** GPU-hours as the reference counts them (planner.md 3.5): serving replicas, first tick to last. */
class GpuMeter {
  readonly #isOn: boolean
  readonly #gpusPerPrefill: number
  readonly #gpusPerDecode: number
  #lastTickS = 0
  #hours = 0

  constructor(config: PlannerConfig) {
    this.#isOn = config.report_interval_hours !== null || config.live_dashboard_port !== 0
    this.#gpusPerPrefill = config.prefill_engine_num_gpu ?? 0
    this.#gpusPerDecode = config.decode_engine_num_gpu ?? 0
  }

  get hours(): number {
    return this.#hours
  }

  advance(nowS: number, activePrefill: number, activeDecode: number): number {
    if (!this.#isOn) return 0
    if (this.#lastTickS > 0) {
      const gpus = activePrefill * this.#gpusPerPrefill + activeDecode * this.#gpusPerDecode
      this.#hours += gpus * ((nowS - this.#lastTickS) / 3600)
    }
    this.#lastTickS = nowS
    return this.#hours
  }
}

/** Everything a decision can change at once. */
function fleetState({prefill, decode}: EngineObservation): string {
  const pools = [prefill, decode].map(pool => [
    pool.activeCount,
    pool.startingCount,
    pool.drainingCount,
    pool.totalCount,
  ])
  return pools.join()
}

function counts(pool: PoolObservation, target: number | null): {ready: number; expected: number} {
  return {ready: pool.activeCount, expected: target ?? pool.activeCount}
}

function tickFacts(
  tick: ScheduledTick,
  nowS: number,
  {prefill, decode}: EngineObservation,
  gpuHours: number,
) {
  return {
    at_s: tick.atS,
    now_s: nowS,
    active_prefill: prefill.activeCount,
    active_decode: decode.activeCount,
    gpu_hours: gpuHours,
    is_load: tick.isLoad,
    is_throughput: tick.isThroughput,
    starting_prefill: prefill.startingCount,
    starting_decode: decode.startingCount,
    draining_prefill: prefill.drainingCount,
    draining_decode: decode.drainingCount,
  }
}

function trafficFacts(traffic: TrafficObservation | null): Pick<TickRecord, 'traffic'> {
  if (traffic === null) return {}
  const {durationS, numReq, isl, osl, kvHitRate} = traffic
  return {traffic: {duration_s: durationS, num_req: numReq, isl, osl, kv_hit_rate: kvHitRate}}
}

function engineView(
  pool: 'prefill' | 'decode',
  load: EngineLoad,
  ttft: LatencySide | null | undefined,
  itl: LatencySide | null | undefined,
): EngineTickView {
  const ttftMs = estimateOf(ttft, load.workerId)
  const itlMs = estimateOf(itl, load.workerId)
  return {
    pool,
    worker_id: load.workerId,
    scheduled_prefill_tokens: load.scheduledPrefillTokens,
    scheduled_decode_kv_tokens: load.scheduledDecodeKvTokens,
    queued_prefill_tokens: load.queuedPrefillTokens,
    queued_decode_kv_tokens: load.queuedDecodeKvTokens,
    ...(ttftMs === undefined ? {} : {estimated_ttft_ms: ttftMs}),
    ...(itlMs === undefined ? {} : {estimated_itl_ms: itlMs}),
  }
}

function estimateOf(side: LatencySide | null | undefined, workerId: number): number | undefined {
  return side?.checks.find(check => check.workerId === workerId)?.estimateMs ?? undefined
}

function stuckMessage(tick: ScheduledTick, {prefill, decode}: EngineObservation): string {
  const waited = `Nothing has happened for ${MAX_IDLE_TICKS} planner ticks, up to ${tick.atS.toFixed(0)} s`
  if (prefill.totalCount + decode.totalCount > 0) return `${waited}, though requests are left.`
  return `${waited}: no replica is left to serve the remaining requests (see planner max_gpu_budget).`
}
