import {computeSummary} from '../core/statistics.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import {completedInArrivalOrder, ttftMs} from './request-measures.ts'

/**
 * What users felt over time: one entry per interval of simulated time. Latencies belong to the requests that
 * completed in the interval, as the planner counts traffic; NaN where none did.
 */
export interface IntervalColumns {
  readonly intervalMs: number
  readonly count: number
  readonly startMs: Float64Array
  /** Requests per second. */
  readonly arrivalRate: Float64Array
  readonly completionRate: Float64Array
  /** Output tokens of completed requests per second. */
  readonly outputTokenRate: Float64Array
  readonly ttftMsMean: Float64Array
  readonly ttftMsP90: Float64Array
  /** Pooled over all gaps of the requests. */
  readonly itlMsMean: Float64Array
  readonly inputLengthMean: Float64Array
  readonly outputLengthMean: Float64Array
}

export function computeIntervals(requests: RequestColumns, intervalMs: number): IntervalColumns {
  const completed = completedInArrivalOrder(requests)
  const groups = groupByInterval(requests, completed, intervalMs)
  const over = (measure: (group: readonly number[]) => number) => Float64Array.from(groups, measure)
  const ttft = groups.map(group => ttftSummary(requests, group))
  const perSecond = 1000 / intervalMs
  const total = (group: readonly number[], column: Int32Array) =>
    group.reduce((sum, request) => sum + column[request]!, 0)
  return {
    intervalMs,
    count: groups.length,
    startMs: Float64Array.from(groups, (_, i) => i * intervalMs),
    arrivalRate: countArrivals(requests, groups.length, intervalMs).map(arrived => arrived * perSecond),
    completionRate: over(group => group.length * perSecond),
    outputTokenRate: over(group => total(group, requests.outputLength) * perSecond),
    ttftMsMean: Float64Array.from(ttft, summary => summary.mean),
    ttftMsP90: Float64Array.from(ttft, summary => summary.p90),
    itlMsMean: over(group => pooledGapMs(requests, group)),
    inputLengthMean: over(group => total(group, requests.inputLength) / group.length),
    outputLengthMean: over(group => total(group, requests.outputLength) / group.length),
  }
}

/** Completed requests by the interval of their last token; the last interval holds the last token of all. */
function groupByInterval(requests: RequestColumns, completed: Int32Array, intervalMs: number): number[][] {
  let lastMs = 0
  for (const r of completed) lastMs = Math.max(lastMs, requests.lastTokenMs[r]!)
  const count = completed.length === 0 ? 0 : Math.floor(lastMs / intervalMs) + 1
  const groups = Array.from({length: count}, (): number[] => [])
  for (const r of completed) groups[Math.floor(requests.lastTokenMs[r]! / intervalMs)]!.push(r)
  return groups
}

function countArrivals(requests: RequestColumns, intervals: number, intervalMs: number): Float64Array {
  const arrivals = new Float64Array(intervals)
  for (let r = 0; r < requests.count; r++) {
    const interval = Math.floor(requests.arrivalMs[r]! / intervalMs)
    if (interval < intervals) arrivals[interval]!++
  }
  return arrivals
}

function ttftSummary(requests: RequestColumns, group: readonly number[]): {mean: number; p90: number} {
  if (group.length === 0) return {mean: Number.NaN, p90: Number.NaN}
  return computeSummary(Float64Array.from(group, request => ttftMs(requests, request)))
}

function pooledGapMs(requests: RequestColumns, group: readonly number[]): number {
  let spanMs = 0
  let gaps = 0
  for (const r of group) {
    spanMs += requests.lastTokenMs[r]! - requests.firstTokenMs[r]!
    gaps += requests.emittedTokens[r]! - 1
  }
  return gaps > 0 ? spanMs / gaps : Number.NaN
}
