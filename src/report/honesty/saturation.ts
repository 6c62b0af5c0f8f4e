import type {EngineRecord, RequestColumns} from '../../engine/record/record.ts'
import {isAnswered, ttftMs} from '../request-measures.ts'

/** How the fleet stood against its traffic, by the rule of `SATURATION_RULE`. */
export type SaturationLabel = 'stable' | 'backlogged' | 'overloaded'

export interface Saturation {
  readonly label: SaturationLabel
  /** Requests per second between the first and the last arrival: coming in, and completed meanwhile. */
  readonly arrivalRps: number
  readonly completionRps: number
  /** Requests without a first token: at the last arrival, and at the worst moment. */
  readonly waitingAtLastArrival: number
  readonly waitingPeak: number
  /** Share of requests whose first token took longer than `LONG_WAIT_MS`. */
  readonly longWaitShare: number
  /** Requests that never finished. */
  readonly unfinished: number
}

/** No user waits this long for a first token by design; a prompt of 100,000 tokens is prefilled in less. */
export const LONG_WAIT_MS = 10_000
/** Below this share of waits a burst or one huge prompt explains them. */
const LONG_WAIT_SHARE = 0.05
/** Completions trail arrivals by what is in flight; this far behind is more than that. */
const KEEPS_UP_SHARE = 0.9
/** A queue that still stands at this share of its peak when arrivals end was not being worked off. */
const STANDING_SHARE = 0.5

export const SATURATION_RULE =
  `Stable: at most ${percent(LONG_WAIT_SHARE)} of requests waited over ${LONG_WAIT_MS / 1000} s for their first token. ` +
  `Backlogged: more did. Overloaded: more did, up to the last arrival fewer than ${percent(KEEPS_UP_SHARE)} of arrivals ` +
  `had a completion to match, and the queue then still stood at ${percent(STANDING_SHARE)} of its peak or more; or some ` +
  'requests never finished.'

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

export function computeSaturation({requests}: EngineRecord): Saturation {
  // Of a run that stops at a last moment the rest has no place in the order.
  const arrived = requests.arrivalOrder.filter(r => r >= 0 && !Number.isNaN(requests.arrivalMs[r]!))
  let firstMs = Number.POSITIVE_INFINITY
  let lastMs = Number.NEGATIVE_INFINITY
  for (const r of arrived) {
    firstMs = Math.min(firstMs, requests.arrivalMs[r]!)
    lastMs = Math.max(lastMs, requests.arrivalMs[r]!)
  }
  const spanS = Math.max((lastMs - firstMs) / 1000, 0)
  let completed = 0
  let unfinished = 0
  let longWaits = 0
  for (const r of arrived) {
    if (!isAnswered(requests, r)) unfinished++
    else if (requests.lastTokenMs[r]! <= lastMs) completed++
    // Without a first token the wait has no end.
    if (!(ttftMs(requests, r) <= LONG_WAIT_MS)) longWaits++
  }
  const waiting = queueLengths(requests, arrived, lastMs)
  return judgeSaturation({
    arrivalRps: spanS > 0 ? arrived.length / spanS : 0,
    completionRps: spanS > 0 ? completed / spanS : 0,
    waitingAtLastArrival: waiting.atEnd,
    waitingPeak: waiting.peak,
    longWaitShare: arrived.length > 0 ? longWaits / arrived.length : 0,
    unfinished,
  })
}

export function judgeSaturation(figures: Omit<Saturation, 'label'>): Saturation {
  return {label: labelOf(figures), ...figures}
}

function labelOf(figures: Omit<Saturation, 'label'>): SaturationLabel {
  if (figures.unfinished > 0) return 'overloaded'
  if (figures.longWaitShare <= LONG_WAIT_SHARE) return 'stable'
  const fallsBehind = figures.completionRps < KEEPS_UP_SHARE * figures.arrivalRps
  const stands = figures.waitingAtLastArrival >= STANDING_SHARE * figures.waitingPeak
  return fallsBehind && stands ? 'overloaded' : 'backlogged'
}

/** Requests that have arrived and have no token yet, followed through time. */
function queueLengths(requests: RequestColumns, arrived: Int32Array, lastMs: number) {
  const arrivals = Float64Array.from(arrived, r => requests.arrivalMs[r]!).sort()
  // A request without a token leaves the queue after everything else.
  const leaves = Float64Array.from(arrived, r => {
    const first = requests.firstTokenMs[r]!
    return Number.isNaN(first) ? Number.POSITIVE_INFINITY : first
  }).sort()
  let left = 0
  let peak = 0
  let atEnd = 0
  for (let i = 0; i < arrivals.length; i++) {
    const now = arrivals[i]!
    while (left < leaves.length && leaves[left]! <= now) left++
    peak = Math.max(peak, i + 1 - left)
    if (now === lastMs) atEnd = i + 1 - left
  }
  return {peak, atEnd}
}
