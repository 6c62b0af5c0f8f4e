import type {EngineRecord} from '../engine/record/record.ts'
import {formatDiagnosticsJson} from '../report/diagnostics.ts'
import {formatReportJson} from '../report/report-json.ts'
import type {RunResult} from './run.ts'

/**
 * All that a run computed, as parts for a checksum: report, every column, every planner tick. Left out is what the
 * host adds (wall time and the rates made of it) and what was asked for (scenario, trace). So two runs have one
 * checksum exactly if they came out the same to the last bit, in whatever browser or Node. Columns are shown where they lie.
 */
export function digestParts(result: RunResult): Bytes[] {
  const parts = [textBytes(computedText(result)), ...columnsOf(result.engine).map(columnBytes)]
  // Each part has its length before it, or bytes could move from one to the next unseen.
  return parts.flatMap(part => [lengthBytes(part.length), part])
}

type Bytes = Uint8Array<ArrayBuffer>

/** The result with its checksum; how many bytes are hashed as one is the host's affair. */
export async function addDigest(
  result: RunResult,
  sha256OfParts: (parts: readonly Bytes[]) => Promise<string> | string,
): Promise<RunResult> {
  return withDigest(result, await sha256OfParts(digestParts(result)))
}

export function withDigest(result: RunResult, result_sha256: string): RunResult {
  const planner_replay = {...result.report.planner_replay, result_sha256}
  return {...result, report: {...result.report, planner_replay}}
}

function computedText(result: RunResult): string {
  const {sla_attainment, goodput_rps, gpu_hours, billed_gpu_hours, outside_measured_share} =
    result.report.planner_replay
  const report = {
    ...result.report,
    wall_time_ms: 0,
    processed_tokens_per_s: 0,
    processed_output_tokens_per_s: 0,
    planner_replay: {sla_attainment, goodput_rps, gpu_hours, billed_gpu_hours, outside_measured_share},
  }
  return [
    formatReportJson(report as unknown as RunResult['report']),
    formatDiagnosticsJson(result),
    JSON.stringify([result.engine.endMs, result.engine.workers, result.engine.loads.binMs]),
  ].join('\n')
}

type Column = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Bytes

/** Every column of the record, in the order of their names: the order of an object's keys is nobody's promise. */
function columnsOf({requests, tokenGaps, loads, requestEvents}: EngineRecord): Column[] {
  const {chunks, preemptions, migrations = {}} = requestEvents
  return [requests, tokenGaps, loads, chunks, preemptions, migrations].flatMap(usedColumns)
}

/** Of columns that grow only the part in use counts: what stands behind it is the allocation's affair. */
function usedColumns(table: object): Column[] {
  const {length} = table as {readonly length?: number}
  return Object.entries(table)
    .filter((entry): entry is [string, Column] => ArrayBuffer.isView(entry[1]))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, column]) => (length === undefined ? column : column.subarray(0, length)))
}

/** NaN has many bit patterns, and which one a calculation leaves is the engine's affair. */
function columnBytes(column: Column): Bytes {
  const shown = column instanceof Float64Array && holdsNaN(column) ? withOneNaN(column) : column
  return new Uint8Array(shown.buffer, shown.byteOffset, shown.byteLength)
}

function holdsNaN(column: Float64Array): boolean {
  for (let i = 0; i < column.length; i++) if (Number.isNaN(column[i])) return true
  return false
}

function withOneNaN(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const copy = column.slice()
  for (let i = 0; i < copy.length; i++) if (Number.isNaN(copy[i])) copy[i] = Number.NaN
  return copy
}

function lengthBytes(length: number): Bytes {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, length)
  return bytes
}

/** Numbers and names of ours: ASCII alone. */
function textBytes(text: string): Bytes {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
