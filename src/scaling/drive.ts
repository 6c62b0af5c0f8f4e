import {RunError} from '../core/result.ts'
import {ms} from '../core/units.ts'
import type {EngineObservation, PoolObservation, ReplayEngine, TrafficWindow} from '../engine/observation.ts'
import {GpuMeter, type PoolGpus} from './gpu-meter.ts'
import {IdleGuard} from './idle-guard.ts'
import type {PolicyTick, ScaleTargets, ScalingPolicy, TaggedDetail} from './policy.ts'
import type {Component, ScalingEvent, ScalingRecord, TickRecord, TickTraffic} from './record.ts'
import {SilenceGuard} from './silence-guard.ts'

export interface DriveOptions<Detail extends TaggedDetail> {
  readonly engine: ReplayEngine
  readonly policy: ScalingPolicy<Detail>
  readonly topology: 'agg' | 'disagg'
  /** What an instance counts for in GPU-hours; null = they are not counted. */
  readonly gpus: PoolGpus | null
  /** Events between two yields, about. */
  readonly maxEventsPerStep?: number
}

/**
 * Drives an engine to its end under a policy (planner.md 0 and 3): to each tick, there the policy sees and decides, and
 * what it wants is carried out. Yields whenever the engine wants to be called again, and between ticks, so that the host
 * can pause, draw or cancel.
 * @throws RunError where nothing is ever going to happen any more
 */
export function* drive<Detail extends TaggedDetail>(
  options: DriveOptions<Detail>,
): Generator<void, ScalingRecord<Detail>, void> {
  const {engine, policy, maxEventsPerStep = 20_000} = options
  const run = new DrivenRun(options)
  for (;;) {
    const tick = policy.nextTick()
    const looksNoMore = tick.atS === Number.POSITIVE_INFINITY
    if (looksNoMore && policy.comparesWith === 'serving') {
      while (!engine.runToEnd(maxEventsPerStep)) yield
      return run.finish()
    }
    while (!engine.runUntil(ms(tick.atS * 1000), maxEventsPerStep)) yield
    const seen = engine.observe()
    // What happened since the last tick is then known to nobody: the reference drops it too.
    if (seen.isDone) return run.finish()
    if (looksNoMore) throw new RunError(deadEndMessage(seen))
    run.handle(tick, seen)
    yield
  }
}

class DrivenRun<Detail extends TaggedDetail> {
  readonly #engine: ReplayEngine
  readonly #policy: ScalingPolicy<Detail>
  readonly #isDisagg: boolean
  readonly #meter: GpuMeter
  /** It acts at its own moments, whether or not anything happens then; else at the last event, as 1.2.1's planner. */
  readonly #isByClock: boolean
  readonly #idle = new IdleGuard()
  readonly #silence = new SilenceGuard()
  readonly #ticks: TickRecord<Detail>[] = []
  readonly #events: ScalingEvent[] = []
  #gpuHours = 0

  constructor({engine, policy, topology, gpus}: DriveOptions<Detail>) {
    this.#engine = engine
    this.#policy = policy
    this.#isByClock = policy.comparesWith === 'requested'
    this.#isDisagg = topology === 'disagg'
    this.#meter = new GpuMeter(gpus)
  }

  handle(tick: PolicyTick, found: EngineObservation): void {
    const seen = this.#isByClock ? this.#standAt(tick, found) : found
    const nowS = seen.nowMs / 1000
    const traffic = tick.drainsTraffic ? this.#drainTraffic() : null
    const {scaleTo, reason, detail, gpuHours} = this.#policy.decide(tick, seen, traffic)
    const metered = this.#meter.advance(nowS, seen.prefill.activeCount, seen.decode.activeCount)
    this.#gpuHours = gpuHours ?? metered
    if (tick.isLookOnly !== true)
      this.#ticks.push({
        at_s: tick.atS,
        now_s: nowS,
        ...poolCounts(seen),
        gpu_hours: this.#gpuHours,
        ...(traffic === null ? {} : {traffic: tickTraffic(traffic)}),
        ...(scaleTo === null ? {} : {scale_to: wanted(scaleTo)}),
        reason,
        detail,
      })
    if (scaleTo !== null) this.#apply(scaleTo, seen, nowS)
    this.#policy.advance(tick, this.#isByClock ? tick.atS : this.#idle.countedFrom(tick, seen))
  }

  finish(): ScalingRecord<Detail> {
    return {
      totalTicks: this.#ticks.length,
      ticks: this.#ticks,
      scalingEvents: this.#events,
      gpuHours: this.#gpuHours,
      notices: [...this.#policy.notices(), ...this.#ownNotices()],
    }
  }

  #ownNotices(): readonly string[] {
    const {firstIdleS} = this.#idle
    if (firstIdleS === null) return []
    return [
      `After ${firstIdleS.toFixed(1)} s a whole planning interval passes without an event: the reference ` +
        'would repeat that tick for ever, this run steps on from tick to tick.',
    ]
  }

  /** Only a run that goes on has its clock moved: its end is that of its last event. */
  #standAt(tick: PolicyTick, found: EngineObservation): EngineObservation {
    this.#silence.watch(tick, found)
    const nowMs = ms(tick.atS * 1000)
    this.#engine.standAt(nowMs)
    return {...found, nowMs}
  }

  #drainTraffic(): TrafficWindow | null {
    const window = this.#engine.drainTraffic()
    return window.durationS > 0 ? window : null
  }

  #apply(scaleTo: ScaleTargets, seen: EngineObservation, nowS: number): void {
    const fromPrefill = this.#countOf(seen.prefill)
    const fromDecode = this.#countOf(seen.decode)
    const prefill = scaleTo.prefill ?? fromPrefill
    const decode = scaleTo.decode ?? fromDecode
    if (prefill === fromPrefill && decode === fromDecode) return
    this.#engine.applyScaling({prefill, decode})
    if (this.#isDisagg && prefill !== fromPrefill) this.#noteEvent(nowS, 'prefill', fromPrefill, prefill)
    if (decode !== fromDecode) this.#noteEvent(nowS, this.#isDisagg ? 'decode' : 'agg', fromDecode, decode)
  }

  #countOf({activeCount, startingCount}: PoolObservation): number {
    return this.#policy.comparesWith === 'serving' ? activeCount : activeCount + startingCount
  }

  #noteEvent(nowS: number, component: Component, from: number, to: number): void {
    const reason = to > from ? 'scale_up' : 'scale_down'
    this.#events.push({at_s: nowS, component, from_count: from, to_count: to, reason})
  }
}

function deadEndMessage({fleet}: EngineObservation): string {
  const left = fleet.arrivedRequests - fleet.completedRequests
  return `the policy decides nothing more, and ${left} requests wait for a fleet that does not serve them`
}

function poolCounts({prefill, decode}: EngineObservation) {
  return {
    active_prefill: prefill.activeCount,
    active_decode: decode.activeCount,
    starting_prefill: prefill.startingCount,
    starting_decode: decode.startingCount,
    draining_prefill: prefill.drainingCount,
    draining_decode: decode.drainingCount,
  }
}

function wanted({prefill, decode}: ScaleTargets): {num_prefill?: number; num_decode?: number} {
  return {
    ...(prefill === null ? {} : {num_prefill: prefill}),
    ...(decode === null ? {} : {num_decode: decode}),
  }
}

function tickTraffic({durationS, numReq, avgIsl, avgOsl, avgKvHitRate}: TrafficWindow): TickTraffic {
  return {duration_s: durationS, num_req: numReq, isl: avgIsl, osl: avgOsl, kv_hit_rate: avgKvHitRate}
}
