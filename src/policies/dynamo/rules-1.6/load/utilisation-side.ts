import type {PlannerConfig16} from '../../../../config/planner/planner-shape-1.6.ts'
import {type ForwardPass, inIdOrder} from '../pass-times/forward-pass.ts'
import type {LoadReason16} from '../reasons.ts'

/** Load of one engine as a share of a capacity, and what the pool wishes for (planner-1.6.md 8.3). */
export interface UtilisationSide {
  readonly metric: 'prefill_queue' | 'kv_tokens'
  /** Tokens that count as 1; target `load` counts queued tokens themselves. null = unknown. */
  readonly capacityTokens: number | null
  readonly scaleUpAt: number
  readonly scaleDownAt: number
  readonly desired: number | null
  readonly reason: LoadReason16 | null
  readonly shares: readonly {readonly workerId: number; readonly share: number}[]
}

export type UtilisationPool = 'prefill' | 'decode' | 'agg'

interface Thresholds {
  readonly up: number
  readonly down: number
  /** The reference compares queues with >= and KV with >, and target `load` with >= and <= throughout. */
  readonly isUp: (share: number, threshold: number) => boolean
  readonly isDown: (share: number, threshold: number) => boolean
}

const atLeast = (share: number, threshold: number) => share >= threshold
const above = (share: number, threshold: number) => share > threshold
const below = (share: number, threshold: number) => share < threshold
const atMost = (share: number, threshold: number) => share <= threshold

const FIXED: Record<'prefill' | 'kv', Record<'throughput' | 'latency', Thresholds>> = {
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
  readonly config: PlannerConfig16
  /** What a share is taken of; target `load` needs none for queues. */
  readonly capacityTokens: number | null
  readonly replicas: number
  readonly fewest: number
}

/** Thresholds on queues and KV: up if any engine is high, down if all are low and would not be high with one less. */
export function decideUtilisationSide(
  engines: readonly ForwardPass[],
  settings: UtilisationSettings,
): UtilisationSide {
  const {pool, config, replicas, fewest} = settings
  const countsTokens = pool === 'prefill' && config.optimization_target === 'load'
  const capacityTokens = countsTokens ? 1 : settings.capacityTokens
  const unit = capacityTokens ?? 0
  const thresholds = thresholdsOf(config, pool)
  const shares = inIdOrder(unit > 0 ? engines : []).map(engine => ({
    workerId: engine.workerId,
    share: countedTokens(engine, pool) / unit,
  }))
  const side = {
    metric: pool === 'prefill' ? ('prefill_queue' as const) : ('kv_tokens' as const),
    capacityTokens,
    scaleUpAt: thresholds?.up ?? Number.NaN,
    scaleDownAt: thresholds?.down ?? Number.NaN,
    shares,
  }
  if (thresholds === null || replicas === 0 || shares.length === 0) {
    return {...side, desired: null, reason: 'insufficient_data'}
  }
  if (shares.some(({share}) => thresholds.isUp(share, thresholds.up))) {
    return {...side, desired: replicas + 1, reason: null}
  }
  if (replicas > 1 && shares.every(({share}) => thresholds.isDown(share, thresholds.down))) {
    const desired = Math.max(replicas - 1, fewest)
    return {
      ...side,
      desired: isTooFew(desired, replicas, shares, thresholds) ? replicas : desired,
      reason: null,
    }
  }
  return {...side, desired: null, reason: 'no_change'}
}

/** One engine less would make the fleet ask for one more at once. Compared with >= even where scaling up is not. */
function isTooFew(
  desired: number,
  replicas: number,
  shares: readonly {readonly share: number}[],
  {up}: Thresholds,
): boolean {
  if (!(desired > 0 && desired < replicas)) return false
  const highest = shares.reduce((most, {share}) => Math.max(most, share), Number.NEGATIVE_INFINITY)
  return (highest * replicas) / desired >= up
}

function thresholdsOf(config: PlannerConfig16, pool: UtilisationPool): Thresholds | null {
  const {optimization_target: target} = config
  if (target !== 'load') {
    return FIXED[pool === 'prefill' ? 'prefill' : 'kv'][target === 'latency' ? 'latency' : 'throughput']
  }
  const up = pool === 'prefill' ? config.prefill_scale_up_queue_tokens : config.decode_scale_up_kv_rate
  const down = pool === 'prefill' ? config.prefill_scale_down_queue_tokens : config.decode_scale_down_kv_rate
  if (up === null || down === null) return null
  const scale = pool === 'prefill' ? 1 : 100
  return {up: up / scale, down: down / scale, isUp: atLeast, isDown: atMost}
}

function countedTokens(engine: ForwardPass, pool: UtilisationPool): number {
  if (pool === 'prefill') return engine.queuedPrefillTokens
  const kvTokens = engine.decodeKvTokens + engine.queuedDecodeKvTokens
  return pool === 'agg' ? kvTokens + engine.queuedPrefillTokens : kvTokens
}
