import type {PlannerConfig16} from '../../../../config/planner/planner-shape-1.6.ts'
import type {PairCounts} from '../../budget.ts'
import type {LoadDecision, LoadExplanation} from '../../load-decision.ts'
import type {ForwardPass} from '../pass-times/forward-pass.ts'
import type {InstanceEstimates} from '../pass-times/performance-model.ts'
import type {PairBudget} from './budget-guards.ts'
import type {LatencySide} from './latency-side.ts'
import type {UtilisationSide} from './utilisation-side.ts'

/** What the planner is told about one instance of a pool (planner-1.6.md 2). null = unknown. */
export interface InstanceCapabilities16 {
  readonly gpusPerReplica: number
  readonly maxBatchedTokens: number | null
  readonly maxSeqs: number | null
  readonly maxKvTokens: number | null
  readonly contextLength: number | null
  /** Depth of the instance's own speculation. */
  readonly speculativeNextn: number | null
}

/** Replicas of one pool at one tick (planner-1.6.md 4.4). */
export interface ReplicaCounts16 {
  readonly ready: number
  /** The last target while it is under way, else serving and starting ones. */
  readonly expected: number
  readonly isInProgress: boolean
}

/** One pool at one tick. */
export interface PoolLoad extends ReplicaCounts16 {
  /** Last pass of each rank of each instance, in the order in which they came to be known. */
  readonly instances: readonly ForwardPass[]
  /** null where the target needs none. */
  readonly estimates: InstanceEstimates | null
  readonly capabilities: InstanceCapabilities16
  /** Replicas that throughput scaling asks for at least. */
  readonly throughputBound: number
}

/** An aggregated fleet has only `decode`. */
export interface LoadInputs {
  readonly config: PlannerConfig16
  readonly prefill: PoolLoad | null
  readonly decode: PoolLoad
  readonly kvHitRate: number | null
  /** Tokens accepted per decode pass. */
  readonly acceptLength: number
}

export type LoadExplanation16 = LoadExplanation<LatencySide, UtilisationSide>
export type LoadDecision16 = LoadDecision<LatencySide, UtilisationSide>

export function fewestReplicas(config: PlannerConfig16, role: 'prefill' | 'decode'): number {
  const own = role === 'prefill' ? config.prefill_min_endpoint : config.decode_min_endpoint
  return own ?? config.min_endpoint
}

export function pairBudget(config: PlannerConfig16, gpus: PairCounts): PairBudget {
  return {
    maxGpus: config.max_gpu_budget,
    minGpus: config.min_gpu_budget,
    gpus,
    fewest: {prefill: fewestReplicas(config, 'prefill'), decode: fewestReplicas(config, 'decode')},
  }
}

/** Nothing is decided while a pool is on its way. */
export function isBlocked({isInProgress, expected, ready}: ReplicaCounts16): boolean {
  return isInProgress || expected !== ready
}

/** Every serving instance must have shown a pass, and each as many ranks as the others. */
export function isMiscounted({instances, ready}: PoolLoad): boolean {
  const ranks = new Map<number, number>()
  for (const {instanceId} of instances) ranks.set(instanceId, (ranks.get(instanceId) ?? 0) + 1)
  const [perInstance = 0] = ranks.values()
  return (
    ranks.size !== ready ||
    instances.length !== ready * perInstance ||
    [...ranks.values()].some(n => n !== perInstance)
  )
}
