import type {PoolKey} from '../../../config/scaling/pool-map.ts'
import type {ClusterPolicyDetail} from '../../../policies/cluster-policy-detail.ts'
import type {PolicyDetail} from '../../../policies/policy-detail.ts'
import type {TickRecord} from '../../../scaling/record.ts'

/** A tick of a policy that lives in the cluster: HPA, KEDA, KPA or a schedule. */
export type ClusterTick = TickRecord<ClusterPolicyDetail>

export function isClusterTick(tick: TickRecord<PolicyDetail>): tick is ClusterTick {
  return isClusterDetail(tick.detail)
}

export function isClusterDetail(detail: PolicyDetail): detail is ClusterPolicyDetail {
  return detail.policy !== 'dynamo' && detail.policy !== 'fixed'
}

/** Replicas asked for before the decision, starting ones included, as `spec.replicas` counts. */
export function sizeBefore(tick: ClusterTick, pool: PoolKey): number {
  return pool === 'prefill'
    ? tick.active_prefill + tick.starting_prefill
    : tick.active_decode + tick.starting_decode
}

/** What was asked for; null = the pool was left as it was. */
export function sizeAfter({scale_to}: ClusterTick, pool: PoolKey): number | null {
  return (pool === 'prefill' ? scale_to?.num_prefill : scale_to?.num_decode) ?? null
}

/** Pools that the tick decided on; an aggregated fleet's one pool goes by `decode`. */
export function decidedPools(tick: ClusterTick): readonly PoolKey[] {
  const {detail} = tick
  return (['prefill', 'decode'] as const).filter(pool =>
    detail.policy === 'schedule' ? sizeAfter(tick, pool) !== null : detail[pool] !== null,
  )
}
