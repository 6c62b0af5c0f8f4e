import {strToU8} from 'fflate'
import type {TimeUnit, TraceFormat} from '../../config/trace-options.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import {type DetectedFormat, detectJsonLines, UNTOLD} from './detect-json-lines.ts'
import {leaveOutLines} from './leave-out-lines.ts'
import {MooncakeReader} from './mooncake.ts'
import {type UnpackZstd, unwrapTrace} from './packing/unwrap-trace.ts'
import type {ReadOptions} from './read-options.ts'
import {timeUnitMs} from './time-unit.ts'
import {type ParseProgress, readInSteps, type TraceReader} from './trace-reader.ts'

export interface ReadTrace {
  readonly parsed: ParsedTrace
  /** What the content looks like, whether or not it was read as that. */
  readonly detected: DetectedFormat
}

/** Turns the records of a tool into lines of lengths; null for any other text. */
type ReadRecords = (
  bytes: Uint8Array,
  fileName: string,
) => {readonly text: string; readonly notice: string} | null

/** What files of the user's own may need besides. */
export interface OwnFiles {
  readonly readRecords: ReadRecords
  readonly unpackZstd: UnpackZstd
  /** Of any text; bundled traces are JSON lines. */
  readonly detectFormat: (bytes: Uint8Array) => DetectedFormat
  /** Of every format but Mooncake, in which the bundled traces come; null = that. */
  readonly createReader: (
    bytes: Uint8Array,
    fileName: string,
    options: ReadOptions & {readonly format: TraceFormat},
  ) => TraceReader | null
}

/**
 * Reads a trace file in steps of a few milliseconds, so that a worker can report progress or stop. A trace with one bad line loads
 * nothing. `own` is handed over, since a page that shows bundled traces does without it.
 */
export function* parseTraceChunks(
  text: string | Uint8Array,
  fileName: string,
  options: ReadOptions,
  own: OwnFiles | null,
): Generator<ParseProgress, Result<ReadTrace>, void> {
  const packed = typeof text === 'string' ? strToU8(text) : text
  const unpacked = unwrapTrace(packed, fileName, own?.unpackZstd ?? null)
  if (!unpacked.ok) return unpacked
  const {leaveOut} = options
  const lines = leaveOut === undefined ? unpacked.value.bytes : leaveOutLines(unpacked.value.bytes, leaveOut)
  const records = own?.readRecords(lines, fileName) ?? null
  const bytes = records === null ? lines : strToU8(records.text)
  const detected = own?.detectFormat(bytes) ?? detectJsonLines(bytes) ?? UNTOLD
  const format = formatOf(options, detected)
  if (!format.ok) return fail(`${fileName}: ${format.error.message}`, 'format')
  const reader =
    own?.createReader(bytes, fileName, {...options, format: format.value}) ??
    new MooncakeReader(bytes, fileName)
  const parsed = yield* readInSteps(reader, bytes.length)
  if (!parsed.ok) return parsed
  const left = leaveOut === undefined ? [] : [`${fileName}: ${tellLines(leaveOut)} left out.`]
  const told = records === null ? [] : [records.notice]
  const notices = [...unpacked.value.notices, ...told, ...left, ...parsed.value.notices]
  return ok({parsed: inMilliseconds({...parsed.value, notices}, options.columns?.unit), detected})
}

function tellLines(leaveOut: string): string {
  return leaveOut.includes(',') ? `lines ${leaveOut.replaceAll(',', ', ')} were` : `line ${leaveOut} was`
}

/** Waits of requests for others are of 1.6.1; 1.2.1 passes over what it does not know in the rows, and cannot read the header. */
function formatOf({format, release}: ReadOptions, detected: DetectedFormat): Result<TraceFormat> {
  if (format !== undefined || detected.format !== 'agentic_mooncake' || release === '1.6.1')
    return ok(format ?? detected.format)
  return detected.needsRelease16
    ? fail(`${detected.why}: such a trace is simulated under 1.6.1 alone (--dynamo 1.6.1)`)
    : ok('mooncake')
}

/** True where a trace is read with nothing of `OwnFiles`. */
export function isPlainFormat(format: TraceFormat | undefined): boolean {
  return format === undefined || format === 'mooncake' || format === 'mooncake-delta'
}

/** True where the release decides how a file is read. */
export function dependsOnRelease({format}: DetectedFormat): boolean {
  return format === 'agentic_mooncake' || format === 'weka'
}

/** Formats whose readers turn any unit into ms themselves. */
const READS_UNITS: ReadonlySet<TraceFormat> = new Set(['azure', 'burstgpt', 'csv', 'lengths', 'bailian'])

/** Times that were written in the unit the user names, though the format means ms, or a Weka recording's seconds. */
function inMilliseconds(parsed: ParsedTrace, unit: TimeUnit | undefined): ParsedTrace {
  if (unit === undefined || READS_UNITS.has(parsed.format)) return parsed
  const factor = timeUnitMs(unit) / timeUnitMs(parsed.format === 'weka' ? 's' : 'ms')
  if (factor === 1) return parsed
  const scaled = (times: Float64Array) => times.map(time => time * factor)
  const {timestampMs, delayMs, graph} = parsed
  const times = {timestampMs: scaled(timestampMs), delayMs: scaled(delayMs)}
  if (graph === undefined) return {...parsed, ...times}
  const {notBeforeMs, edgeDelayMs} = graph
  const scaledGraph = {...graph, notBeforeMs: scaled(notBeforeMs), edgeDelayMs: scaled(edgeDelayMs)}
  return {...parsed, ...times, graph: scaledGraph}
}
