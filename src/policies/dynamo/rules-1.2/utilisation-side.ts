import type {LoadReason} from '../reasons.ts'
import {
  countedTokens,
  fixedThresholds,
  type UtilisationPool,
  type UtilisationSideOf,
} from '../utilisation-thresholds.ts'
import type {InstanceLoad} from './latency-side.ts'

export type UtilisationSide = UtilisationSideOf<LoadReason>

export interface UtilisationSettings {
  readonly pool: UtilisationPool
  readonly target: 'throughput' | 'latency'
  readonly capacityTokens: number | null
  readonly replicas: number
  readonly minEndpoint: number
}

/** Fixed thresholds of the targets `throughput` and `latency`: up if any instance is high, down if all are low. */
export function decideUtilisationSide(
  instances: readonly InstanceLoad[],
  settings: UtilisationSettings,
): UtilisationSide {
  const {pool, capacityTokens, replicas} = settings
  const thresholds = fixedThresholds(pool, settings.target)
  const isKnown = capacityTokens !== null && capacityTokens > 0
  const shares = instances.map(instance => ({
    instanceId: instance.instanceId,
    share: isKnown
      ? countedTokens(pool, instance, instance.scheduledDecodeKvTokens) / capacityTokens
      : Number.NaN,
  }))
  const side = {
    metric: pool === 'prefill' ? ('prefill_queue' as const) : ('kv_tokens' as const),
    capacityTokens,
    scaleUpAt: thresholds.up,
    scaleDownAt: thresholds.down,
    shares: isKnown ? shares : [],
  }
  if (!isKnown || replicas === 0 || instances.length === 0) {
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
