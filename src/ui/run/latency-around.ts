import type {IntervalColumns} from '../../report/intervals.ts'

const WINDOW_S = 60

/** Observed mean TTFT in the minute before and after a moment; null where nothing completed in either. */
export function latencyAround(
  intervals: IntervalColumns,
  atS: number,
): {readonly beforeMs: number; readonly afterMs: number} | null {
  const beforeMs = meanTtftMs(intervals, atS - WINDOW_S, atS)
  const afterMs = meanTtftMs(intervals, atS, atS + WINDOW_S)
  return Number.isNaN(beforeMs) && Number.isNaN(afterMs) ? null : {beforeMs, afterMs}
}

/** Weighed by completions, over the intervals whose middle lies within. */
function meanTtftMs(intervals: IntervalColumns, fromS: number, toS: number): number {
  let sum = 0
  let weight = 0
  for (let i = 0; i < intervals.count; i++) {
    const middleS = (intervals.startMs[i]! + intervals.intervalMs / 2) / 1000
    const mean = intervals.ttftMsMean[i]!
    if (middleS < fromS || middleS >= toS || Number.isNaN(mean)) continue
    sum += mean * intervals.completionRate[i]!
    weight += intervals.completionRate[i]!
  }
  return weight > 0 ? sum / weight : Number.NaN
}
