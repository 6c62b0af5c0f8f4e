/** Load of one instance as a share of a capacity, and what the pool wishes for (planner.md 5.4, planner-1.6.md 8.3). */
export interface UtilisationSideOf<Reason> {
  readonly metric: 'prefill_queue' | 'kv_tokens'
  /** Tokens that count as 1; target `load` counts queued tokens themselves. null = unknown. */
  readonly capacityTokens: number | null
  readonly scaleUpAt: number
  readonly scaleDownAt: number
  /** Replicas asked for; null = no wish. */
  readonly desired: number | null
  readonly reason: Reason | null
  readonly shares: readonly {readonly instanceId: number; readonly share: number}[]
}

export type UtilisationPool = 'prefill' | 'decode' | 'agg'

export interface UtilisationThresholds {
  readonly up: number
  readonly down: number
  readonly isUp: (share: number, threshold: number) => boolean
  readonly isDown: (share: number, threshold: number) => boolean
}

export const atLeast = (share: number, threshold: number) => share >= threshold
const above = (share: number, threshold: number) => share > threshold
const below = (share: number, threshold: number) => share < threshold
export const atMost = (share: number, threshold: number) => share <= threshold

/** Those of the targets that bring their own, in both releases: queues are compared with >=, KV with >, and for latency no queue is low. */
const FIXED: Record<'prefill' | 'kv', Record<'throughput' | 'latency', UtilisationThresholds>> = {
  prefill: {
    throughput: {up: 1, down: 0.1, isUp: atLeast, isDown: below},
    latency: {up: 0.1, down: 0, isUp: atLeast, isDown: atMost},
  },
  kv: {
    throughput: {up: 1, down: 0.6, isUp: above, isDown: below},
    latency: {up: 0.4, down: 0.1, isUp: above, isDown: below},
  },
}

export function fixedThresholds(
  pool: UtilisationPool,
  target: 'throughput' | 'latency',
): UtilisationThresholds {
  return FIXED[pool === 'prefill' ? 'prefill' : 'kv'][target]
}

/** What of an instance's load counts in a pool: queued prompts before prefill, KV before decode, both where one does both. */
export function countedTokens(
  pool: UtilisationPool,
  load: {readonly queuedPrefillTokens: number; readonly queuedDecodeKvTokens: number},
  decodeKvTokens: number,
): number {
  if (pool === 'prefill') return load.queuedPrefillTokens
  const kvTokens = decodeKvTokens + load.queuedDecodeKvTokens
  return pool === 'agg' ? kvTokens + load.queuedPrefillTokens : kvTokens
}
