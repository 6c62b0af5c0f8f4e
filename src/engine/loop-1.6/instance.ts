import type {PoolName} from '../../config/scenario.ts'
import type {InstanceState} from '../observation.ts'
import type {LifeRecord} from '../record/life-start.ts'
import type {LoadLane} from '../record/load-lane.ts'
import type {PlannedPasses} from '../scheduler.ts'
import type {PassOutcome16, Scheduler16} from '../scheduler-1.6.ts'
import type {CacheIndex} from './cache-index.ts'
import type {LatestPass} from './latest-pass.ts'

/** One simulated serving process of generation 1.6. */
export interface Instance16 {
  /** Unique over both pools, those of the prefill pool first; what events refer to. */
  readonly subject: number
  /** Number within the pool: counts up, never reused. */
  readonly id: number
  readonly component: PoolName
  readonly scheduler: Scheduler16
  state: InstanceState
  /** A pass is under way. */
  isBusy: boolean
  /** It waits among the pool's `ReadyInstances`. */
  isReady: boolean
  pendingStartMs: number
  /** Outcome of the pass under way, to be applied when it ends; null while steady passes run ahead. */
  pending: PassOutcome16 | null
  /** Passes that only decode, planned up to the end of the pass under way in the queue of events; null = none that might be cut. */
  plan: PlannedPasses | null
  /** Of the turn that the plan began with (`TurnRanks`). */
  planRank: number
  /** What waits for the end of the pass under way. */
  readonly deferred: number[]
  /** Its last pass, for a policy; null if nobody looks. */
  readonly latest: LatestPass | null
  /** Its place in columns over instances; another's when it is gone. */
  readonly lane: number
  /** Where a KV router is told what it caches; null without such a router. */
  readonly caches: CacheIndex | null
  /** Passes from its start on that are slow; they are computed one by one. */
  readonly slowPasses: number
  readonly record: LifeRecord
  readonly load: LoadLane
  // While it is advanced alone (`Stretches`).
  endMs: number
  readonly inbox: number[]
}
