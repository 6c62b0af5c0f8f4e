import type {PoolName} from '../../config/scenario.ts'
import type {InstanceState} from '../observation.ts'
import type {LifeRecord} from '../record/life-start.ts'
import type {LoadLane} from '../record/load-lane.ts'
import type {Placement} from '../routing/kv-router.ts'
import type {PassOutcome, PlannedPasses, Scheduler, SteadyPassObserver} from '../scheduler.ts'

/** One simulated serving process. */
export interface Instance {
  /** Unique over all pools of a run; what events refer to. */
  readonly serial: number
  /** Number within the pool: counts up, never reused. */
  readonly id: number
  /** Its place among those that have their turn at one moment (`TurnRanks`). */
  readonly turn: number
  /** Its place in columns over instances; another's when it is gone. */
  readonly lane: number
  readonly component: PoolName
  readonly scheduler: Scheduler
  state: InstanceState
  /** A pass is under way. */
  isBusy: boolean
  /** It waits among the pool's `ReadyInstances`. */
  isReady: boolean
  /** Outcome of the pass under way, to be applied when it ends; null while steady passes run ahead. */
  pending: PassOutcome | null
  /** Passes that only decode, planned up to the end of the pass under way in the queue of events; null = none that might be cut. */
  plan: PlannedPasses | null
  // While it is advanced alone (`Stretches`).
  endMs: number
  /** Order of its pass among those that end at one moment: when it began, then its turn; or FROM_QUEUE, then its order there. */
  sinceMs: number
  order: number
  readonly inbox: number[]
  /** Of the turn that the plan began with (`TurnRanks`). */
  planRank: number
  /** Requests sent here whose completion has not been applied yet. */
  inFlight: number
  /** Where its steady passes are told; null if nobody looks. */
  readonly steadyObserver: SteadyPassObserver | null
  /** Passes of no duration at `zeroPassMs`, to notice a livelock. */
  zeroPasses: number
  zeroPassMs: number
  /** Passes from its start on that are slow; they are computed one by one. */
  readonly slowPasses: number
  readonly record: LifeRecord
  readonly load: LoadLane
}

/** In place of a beginning: the pass began before the instance was alone. */
export const FROM_QUEUE = -1

export type Admission = Placement<Instance>
