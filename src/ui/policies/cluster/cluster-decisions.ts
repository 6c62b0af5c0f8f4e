import {POLICY_WORDS} from '../../../config/scaling/policy-names.ts'
import type {PoolKey} from '../../../config/scaling/pool-map.ts'
import type {HpaPoolDetail} from '../../../policies/hpa/hpa-policy.ts'
import type {KpaPoolDetail} from '../../../policies/kpa/kpa-policy.ts'
import {type Decisions, decisionTrack, type ReasonStyle} from '../../kit/charts/decisions.ts'
import {type ClusterTick, decidedPools, sizeAfter, sizeBefore} from './cluster-tick.ts'

/** What a tick did to one pool, or what kept it from doing it. */
type Outcome =
  | 'scale_up'
  | 'scale_down'
  | 'at_most'
  | 'at_least'
  | 'rate_limit'
  | 'window'
  | 'delay'
  | 'panic'
  | 'cooldown'
  | 'failed'
  | 'no_data'
  | 'tolerance'
  | 'no_change'

/** In the order lanes are stacked: what changed the fleet first, then what held it. */
const OUTCOMES: Readonly<Record<Outcome, ReasonStyle>> = {
  scale_up: {label: 'scale up', colour: 'var(--series-0)'},
  scale_down: {label: 'scale down', colour: 'var(--series-3)'},
  at_most: {label: 'held at the most there may be', colour: 'var(--bad)'},
  at_least: {label: 'held at the least there may be', colour: 'var(--series-2)'},
  rate_limit: {label: 'held by the rate limit', colour: 'var(--series-1)'},
  window: {label: 'held by the stabilisation window', colour: 'var(--series-2)'},
  delay: {label: 'held by the scale-down delay', colour: 'var(--series-2)'},
  panic: {label: 'held by panic', colour: 'var(--series-1)'},
  cooldown: {label: 'held by the cooldown', colour: 'var(--series-2)'},
  failed: {label: 'a metric failed', colour: 'var(--bad)'},
  no_data: {label: 'no sample yet', colour: 'var(--series-4)'},
  tolerance: {label: 'within the tolerance', colour: 'var(--line-strong)'},
  no_change: {label: 'no change', colour: 'var(--line-strong)'},
}

/** The decision tracks of a run under a policy of the cluster: one for each pool it scales. */
export function clusterDecisions(ticks: readonly ClusterTick[]): Decisions[] {
  const pools = (['prefill', 'decode'] as const).filter(pool =>
    ticks.some(tick => decidedPools(tick).includes(pool)),
  )
  return pools.flatMap(pool => {
    const made = ticks.flatMap(tick => {
      const reason = decidedPools(tick).includes(pool) ? outcomeOf(tick, pool) : null
      return reason === null ? [] : [{timeS: tick.at_s, reason}]
    })
    const {policy} = ticks[0]!.detail
    const named = {
      id: `${policy}-decisions-${pool}`,
      title: `${POLICY_WORDS[policy].decisions}${pools.length > 1 ? `, ${pool}` : ''}`,
      note: 'What the policy did at each of its ticks, or what held it.',
    }
    const track = decisionTrack(named, made, OUTCOMES)
    return track === null ? [] : [track]
  })
}

/** null = nothing was due that could have changed the size. */
function outcomeOf(tick: ClusterTick, pool: PoolKey): Outcome | null {
  const before = sizeBefore(tick, pool)
  const after = sizeAfter(tick, pool) ?? before
  if (after !== before) return after > before ? 'scale_up' : 'scale_down'
  const {detail} = tick
  switch (detail.policy) {
    case 'schedule':
      return 'no_change'
    case 'hpa':
      return hpaOutcome(detail[pool]!)
    case 'keda': {
      const {sync, poll} = detail[pool]!
      if (sync !== null) return hpaOutcome(sync)
      if (poll?.why === 'held-by-error') return 'failed'
      return poll?.why === 'cooling-down' ? 'cooldown' : null
    }
    case 'kpa':
      return kpaOutcome(detail[pool]!)
  }
}

function hpaOutcome({proposals, metric, hasError, conditions, replicas}: HpaPoolDetail): Outcome {
  if (hasError && metric === null) return 'failed'
  if (conditions.limited === 'True/TooManyReplicas') return 'at_most'
  if (conditions.limited === 'True/TooFewReplicas') return 'at_least'
  if (conditions.limited?.startsWith('True/Scale') === true) return 'rate_limit'
  const wish = metric === null ? null : proposals?.[metric]
  if (wish === null || wish === undefined) return 'no_change'
  if (wish.replicas !== replicas) return 'window'
  return wish.isWithinTolerance ? 'tolerance' : 'no_change'
}

function kpaOutcome({isValid, heldBy, desired, applied}: KpaPoolDetail): Outcome {
  if (!isValid) return 'no_data'
  if (heldBy === 'panic') return 'panic'
  if (heldBy === 'scale-down delay') return 'delay'
  if (heldBy !== null) return 'rate_limit'
  if (desired > applied) return 'at_most'
  return desired < applied ? 'at_least' : 'no_change'
}
