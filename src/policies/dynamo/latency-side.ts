import type {LoadReason} from './reasons.ts'

/** One instance as one latency target sees it. */
export interface InstanceCheck {
  readonly instanceId: number
  /** Expected latency of the next request (TTFT) or pass (ITL) on this instance; null without an answer. */
  readonly estimateMs: number | null
  /** What this instance would show with one replica less; absent once an earlier instance ruled that out. */
  readonly consolidation?: ConsolidationCheck
}

/** Scaling down is safe for an instance while `valueMs` stays below `limitMs` and its KV fits the pool. */
export interface ConsolidationCheck {
  /** TTFT: part of it caused by the queue. ITL: the whole. null where an earlier check failed. */
  readonly valueMs: number | null
  readonly limitMs: number
  /** KV tokens the instance would hold. */
  readonly kvTokens: number
  readonly passes: boolean
}

/** What one latency target asks for, and why. */
export interface LatencySide<Check extends InstanceCheck = InstanceCheck> {
  readonly metric: 'ttft' | 'itl'
  readonly targetMs: number
  /** Replicas asked for; null = no wish. */
  readonly desired: number | null
  /** Set where `desired` is null. */
  readonly reason: LoadReason | null
  /** Scaling down was possible but judged unsafe. */
  readonly isRefused: boolean
  readonly checks: readonly Check[]
}
