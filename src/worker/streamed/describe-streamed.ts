import {logHistogram} from '../../report/log-histogram.ts'
import {promptsOf} from '../../run/stream.ts'
import type {TraceOddity} from '../../trace/doctor/oddity.ts'
import {readLengthOddities} from '../../trace/doctor/read-oddities.ts'
import type {WorkloadOptions} from '../../trace/parsed-trace.ts'
import {computeLengthsStatistics, type LengthCounts} from '../../trace/streamed/lengths-statistics.ts'
import type {TraceInfo} from '../protocol.ts'
import type {StreamedFile} from './streamed-files.ts'

/** What the page shows of a file that is not kept. */
export function describeStreamed(file: StreamedFile, reading: WorkloadOptions): TraceInfo {
  const {columns, name, sha256, blob, readAs, mooncake} = file
  const closedLoop = reading.replayConcurrency !== undefined
  const {statistics, arrivals, input, output} = computeLengthsStatistics(columns, {
    arrivalSpeedupRatio: reading.arrivalSpeedupRatio,
    closedLoop,
    idealReuse: mooncake === null ? 0 : null,
  })
  return {
    source: {kind: 'file', name, sha256},
    traceSeed: null,
    fileName: name,
    sha256,
    sizeBytes: blob.size,
    format: readAs.format,
    detected: file.detected,
    prompts: mooncake === null ? 'none' : 'hashes',
    streamed: mooncake === null ? 'lengths' : promptsOf(mooncake),
    notices: file.notices,
    statistics,
    arrivals,
    lengths: {input: histogramOf(input), output: histogramOf(output)},
    oddities: odditiesOf(file, reading),
  }
}

function odditiesOf(
  {columns, readAs, mooncake}: StreamedFile,
  reading: WorkloadOptions,
): readonly TraceOddity[] {
  if (mooncake === null) return readLengthOddities(columns, readAs, reading)
  return mooncake.oddities({
    closedLoop: reading.replayConcurrency !== undefined,
    hasUnit: reading.traceFormat?.columns?.unit !== undefined,
  })
}

function histogramOf({lengths, counts}: LengthCounts) {
  return logHistogram(lengths, counts)
}
