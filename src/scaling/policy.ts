import type {Scaling} from '../config/scenario.ts'
import type {EngineObservation, TrafficWindow} from '../engine/observation.ts'

/** When a policy looks next, and what it wants to be shown then. */
export interface PolicyTick {
  /** Simulated seconds. The driver runs the engine up to here, no further. */
  readonly atS: number
  /** Whether it looks at the forward passes; those of a tick that does not are lost to every later one. */
  readonly readsPasses: boolean
  /** Whether it reads the traffic completed since it last did, which starts a new window. */
  readonly drainsTraffic: boolean
  /** It only remembers what it sees, as a scraper does: there is no decision to record. Absent = it decides. */
  readonly isLookOnly?: boolean
}

/**
 * Replicas wanted, as absolute counts. An aggregated fleet has only `decode`, and its `prefill` is ignored; null =
 * leave that pool as it is.
 */
export interface ScaleTargets {
  readonly prefill: number | null
  readonly decode: number | null
}

/** What a policy tells of one decision, for the page and the exports; tagged, so that each is shown by its own code. */
export interface TaggedDetail {
  /** The name it has in links, on the command line and in reports. */
  readonly policy: Scaling['policy']
}

export interface PolicyDecision<Detail extends TaggedDetail = TaggedDetail> {
  /** null = leave the fleet alone. May equal what there is. */
  readonly scaleTo: ScaleTargets | null
  /** A short word of the policy's own, the same for the same kind of decision; null = nothing to say. */
  readonly reason: string | null
  readonly detail: Detail
  /** GPU-hours so far by the policy's own count, where it keeps one; absent = the driver's. */
  readonly gpuHours?: number
}

/**
 * An autoscaler: when it looks, and what it wants when it has looked. The driver (`drive.ts`) runs the engine, shows
 * what there is to see, and carries the decision out.
 *
 * A policy decides from what it is shown and what it remembers of that, as a real one does. It may not touch the
 * engine; it may not see the trace, what is still to arrive, or the output length of a request that is not over;
 * and it has no clock or randomness of its own. An observation holds only until `decide` returns: its passes and
 * gauges are the engine's own arrays, so what is to be remembered must be copied.
 */
export interface ScalingPolicy<Detail extends TaggedDetail = TaggedDetail> {
  /**
   * What a target is compared with, to tell whether it asks for a change: the replicas that serve, as 1.2.1's planner
   * does, which overlooks those still starting, and which lives by the engine's events; or those asked for, starting
   * ones included, as `spec.replicas` of a Kubernetes deployment is: such a policy lives by the clock, and sees and acts
   * at the moments it names.
   */
  readonly comparesWith: 'serving' | 'requested'

  /** The same answer until `advance`. Never before the tick advanced last. */
  nextTick(): PolicyTick

  /**
   * Once per tick, with the engine stopped at the last event up to the tick (`seen.nowMs`).
   * @param traffic null where the tick drains none, and for a window of no length
   */
  decide(tick: PolicyTick, seen: EngineObservation, traffic: TrafficWindow | null): PolicyDecision<Detail>

  /**
   * The tick is over.
   * @param nowS the time of the last event before the tick, which is when a policy that lives in the fleet took it; or
   *   the tick's own time where nothing has happened for a whole interval, since counting from the last event would
   *   bring the same tick for ever
   */
  advance(tick: PolicyTick, nowS: number): void

  /** What the reader of a result should know: caveats, steps taken where the original would fail. Asked at the end. */
  notices(): readonly string[]
}
