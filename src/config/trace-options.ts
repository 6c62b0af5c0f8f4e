import {fail, ok, type Result} from '../core/result.ts'

/** Formats of trace files; those of the reference's `--trace-format` under its names, the delta and agentic Mooncake being of 1.6.1 alone. */
export const TRACE_FORMATS = [
  'mooncake',
  'mooncake-delta',
  'agentic_mooncake',
  'applied_compute_agentic',
  'dynamo',
  'azure',
  'burstgpt',
  'csv',
  'lengths',
  'bailian',
  'weka',
] as const
export type TraceFormat = (typeof TRACE_FORMATS)[number]

/** Title of each format for people. */
export const FORMAT_TITLES: Readonly<Record<TraceFormat, string>> = {
  mooncake: 'Mooncake JSONL',
  'mooncake-delta': 'Mooncake JSONL, new tokens of each turn',
  agentic_mooncake: 'Agentic Mooncake JSONL',
  applied_compute_agentic: 'Applied Compute agentic JSONL',
  dynamo: 'Dynamo request trace',
  azure: 'Azure LLM inference CSV',
  burstgpt: 'BurstGPT CSV',
  csv: 'CSV with a header',
  lengths: 'JSON lines of lengths',
  bailian: 'Bailian JSONL',
  weka: 'Weka / kv-cache-tester JSON',
}

/** Units of recorded times. */
const TIME_UNITS = ['s', 'ms', 'us', 'ns'] as const
export type TimeUnit = (typeof TIME_UNITS)[number]

/** Which columns of a CSV file mean what; an absent one is told by its name. */
export interface CsvColumns {
  readonly timestamp?: string
  readonly input?: string
  readonly output?: string
  readonly session?: string
  /** Of numeric timestamps, in any format; absent = as the format or the column's name says, else s in a CSV file. */
  readonly unit?: TimeUnit
}

/** How the bytes of a trace file are read. */
export interface TraceFormatOptions {
  /** Absent = told from the content. */
  readonly format?: TraceFormat
  readonly columns?: CsvColumns
  /** Share of the first prompt that sessions of an `applied_compute_agentic` trace have in common. */
  readonly sharedPrefixRatio?: number
  readonly numPrefixGroups?: number
  /** Lines that are passed over, from 1: `3,17`. */
  readonly leaveOut?: string
}

/** What is wrong with the lines that are to be left out, if anything. */
export function checkTraceFormat(options: TraceFormatOptions): Result<TraceFormatOptions> {
  const {leaveOut} = options
  if (leaveOut === undefined || /^[1-9]\d{0,8}(,[1-9]\d{0,8}){0,99}$/.test(leaveOut)) return ok(options)
  return fail(`lines to leave out read 3,17, up to 100 of them, got "${leaveOut.slice(0, 60)}"`, 'leaveOut')
}

export const OVERSIZE = ['leave-out', 'keep'] as const

/** Which part of a trace is replayed. A session stays whole: its first turn decides. */
export interface TraceSelection {
  /** Seconds from the first arrival as recorded, before any speed-up. */
  readonly startS?: number
  /** The first second no longer replayed. */
  readonly endS?: number
  /** Requests at the most, in file order. */
  readonly limit?: number
  /** Share of sessions kept, chosen by the scenario's seed. */
  readonly sample?: number
  /** Input tokens at the most; a session ends before its first longer prompt. */
  readonly maxInput?: number
  /** First turns come later by up to this much, at random by the scenario's seed. */
  readonly spreadMs?: number
  /** Requests that no instance's KV cache can hold under 1.2.1; absent = they are left out. */
  readonly oversize?: (typeof OVERSIZE)[number]
}

/** The first thing wrong with a selection; its `field` is the key. */
export function checkTraceSelection(selection: TraceSelection): Result<TraceSelection> {
  const {startS, endS, limit, sample, maxInput, spreadMs} = selection
  if (startS !== undefined && !(Number.isFinite(startS) && startS >= 0))
    return fail(`trace start must be a number of seconds from 0, got ${startS}`, 'startS')
  if (endS !== undefined && !(Number.isFinite(endS) && endS > (startS ?? 0)))
    return fail(`trace end must be after the start at ${startS ?? 0} s, got ${endS}`, 'endS')
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1))
    return fail(`trace limit must be a whole number of requests from 1, got ${limit}`, 'limit')
  if (sample !== undefined && !(sample > 0 && sample <= 1))
    return fail(`trace sample must be a share above 0 and up to 1, got ${sample}`, 'sample')
  if (maxInput !== undefined && !(Number.isSafeInteger(maxInput) && maxInput >= 1))
    return fail(`the longest prompt must be a whole number of tokens from 1, got ${maxInput}`, 'maxInput')
  if (spreadMs !== undefined && !(Number.isFinite(spreadMs) && spreadMs >= 0))
    return fail(`the spread of arrivals must be a number of ms from 0, got ${spreadMs}`, 'spreadMs')
  return ok(selection)
}

const COLUMN_KEYS = ['timestamp', 'input', 'output', 'session', 'unit'] as const
const COLUMNS_SYNTAX = 'timestamp=NAME,input=NAME,output=NAME,session=NAME,unit=s|ms|us|ns'

/** Reads `timestamp=ts,input=prompt,unit=ms`; every part may be left out. */
export function parseCsvColumns(text: string): Result<CsvColumns> {
  const columns: Partial<Record<(typeof COLUMN_KEYS)[number], string>> = {}
  for (const part of text.split(',')) {
    if (part.trim() === '') continue
    const [key = '', ...rest] = part.split('=')
    const known = COLUMN_KEYS.find(candidate => candidate === key.trim())
    const value = rest.join('=').trim()
    if (known === undefined || value === '')
      return fail(`trace columns must read ${COLUMNS_SYNTAX}, got "${part.trim().slice(0, 60)}"`, 'columns')
    columns[known] = value
  }
  const {unit} = columns
  if (unit !== undefined && !TIME_UNITS.some(known => known === unit))
    return fail(`the unit of trace columns must be s, ms, us or ns, got "${unit.slice(0, 60)}"`, 'columns')
  return ok(columns as CsvColumns)
}

export function formatCsvColumns(columns: CsvColumns): string {
  return COLUMN_KEYS.flatMap(key => (columns[key] === undefined ? [] : [`${key}=${columns[key]}`])).join(',')
}
