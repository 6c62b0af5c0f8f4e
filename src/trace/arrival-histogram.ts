import type {Workload} from './workload.ts'

/** Requests and prompt tokens per bin of arrival time: the load as it comes. */
export interface ArrivalHistogram {
  readonly binMs: number
  readonly requests: Float64Array
  readonly inputTokens: Float64Array
}

/** About as many as a small chart has room for. */
const MOST_BINS = 240
/** Round widths only, so that "requests per 15 s" reads well. */
const BIN_STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400]

/**
 * Later turns of a session have no arrival of their own: first turns are counted.
 * @param spanS from the first to the last arrival
 */
export function binArrivals(workload: Workload, spanS: number): ArrivalHistogram {
  const binMs = arrivalBinMs(spanS)
  const bins = Math.floor((spanS * 1000) / binMs) + 1
  const requests = new Float64Array(bins)
  const inputTokens = new Float64Array(bins)
  for (let r = 0; r < workload.requestCount; r++) {
    const arrivalMs = workload.arrivalMs[r]!
    if (Number.isNaN(arrivalMs)) continue
    const bin = Math.floor(arrivalMs / binMs)
    requests[bin]!++
    inputTokens[bin]! += workload.inputLength[r]!
  }
  return {binMs, requests, inputTokens}
}

/** Width of a bin. @param spanS from the first to the last arrival */
export function arrivalBinMs(spanS: number): number {
  return (BIN_STEPS_S.find(step => spanS / step <= MOST_BINS) ?? spanS / MOST_BINS) * 1000
}
