import {computeSummary} from '../../../core/statistics.ts'
import type {RequestColumns} from '../../../engine/record/record.ts'
import type {PolicyDetail} from '../../../policies/policy-detail.ts'
import {completedInArrivalOrder, tpotMs, ttftMs} from '../../../report/request-measures.ts'
import type {TickRecord} from '../../../scaling/record.ts'
import {isClusterDetail} from '../../policies/cluster/cluster-tick.ts'

/** What users felt in one planner window: requests whose last token came in it. NaN where none did. */
export interface WindowLatency {
  readonly fromS: number
  readonly toS: number
  readonly completed: number
  readonly ttftMsMean: number
  readonly ttftMsP90: number
  /** Over all gaps between tokens. */
  readonly itlMsMean: number
  /** Of the requests' own mean gaps; those of one token have none. */
  readonly itlMsP90: number
}

export interface Aftermath {
  /** The window this tick looked back on. */
  readonly before: WindowLatency
  /** The windows that follow, up to the next tick that changes the fleet, or to the end. */
  readonly after: readonly WindowLatency[]
  /** All of `after` at once. */
  readonly whole: WindowLatency
  /** Tick that changes the fleet next; null = none does. */
  readonly nextDecision: number | null
}

/** What is read here of a tick, whoever's it is. */
type Tick = Pick<TickRecord, 'now_s' | 'scale_to' | 'active_prefill' | 'active_decode'> &
  Partial<Pick<TickRecord<PolicyDetail>, 'detail' | 'starting_prefill' | 'starting_decode'>>

/**
 * Whether a tick asked for another number of replicas than were serving; a policy of the cluster, than had been asked
 * for, starting ones included.
 */
export function changesFleet(tick: Tick): boolean {
  const {scale_to, active_prefill, active_decode} = tick
  if (scale_to === undefined) return false
  const isCluster = tick.detail !== undefined && isClusterDetail(tick.detail)
  const prefill = active_prefill + (isCluster ? (tick.starting_prefill ?? 0) : 0)
  const decode = active_decode + (isCluster ? (tick.starting_decode ?? 0) : 0)
  return (scale_to.num_prefill ?? prefill) !== prefill || (scale_to.num_decode ?? decode) !== decode
}

/** The nearest tick that changes the fleet, after or before a tick; null = none. */
export function nearestDecision(ticks: readonly Tick[], index: number, step: 1 | -1): number | null {
  for (let i = index + step; i >= 0 && i < ticks.length; i += step) if (changesFleet(ticks[i]!)) return i
  return null
}

export function computeAftermath(
  requests: RequestColumns,
  ticks: readonly Tick[],
  index: number,
  endS: number,
): Aftermath {
  const nextDecision = nearestDecision(ticks, index, 1)
  const last = nextDecision ?? ticks.length
  const starts = ticks.slice(index, last).map(tick => tick.now_s)
  const end = nextDecision === null ? Math.max(endS, starts.at(-1) ?? 0) : ticks[nextDecision]!.now_s
  const bounds = [...starts, end]
  const lookedBackS = ticks[index - 1]?.now_s ?? 0
  // Most of a long run lies elsewhere: it is looked through once, not once per window.
  const near = completedInArrivalOrder(requests).filter(r => isWithin(requests, r, lookedBackS, end))
  const window = (fromS: number, toS: number) => latencyWithin(requests, near, fromS, toS)
  return {
    before: window(lookedBackS, starts[0]!),
    after: starts.map((fromS, i) => window(fromS, bounds[i + 1]!)),
    whole: window(starts[0]!, end),
    nextDecision,
  }
}

/** The requests completed in a span that waited longest for their first token, slowest first. */
export function slowestRequests(
  requests: RequestColumns,
  {fromS, toS}: {readonly fromS: number; readonly toS: number},
  count: number,
): readonly number[] {
  return [...completedInArrivalOrder(requests).filter(r => isWithin(requests, r, fromS, toS))]
    .sort((a, b) => ttftMs(requests, b) - ttftMs(requests, a) || a - b)
    .slice(0, count)
}

function latencyWithin(
  requests: RequestColumns,
  completed: Int32Array,
  fromS: number,
  toS: number,
): WindowLatency {
  const own = completed.filter(r => isWithin(requests, r, fromS, toS))
  const several = own.filter(r => requests.emittedTokens[r]! >= 2)
  const ttft = computeSummary(Float64Array.from(own, r => ttftMs(requests, r)))
  const gaps = computeSummary(Float64Array.from(several, r => tpotMs(requests, r)))
  let spanMs = 0
  let gapCount = 0
  for (const r of several) {
    spanMs += requests.lastTokenMs[r]! - requests.firstTokenMs[r]!
    gapCount += requests.emittedTokens[r]! - 1
  }
  return {
    fromS,
    toS,
    completed: own.length,
    ttftMsMean: own.length > 0 ? ttft.mean : Number.NaN,
    ttftMsP90: own.length > 0 ? ttft.p90 : Number.NaN,
    itlMsMean: spanMs / gapCount,
    itlMsP90: several.length > 0 ? gaps.p90 : Number.NaN,
  }
}

/** Half open as the planner's own windows: what happens at a tick belongs to the window it looks back on. */
function isWithin(requests: RequestColumns, r: number, fromS: number, toS: number): boolean {
  const lastS = requests.lastTokenMs[r]! / 1000
  return lastS > fromS && lastS <= toS
}
