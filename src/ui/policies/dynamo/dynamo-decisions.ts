import type {LoadReason, ThroughputReason} from '../../../policies/dynamo/reasons.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {type Decisions, decisionTrack, type ReasonStyle} from '../../kit/charts/decisions.ts'

/** A load tick without any latency estimate is none of the planner's reasons, and yet what matters most about it. */
type Reason = LoadReason | ThroughputReason | 'blind'

/** In the order lanes are stacked: what changed the fleet first, what had no say last. */
const REASONS: Readonly<Record<Reason, ReasonStyle>> = {
  scale_up: {label: 'scale up', colour: 'var(--series-0)'},
  scale_down: {label: 'scale down', colour: 'var(--series-3)'},
  scale: {label: 'scale', colour: 'var(--series-0)'},
  set_lower_bound: {label: 'set lower bound', colour: 'var(--series-2)'},
  scale_down_capped_by_throughput: {label: 'scale down capped by lower bound', colour: 'var(--series-2)'},
  scale_down_refused_consolidation: {label: 'scale down refused: would not fit', colour: 'var(--series-1)'},
  gpu_budget_reconcile: {label: 'pulled into the GPU budget', colour: 'var(--series-3)'},
  gpu_budget_guard_hold: {label: 'held by the GPU budget', colour: 'var(--bad)'},
  blind: {label: 'blind: no latency estimate', colour: 'var(--bad)'},
  no_change: {label: 'no change', colour: 'var(--line-strong)'},
  scaling_in_progress: {label: 'scaling in progress', colour: 'var(--series-1)'},
  worker_count_mismatch: {label: 'worker count mismatch', colour: 'var(--bad)'},
  insufficient_data: {label: 'insufficient data', colour: 'var(--series-4)'},
  no_fpm_data: {label: 'no pass data', colour: 'var(--series-4)'},
  no_traffic_data: {label: 'no traffic data', colour: 'var(--series-4)'},
  predict_failed: {label: 'prediction failed', colour: 'var(--bad)'},
  model_not_ready: {label: 'model not ready', colour: 'var(--series-1)'},
  partner_not_ready: {label: 'partner not ready', colour: 'var(--series-1)'},
  disabled: {label: 'disabled', colour: 'var(--line)'},
}

export function reasonLabel(reason: LoadReason | ThroughputReason): string {
  return REASONS[reason].label
}

type Kind = 'load' | 'throughput'
type Pool = '' | '_prefill' | '_decode'

/** The decision tracks of a planner run: one per kind, and per pool where the pools decide apart. */
export function dynamoDecisions(ticks: readonly DynamoTick[]): Decisions[] {
  const tracks: Decisions[] = []
  for (const kind of ['load', 'throughput'] as const) {
    const perPool = ticks.some(
      tick => tick[`${kind}_decision_reason_prefill`] || tick[`${kind}_decision_reason_decode`],
    )
    for (const pool of perPool ? (['_prefill', '_decode'] as const) : ([''] as const)) {
      const track = makeTrack(ticks, kind, pool)
      if (track !== null) tracks.push(track)
    }
  }
  return tracks
}

function makeTrack(ticks: readonly DynamoTick[], kind: Kind, pool: Pool): Decisions | null {
  const own = ticks.filter(tick => (kind === 'load' ? tick.is_load : tick.is_throughput))
  const made = own.flatMap(tick => {
    const reason = tick[`${kind}_decision_reason${pool}`]
    if (reason === undefined) return []
    const lane: Reason = kind === 'load' && isBlind(tick, pool) ? 'blind' : reason
    return [{timeS: tick.at_s, reason, lane}]
  })
  const suffix = pool === '' ? '' : `, ${pool.slice(1)}`
  const named = {
    id: `${kind}-decisions${pool.replace('_', '-')}`,
    title: `${kind === 'load' ? 'Load' : 'Throughput'} scaling decisions${suffix}`,
    note: `What ${kind} scaling decided at each of its ticks, by reason.`,
  }
  return decisionTrack<Reason>(named, made, REASONS)
}

/** Latency was to be weighed, and of no instance there was an estimate. */
export function isBlind({explanation}: DynamoTick, pool: Pool = ''): boolean {
  const {ttft, itl} = explanation.load?.explanation ?? {ttft: null, itl: null}
  const sides = [pool === '_decode' ? null : ttft, pool === '_prefill' ? null : itl]
  const checks = sides.flatMap(side => side?.checks ?? [])
  return checks.length > 0 && checks.every(({estimateMs}) => estimateMs === null)
}
