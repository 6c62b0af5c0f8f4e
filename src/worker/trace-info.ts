import {logHistogram} from '../report/log-histogram.ts'
import {computeTraceStatistics} from '../trace/statistics.ts'
import type {Workload} from '../trace/workload.ts'
import type {ArrivalHistogram, TraceInfo} from './protocol.ts'
import type {LoadedTrace} from './trace-cache.ts'

/** Bins of the preview: about as many as a small chart has room for. */
const PREVIEW_BINS = 240
/** Round widths only, so that "requests per 15 s" reads well. */
const BIN_STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400]

export function describeTrace({file, workload}: LoadedTrace, traceSeed: number | null): TraceInfo {
  const statistics = computeTraceStatistics(workload)
  return {
    source: file.source,
    traceSeed,
    fileName: file.name,
    sha256: file.sha256,
    sizeBytes: file.sizeBytes,
    format: file.parsed.format,
    detected: file.detected,
    prompts: file.parsed.prompts,
    notices: file.parsed.notices,
    statistics,
    lengths: {
      input: logHistogram(Float64Array.from(workload.inputLength)),
      output: logHistogram(Float64Array.from(workload.outputLength)),
    },
    arrivals: binArrivals(workload, statistics.durationMs / 1000),
  }
}

/** Later turns of a session have no arrival of their own: the preview counts first turns. */
function binArrivals(workload: Workload, spanS: number): ArrivalHistogram {
  const binMs = (BIN_STEPS_S.find(step => spanS / step <= PREVIEW_BINS) ?? spanS / PREVIEW_BINS) * 1000
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
