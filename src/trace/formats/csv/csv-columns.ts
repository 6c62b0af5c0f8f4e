import type {CsvColumns, TimeUnit, TraceFormat} from '../../../config/trace-options.ts'
import {fail, ok, type Result} from '../../../core/result.ts'

export type CsvFormat = Extract<TraceFormat, 'azure' | 'burstgpt' | 'csv'>

/** What is read, as a sentence begins. */
export const CSV_NOUNS: Readonly<Record<CsvFormat, string>> = {
  azure: 'The Azure LLM inference trace',
  burstgpt: 'The BurstGPT trace',
  csv: 'A CSV trace',
}

/** Where the fields of a request stand in a row; -1 = nowhere. */
export interface CsvLayout {
  readonly timestamp: number
  readonly input: number
  readonly output: number
  readonly session: number
  /** Seconds a request took in the recording. */
  readonly elapsed: number
  /** Ids of the prompt's blocks, as a JSON list. */
  readonly hashIds: number
  /** As the user or the column's name says; null = as the first time of the file looks. */
  readonly unit: TimeUnit | null
  /** What numbers are in where nothing says it. */
  readonly usualUnit: TimeUnit
  readonly header: readonly string[]
}

/** Names that say what a column holds, in lower case with anything but letters and digits as `_`. */
const TIMESTAMP =
  /^(timestamp|time|ts|arrival|arrived_at|arrival_(time|timestamp)|created(_at|_time)?|start(_time)?|request_time(stamp)?)(_(s|sec|secs|seconds|ms|millis|milliseconds|us|micros|microseconds|ns|nanos|nanoseconds))?$/
const INPUT =
  /^(input|prompt|context|request|prefill|num_(input|prompt|context|request|prefill))_?(tokens?|length|len|toks)$|^(isl|contexttokens|prompt_size|prefill_tokens)$/
const OUTPUT =
  /^(output|generated|generation|completion|response|decode|num_(output|generated|completion|response|decode))_?(tokens?|length|len|toks)$|^(osl|generatedtokens|token_size|decode_tokens)$/
const SESSION = /^(session|conversation|chat|user_session)_?(id)?$/
const ELAPSED = /^elapsed_time$/
const HASH_IDS = /^(hash_ids|block_hashes)$/
const UNIT_SUFFIXES: readonly (readonly [RegExp, TimeUnit])[] = [
  [/_(ms|millis|milliseconds)$/, 'ms'],
  [/_(us|micros|microseconds)$/, 'us'],
  [/_(ns|nanos|nanoseconds)$/, 'ns'],
  [/_(s|sec|secs|seconds)$/, 's'],
]

/** The fields of a request that a name can stand for. */
export type LengthField = 'timestamp' | 'input' | 'output' | 'session'

const PATTERNS: Readonly<Record<LengthField, RegExp>> = {
  timestamp: TIMESTAMP,
  input: INPUT,
  output: OUTPUT,
  session: SESSION,
}

/** Whether a column or key of this name is known to hold the field. */
export function isColumnOf(field: LengthField, name: string): boolean {
  return PATTERNS[field].test(normaliseName(name))
}

/** A normalised name without the unit it ends with. */
export function withoutUnit(name: string): string {
  const [suffix] = UNIT_SUFFIXES.find(([pattern]) => pattern.test(name)) ?? []
  return suffix === undefined ? name : name.replace(suffix, '')
}

/** The unit a name ends with, e.g. `arrival_time_ns`; null = it says none. */
export function columnUnitOf(name: string): TimeUnit | null {
  return UNIT_SUFFIXES.find(([pattern]) => pattern.test(normaliseName(name)))?.[1] ?? null
}

export function isAzureHeader(header: readonly string[]): boolean {
  const names = header.map(normaliseName)
  return ['timestamp', 'contexttokens', 'generatedtokens'].every(name => names.includes(name))
}

export function isBurstGptHeader(header: readonly string[]): boolean {
  const names = header.map(normaliseName)
  return ['timestamp', 'request_tokens', 'response_tokens'].every(name => names.includes(name))
}

export interface LayoutRequest {
  readonly fileName: string
  readonly format: CsvFormat
  readonly columns: CsvColumns
}

/** Finds the columns by the names given, else by what their own names say. */
export function findLayout(header: readonly string[], request: LayoutRequest): Result<CsvLayout> {
  const {columns, format} = request
  const names = header.map(normaliseName)
  const find = (given: string | undefined, pattern: RegExp) =>
    given === undefined
      ? names.findIndex(name => pattern.test(name))
      : header.findIndex(name => name.trim() === given)
  const layout = {
    timestamp: find(columns.timestamp, TIMESTAMP),
    input: find(columns.input, INPUT),
    output: find(columns.output, OUTPUT),
    session: find(columns.session, SESSION),
    elapsed: format === 'burstgpt' ? find(undefined, ELAPSED) : -1,
    hashIds: format === 'csv' ? find(undefined, HASH_IDS) : -1,
  }
  for (const field of ['timestamp', 'input', 'output', 'session'] as const) {
    const isOptional = field === 'session' && columns.session === undefined
    if (layout[field] >= 0 || isOptional) continue
    return fail(describeMissing(header, request, field), 'columns')
  }
  return ok({
    ...layout,
    unit: columns.unit ?? columnUnitOf(header[layout.timestamp]!),
    // Whoever wrote block ids into a table had a Mooncake trace, whose times are ms.
    usualUnit: layout.hashIds >= 0 ? 'ms' : 's',
    header,
  })
}

function describeMissing(
  header: readonly string[],
  {fileName, columns}: LayoutRequest,
  field: 'timestamp' | 'input' | 'output' | 'session',
): string {
  const what = {
    timestamp: 'arrival times',
    input: 'input tokens',
    output: 'output tokens',
    session: 'sessions',
  }[field]
  const given = columns[field]
  const reason = given === undefined ? `no column is known to hold ${what}` : `there is no column "${given}"`
  const listed = header.slice(0, 12).map(name => name.trim().slice(0, 40))
  const more = header.length > listed.length ? ', …' : ''
  return `${fileName}: trace line 1: ${reason}; name it with ${field}=NAME in the trace columns (the file has ${listed.join(', ')}${more})`
}

/** A column's name in lower case, with `_` for anything but letters and digits. */
export function normaliseName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
}
