import {RunError} from '../core/result.ts'
import {ms} from '../core/units.ts'
import type {EngineObservation, PoolObservation, ReplayEngine} from '../engine/observation.ts'
import type {PolicyTick, ScalingPolicy, TaggedDetail} from './policy.ts'
import type {PolicyRecord, PolicyTickRecord, PoolCounts, ReplicaChange} from './policy-record.ts'

export interface PolicyRunOptions<Detail extends TaggedDetail> {
  readonly engine: ReplayEngine
  readonly policy: ScalingPolicy<Detail>
  readonly topology: 'agg' | 'disagg'
  /** Events between two yields, about. */
  readonly maxEventsPerStep?: number
}

/** Simulated time without a request served, or anything changed, after which a run is given up: nobody will wake it. */
const MAX_SILENCE_S = 2 * 86_400

/**
 * Drives an engine to its end under a policy that lives beside the fleet: it looks and decides at its own moments, whether or
 * not anything happens then. Yields whenever the engine wants to be called again, and between ticks.
 * @throws RunError where requests wait for a fleet that nobody is going to wake
 */
export function* runPolicy<Detail extends TaggedDetail>(
  options: PolicyRunOptions<Detail>,
): Generator<void, PolicyRecord<Detail>, void> {
  const {engine, policy, maxEventsPerStep = 20_000} = options
  const run = new PolicyRun(options)
  for (;;) {
    const tick = policy.nextTick()
    while (!engine.runUntil(ms(tick.atS * 1000), maxEventsPerStep)) yield
    const before = engine.observe()
    if (before.isDone || tick.atS === Number.POSITIVE_INFINITY) return run.finish(before)
    // Only a run that goes on has its clock moved: its end is that of its last event.
    engine.standAt(ms(tick.atS * 1000))
    run.handle(tick, engine.observe())
    policy.advance(tick, tick.atS)
    yield
  }
}

class PolicyRun<Detail extends TaggedDetail> {
  readonly #engine: ReplayEngine
  readonly #policy: ScalingPolicy<Detail>
  readonly #isDisagg: boolean
  readonly #ticks: PolicyTickRecord<Detail>[] = []
  readonly #changes: ReplicaChange[] = []
  #progress = ''
  #progressS = 0

  constructor({engine, policy, topology}: PolicyRunOptions<Detail>) {
    this.#engine = engine
    this.#policy = policy
    this.#isDisagg = topology === 'disagg'
  }

  handle(tick: PolicyTick, seen: EngineObservation): void {
    this.#guardAgainstSilence(tick, seen)
    const {scaleTo, reason, detail} = this.#policy.decide(tick, seen, this.#traffic(tick))
    const from = {prefill: countOf(seen.prefill), decode: countOf(seen.decode)}
    const prefill = this.#isDisagg ? (scaleTo?.prefill ?? null) : null
    const decode = scaleTo?.decode ?? null
    if (tick.isLookOnly !== true) {
      const target = {prefill, decode}
      this.#ticks.push({atS: tick.atS, prefill: from.prefill, decode: from.decode, target, reason, detail})
    }
    const wanted = {
      prefill: prefill ?? requestedOf(from.prefill),
      decode: decode ?? requestedOf(from.decode),
    }
    if (wanted.prefill === requestedOf(from.prefill) && wanted.decode === requestedOf(from.decode)) return
    this.#engine.applyScaling(wanted)
    this.#note(tick.atS, 'prefill', requestedOf(from.prefill), wanted.prefill)
    this.#note(tick.atS, this.#isDisagg ? 'decode' : 'agg', requestedOf(from.decode), wanted.decode)
  }

  finish(seen: EngineObservation): PolicyRecord<Detail> {
    if (!seen.isDone) throw new RunError(silentMessage(seen))
    return {ticks: this.#ticks, changes: this.#changes, notices: this.#policy.notices()}
  }

  #traffic(tick: PolicyTick): ReturnType<ReplayEngine['drainTraffic']> | null {
    if (!tick.drainsTraffic) return null
    const window = this.#engine.drainTraffic()
    return window.durationS > 0 ? window : null
  }

  #note(atS: number, component: ReplicaChange['component'], from: number, to: number): void {
    if (from !== to) this.#changes.push({atS, component, from, to})
  }

  #guardAgainstSilence({atS}: PolicyTick, {fleet, prefill, decode}: EngineObservation): void {
    const progress = [
      fleet.arrivedRequests,
      fleet.completedRequests,
      ...Object.values(countOf(prefill)),
      ...Object.values(countOf(decode)),
    ].join()
    if (progress !== this.#progress) {
      this.#progress = progress
      this.#progressS = atS
    } else if (atS - this.#progressS > MAX_SILENCE_S && fleet.arrivedRequests > fleet.completedRequests) {
      throw new RunError(
        `from ${this.#progressS} s on nothing happens: requests wait, and the policy changes nothing`,
      )
    }
  }
}

function silentMessage({fleet}: EngineObservation): string {
  const left = fleet.arrivedRequests - fleet.completedRequests
  return `the schedule has ended and ${left} requests wait for a fleet without replicas`
}

function countOf(pool: PoolObservation): PoolCounts {
  return {active: pool.activeCount, starting: pool.startingCount, draining: pool.drainingCount}
}

/** As `spec.replicas` counts: what is being deleted does not. */
function requestedOf({active, starting}: PoolCounts): number {
  return active + starting
}
