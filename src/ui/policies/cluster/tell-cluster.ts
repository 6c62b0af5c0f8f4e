import {POLICY_WORDS} from '../../../config/scaling/policy-names.ts'
import type {PoolKey} from '../../../config/scaling/pool-map.ts'
import {type ClusterTick, decidedPools, sizeAfter, sizeBefore} from './cluster-tick.ts'

/** What a tick did to a pool and why, in the policy's own words. */
export interface PoolWords {
  /** null = the fleet has one pool. */
  readonly pool: PoolKey | null
  readonly decision: string
  readonly grounds: readonly string[]
}

export function tellTick(tick: ClusterTick): readonly PoolWords[] {
  const pools = decidedPools(tick)
  return pools.map(pool => ({
    pool: pools.length > 1 ? pool : null,
    decision: tellDecision(sizeBefore(tick, pool), sizeAfter(tick, pool)),
    grounds: groundsOf(tick, pool),
  }))
}

function tellDecision(before: number, after: number | null): string {
  if (after === null || after === before) return `Kept ${before === 1 ? '1 replica' : `${before} replicas`}.`
  return `Scaled ${after > before ? 'up' : 'down'} from ${before} to ${after}.`
}

function groundsOf({detail}: ClusterTick, pool: PoolKey): readonly string[] {
  if (detail.policy === 'schedule')
    return detail.stepAtS === null ? [] : [`The step of ${detail.stepAtS} s comes into force.`]
  // The decision itself stands above.
  return (detail[pool]?.words ?? []).filter(text => !/^From \d+ to \d+\.$/.test(text))
}

/** What kind of tick it is. */
export function kindOfTick({detail}: ClusterTick): string {
  if (detail.policy !== 'keda') return POLICY_WORDS[detail.policy].tick
  const pools = [detail.prefill, detail.decode].filter(pool => pool !== null)
  const kinds = [
    pools.some(pool => pool.sync !== null) ? 'sync' : '',
    pools.some(pool => pool.poll !== null) ? 'poll' : '',
  ]
  return `KEDA ${kinds.filter(kind => kind !== '').join(' + ')}`
}
