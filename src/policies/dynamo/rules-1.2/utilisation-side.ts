import type {EngineLoad} from './latency-side.ts'
import type {LoadReason} from './reasons.ts'

/** Load of one engine as a share of a capacity, and what the pool wishes for (planner.md 5.4). */
export interface UtilisationSide {
  readonly metric: 'prefill_queue' | 'kv_tokens'
  /** Tokens that count as 1; null = unknown. */
  readonly capacityTokens: number | null
  readonly scaleUpAt: number
  readonly scaleDownAt: number
  readonly desired: number | null
  readonly reason: LoadReason | null
  readonly shares: readonly {readonly workerId: number; readonly share: number}[]
}

export type UtilisationPool = 'prefill' | 'decode' | 'agg'

interface Thresholds {
  readonly up: number
  readonly down: number
  /** The reference compares queues with >= and KV with >; for latency, empty queues count as low. */
  readonly isUp: (share: number, threshold: number) => boolean
  readonly isDown: (share: number, threshold: number) => boolean
}

const atLeast = (share: number, threshold: number) => share >= threshold
const above = (share: number, threshold: number) => share > threshold
const below = (share: number, threshold: number) => share < threshold
const atMost = (share: number, threshold: number) => share <= threshold

const THRESHOLDS: Record<'prefill' | 'kv', Record<'throughput' | 'latency', Thresholds>> = {
  prefill: {
    throughput: {up: 1, down: 0.1, isUp: atLeast, isDown: below},
    latency: {up: 0.1, down: 0, isUp: atLeast, isDown: atMost},
  },
  kv: {
    throughput: {up: 1, down: 0.6, isUp: above, isDown: below},
    latency: {up: 0.4, down: 0.1, isUp: above, isDown: below},
  },
}

export interface UtilisationSettings {
  readonly pool: UtilisationPool
  readonly target: 'throughput' | 'latency'
  readonly capacityTokens: number | null
  readonly replicas: number
  readonly minEndpoint: number
}

/** Fixed thresholds of the targets `throughput` and `latency`: up if any engine is high, down if all are low. */
export function decideUtilisationSide(
  engines: readonly EngineLoad[],
  settings: UtilisationSettings,
): UtilisationSide {
  const {pool, capacityTokens, replicas} = settings
  const thresholds = THRESHOLDS[pool === 'prefill' ? 'prefill' : 'kv'][settings.target]
  const isKnown = capacityTokens !== null && capacityTokens > 0
  const shares = engines.map(engine => ({
    workerId: engine.workerId,
    share: isKnown ? countedTokens(engine, pool) / capacityTokens : Number.NaN,
  }))
  const side = {
    metric: pool === 'prefill' ? ('prefill_queue' as const) : ('kv_tokens' as const),
    capacityTokens,
    scaleUpAt: thresholds.up,
    scaleDownAt: thresholds.down,
    shares: isKnown ? shares : [],
  }
  if (!isKnown || replicas === 0 || engines.length === 0) {
    return {...side, desired: null, reason: 'insufficient_data'}
  }
  if (shares.some(({share}) => thresholds.isUp(share, thresholds.up))) {
    return {...side, desired: replicas + 1, reason: null}
  }
  if (replicas > 1 && shares.every(({share}) => thresholds.isDown(share, thresholds.down))) {
    return {...side, desired: Math.max(replicas - 1, settings.minEndpoint), reason: null}
  }
  return {...side, desired: null, reason: 'no_change'}
}

function countedTokens(engine: EngineLoad, pool: UtilisationPool): number {
  if (pool === 'prefill') return engine.queuedPrefillTokens
  const kvTokens = engine.scheduledDecodeKvTokens + engine.queuedDecodeKvTokens
  return pool === 'agg' ? kvTokens + engine.queuedPrefillTokens : kvTokens
}
