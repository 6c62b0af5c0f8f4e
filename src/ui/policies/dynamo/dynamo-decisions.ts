import type {LoadReason, ThroughputReason} from '../../../policies/dynamo/rules-1.2/reasons.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {pointAt, type TimeSeries} from '../../kit/charts/base/timeline.ts'
import type {Decisions, Lane} from '../../kit/charts/decisions.ts'

type Reason = LoadReason | ThroughputReason

interface ReasonStyle {
  readonly label: string
  readonly colour: string
}

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

/** The decision tracks of a run: one per kind, and per pool where the pools decide apart. */
export function runDecisions(ticks: readonly DynamoTick[]): Decisions[] {
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
    return reason === undefined ? [] : [{timeS: tick.at_s, reason}]
  })
  if (made.length === 0) return null
  const order = Object.keys(REASONS)
  const x = Float64Array.from(made, decision => decision.timeS)
  const y = Float64Array.from(made, decision => order.indexOf(decision.reason))
  const walk: TimeSeries = {key: 'decisions', label: 'decisions', x, y, shape: 'step', slot: 0}
  const lanes = order.flatMap(reason => {
    const times = made.filter(decision => decision.reason === reason)
    return times.length === 0 ? [] : [laneOf(reason as Reason, times)]
  })
  const suffix = pool === '' ? '' : `, ${pool.slice(1)}`
  return {
    id: `${kind}-decisions${pool.replace('_', '-')}`,
    title: `${kind === 'load' ? 'Load' : 'Throughput'} scaling decisions${suffix}`,
    note: `What ${kind} scaling decided at each of its ticks, by reason.`,
    summary: lanes.map(lane => `${lane.label} ${lane.x.length}`).join(', '),
    intervalS: x.length > 1 ? medianGap(x) : 1,
    lanes,
    walk,
    at(seconds) {
      const i = pointAt(walk, seconds)
      const decision = made[i]
      return decision === undefined ? null : {timeS: decision.timeS, label: REASONS[decision.reason].label}
    },
    table(view) {
      const shown = made.filter(({timeS}) => view === null || (timeS >= view[0] && timeS <= view[1]))
      return {columns: ['time_s', 'reason'], rows: shown.map(({timeS, reason}) => [timeS, reason])}
    },
  }
}

function laneOf(reason: Reason, made: readonly {timeS: number}[]): Lane {
  return {reason, ...REASONS[reason], x: Float64Array.from(made, decision => decision.timeS)}
}

function medianGap(x: Float64Array): number {
  const gaps = Float64Array.from({length: x.length - 1}, (_, i) => x[i + 1]! - x[i]!).sort()
  return gaps[gaps.length >> 1] ?? 1
}
