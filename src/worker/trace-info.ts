import {logHistogram} from '../report/log-histogram.ts'
import {binArrivals} from '../trace/arrival-histogram.ts'
import {computeTraceStatistics} from '../trace/statistics.ts'
import type {TraceInfo} from './protocol.ts'
import type {LoadedTrace} from './trace-cache.ts'

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
