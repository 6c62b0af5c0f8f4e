import type {ScaleTarget} from '../load-decision.ts'
import type {ReplicaCounts16} from './load/pool-load.ts'
import type {ForwardPass} from './pass-times/forward-pass.ts'
import type {LoadAverages} from './pass-times/instance-query.ts'
import type {TickOutcome16} from './planner.ts'
import type {StoreState} from './regression/pass-time-regression.ts'
import type {ScheduledTick16} from './tick-schedule.ts'
import type {TrafficCounts, TrafficObservation16} from './traffic-windows.ts'

/** One pool as the planner finds it at a tick. Ids ascend. */
export interface PoolSnapshot16 {
  readonly activeIds: readonly number[]
  readonly startingIds: readonly number[]
  readonly drainingIds: readonly number[]
  /** The last pass of each rank of each serving instance since the last tick (planner-1.6.md 4.1). */
  readonly passes: readonly ForwardPass[]
}

/** All that the planner is told at a tick; an aggregated fleet has no `prefill`. */
export interface FleetSnapshot16 {
  readonly prefill: PoolSnapshot16 | null
  readonly decode: PoolSnapshot16
  /** Traffic since the last tick. */
  readonly window: TrafficCounts | null
}

/** What has been learned of one role's instances, after the tick's passes. */
export interface LearnedState {
  readonly averages: LoadAverages
  /** Empty where pass times are not learned. */
  readonly stores: readonly StoreState[]
}

export interface RoleFacts<T> {
  readonly prefill: T | null
  readonly decode: T
}

/** One tick: what the planner was told, and all that came of it. */
export interface TickRecord16 {
  readonly tick: ScheduledTick16
  readonly snapshot: FleetSnapshot16
  readonly counts: RoleFacts<ReplicaCounts16>
  readonly traffic: TrafficObservation16 | null
  /** What was looked at; null on ticks that do not read passes. */
  readonly passes: RoleFacts<readonly ForwardPass[]> | null
  readonly outcome: TickOutcome16
  /** null where the target needs none. */
  readonly learned: RoleFacts<LearnedState> | null
  /** Replicas the fleet was told to have; null = nothing was said. */
  readonly told: {readonly prefill: number; readonly decode: number} | null
  readonly scaleTo: ScaleTarget | null
  /** The planner's own count: serving replicas times configured GPUs, from the second tick on. */
  readonly gpuHoursActive: number
}
