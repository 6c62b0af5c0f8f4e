import type {EngineRecord} from '../engine/record/record.ts'
import {formatDiagnosticsJson} from '../report/diagnostics.ts'
import {formatReportJson} from '../report/report-json.ts'
import type {RunResult} from './run.ts'

/**
 * All that a run computed, as bytes for a checksum: report, every column, every planner tick. Left out is what the
 * host adds (wall time and the rates made of it) and what was asked for (scenario, trace). So two runs have one
 * checksum exactly if they came out the same to the last bit, in whatever browser or Node.
 */
export function digestBytes(result: RunResult): Uint8Array<ArrayBuffer> {
  const parts = [textBytes(computedText(result)), ...columnsOf(result.engine).map(columnBytes)]
  // Each part has its length before it, or bytes could move from one to the next unseen.
  const all = new Uint8Array(parts.reduce((sum, part) => sum + 8 + part.length, 0))
  const view = new DataView(all.buffer)
  let at = 0
  for (const part of parts) {
    view.setFloat64(at, part.length)
    all.set(part, at + 8)
    at += 8 + part.length
  }
  return all
}

/** The result with its checksum; how bytes are hashed is the host's affair, for there are many. */
export async function addDigest(
  result: RunResult,
  sha256Of: (bytes: Uint8Array) => Promise<string>,
): Promise<RunResult> {
  return withDigest(result, await sha256Of(digestBytes(result)))
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

type Column = Float64Array | Int32Array | Uint32Array | Uint8Array

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
function columnBytes(column: Column): Uint8Array {
  const copy = column.slice()
  if (copy instanceof Float64Array) {
    for (let i = 0; i < copy.length; i++) if (Number.isNaN(copy[i])) copy[i] = Number.NaN
  }
  return new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength)
}

/** Numbers and names of ours: ASCII alone. */
function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
