import {isObject, type JsonObject} from '../../../core/is-object.ts'
import {decodeText} from '../packing/unwrap-trace.ts'
import {readAiperfInputs, readAiperfRecord} from './aiperf.ts'
import {guidellmNotices, guidellmRows, readGuidellmReport} from './guidellm.ts'
import type {LengthsRow} from './lengths-row.ts'
import {readOtelSpans} from './otel.ts'

export interface RecordsAsLines {
  readonly text: string
  /** What was taken for what, in a sentence. */
  readonly notice: string
}

/** How keys begin that only spans have. */
const OTEL_KEYS = ['resourceSpans', 'startTimeUnixNano', 'start_time_unix_nano', 'gen_ai.usage.'] as const

/** Far enough to see the first record's keys. */
const HEAD_CHARACTERS = 8192

/**
 * The records of a tool as JSON lines of lengths: AIPerf's per-request export and its inputs, guidellm's report, OpenTelemetry spans
 * with `gen_ai` attributes. null for any other text, told by the keys of its beginning before anything is parsed.
 */
export function recordsToLines(bytes: Uint8Array, fileName: string): RecordsAsLines | null {
  return readerOf(bytes)?.(bytes, fileName) ?? null
}

/** Whether a file that begins so is told by its keys to be a tool's records. */
export function isOfRecords(head: Uint8Array): boolean {
  return readerOf(head) !== null
}

function readerOf(bytes: Uint8Array): typeof recordsToLines | null {
  const head = decodeText(bytes.subarray(0, HEAD_CHARACTERS)).trimStart()
  if (!head.startsWith('{')) return null
  const has = (...keys: readonly string[]) => keys.every(key => head.includes(`"${key}"`))
  if (has('benchmarks') && /guidellm|generative_benchmark/.test(head)) return guidellmReport
  if (has('metadata', 'metrics')) return aiperfRecords
  if (OTEL_KEYS.some(key => head.includes(`"${key}`))) return otelSpans
  return has('data', 'payloads') ? aiperfInputs : null
}

function aiperfRecords(bytes: Uint8Array, fileName: string): RecordsAsLines | null {
  const rows = documentsOf(bytes).flatMap(readAiperfRecord)
  const notice = `${fileName} is read as AIPerf's per-request records: each comes at its recorded start.`
  return linesOf(rows, notice)
}

function aiperfInputs(bytes: Uint8Array, fileName: string): RecordsAsLines | null {
  const {rows, withoutOutput} = readAiperfInputs(documentsOf(bytes)[0] ?? {})
  const left =
    withoutOutput === 0 ? '' : ` ${withoutOutput} payloads name no output length and were left out.`
  const notice =
    `${fileName} is read as AIPerf's inputs: prompts counted as one token for every 4 characters, outputs as long as their limit; it has no ` +
    `times, so it runs as a closed loop, with --replay-concurrency N.${left}`
  return linesOf(rows, notice)
}

function guidellmReport(bytes: Uint8Array, fileName: string): RecordsAsLines | null {
  const report = readGuidellmReport(documentsOf(bytes)[0] ?? {})
  if (report === null) return null
  const read = `${fileName} is read as guidellm's report: each request comes at its recorded start.`
  return linesOf(guidellmRows(report), [read, ...guidellmNotices(report)].join(' '))
}

function otelSpans(bytes: Uint8Array, fileName: string): RecordsAsLines | null {
  const {rows, others} = readOtelSpans(documentsOf(bytes))
  const left = others === 0 ? '' : ` ${others} spans without token counts were left out.`
  return linesOf(
    rows,
    `${fileName} is read as OpenTelemetry spans: each request comes at its span's start.${left}`,
  )
}

/** null without a row: then the reader of lines says what it misses. */
function linesOf(rows: readonly LengthsRow[], notice: string): RecordsAsLines | null {
  return rows.length === 0 ? null : {text: rows.map(row => JSON.stringify(row)).join('\n'), notice}
}

/** One document, or one on each line; lines that are none are passed over. */
function documentsOf(bytes: Uint8Array): readonly JsonObject[] {
  const text = decodeText(bytes)
  const whole = parse(text)
  if (isObject(whole)) return [whole]
  return text.split('\n').flatMap(line => {
    const value = parse(line)
    return isObject(value) ? [value] : []
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
