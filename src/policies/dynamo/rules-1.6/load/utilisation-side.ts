import type {PlannerConfig16} from '../../../../config/planner/planner-shape-1.6.ts'
import type {LoadReason} from '../../reasons.ts'
import {
  atLeast,
  atMost,
  countedTokens,
  fixedThresholds,
  type UtilisationPool,
  type UtilisationSideOf,
  type UtilisationThresholds,
} from '../../utilisation-thresholds.ts'
import {type ForwardPass, inIdOrder} from '../pass-times/forward-pass.ts'

export type UtilisationSide = UtilisationSideOf<LoadReason>

export interface UtilisationSettings {
  readonly pool: UtilisationPool
  readonly config: PlannerConfig16
  /** What a share is taken of; target `load` needs none for queues. */
  readonly capacityTokens: number | null
  readonly replicas: number
  readonly fewest: number
}

/** Thresholds on queues and KV: up if any instance is high, down if all are low and would not be high with one less. */
export function decideUtilisationSide(
  instances: readonly ForwardPass[],
  settings: UtilisationSettings,
): UtilisationSide {
  const {pool, config, replicas, fewest} = settings
  const countsTokens = pool === 'prefill' && config.optimization_target === 'load'
  const capacityTokens = countsTokens ? 1 : settings.capacityTokens
  const unit = capacityTokens ?? 0
  const thresholds = thresholdsOf(config, pool)
  const shares = inIdOrder(unit > 0 ? instances : []).map(instance => ({
    instanceId: instance.instanceId,
    share: countedTokens(pool, instance, instance.decodeKvTokens) / unit,
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

/** One instance less would make the fleet ask for one more at once. Compared with >= even where scaling up is not. */
function isTooFew(
  desired: number,
  replicas: number,
  shares: readonly {readonly share: number}[],
  {up}: UtilisationThresholds,
): boolean {
  if (!(desired > 0 && desired < replicas)) return false
  const highest = shares.reduce((most, {share}) => Math.max(most, share), Number.NEGATIVE_INFINITY)
  return (highest * replicas) / desired >= up
}

function thresholdsOf(config: PlannerConfig16, pool: UtilisationPool): UtilisationThresholds | null {
  const {optimization_target: target} = config
  if (target !== 'load') {
    return fixedThresholds(pool, target === 'latency' ? 'latency' : 'throughput')
  }
  const up = pool === 'prefill' ? config.prefill_scale_up_queue_tokens : config.decode_scale_up_kv_rate
  const down = pool === 'prefill' ? config.prefill_scale_down_queue_tokens : config.decode_scale_down_kv_rate
  if (up === null || down === null) return null
  const scale = pool === 'prefill' ? 1 : 100
  return {up: up / scale, down: down / scale, isUp: atLeast, isDown: atMost}
}
