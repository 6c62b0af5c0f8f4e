import {isObject, type JsonObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'

/** Requests and mean lengths of one interval: what a load predictor has seen before a run begins. */
export interface WarmupInterval {
  readonly numReq: number
  readonly isl: number
  readonly osl: number
}

export interface WarmupFile {
  readonly name: string
  /** JSON lines, unpacked. */
  readonly text: string
}

type WarmupFormat = 'mooncake' | 'dynamo'

interface WarmupRow {
  readonly atMs: number
  readonly isl: number
  readonly osl: number
}

/**
 * Traffic of a warm-up trace, interval by interval, from the first to the last that has any (planner-1.6.md 9.5). The
 * files are read as one trace, in the order given: Mooncake rows, or Dynamo's request trace v1, whose times begin at its
 * earliest request.
 */
export function parseWarmupTrace(files: readonly WarmupFile[], intervalS: number): Result<WarmupInterval[]> {
  const rows: WarmupRow[] = []
  let format: WarmupFormat | null = null
  for (const {name, text} of files) {
    for (const [i, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue
      const place = `${name}, line ${i + 1}`
      const record = parseRecord(line, place)
      if (!record.ok) return record
      const found = formatOf(record.value)
      if (found === null || (format !== null && found !== format)) {
        if (isOtherEvent(record.value) && format !== 'mooncake') continue
        return fail(`${place}: mixed or unsupported warm-up trace format.`, 'load_predictor_warmup_trace')
      }
      format = found
      const row = found === 'mooncake' ? readMooncake(record.value, place) : readDynamo(record.value, place)
      if (!row.ok) return row
      if (row.value !== null) rows.push(row.value)
    }
  }
  const originMs = format === 'dynamo' ? rows.reduce((least, {atMs}) => Math.min(least, atMs), Infinity) : 0
  return sumIntervals(rows, originMs, intervalS * 1000)
}

/** More intervals than this are a mistake in the times. */
const MOST_INTERVALS = 1_000_000

function sumIntervals(
  rows: readonly WarmupRow[],
  originMs: number,
  intervalMs: number,
): Result<WarmupInterval[]> {
  const sums = new Map<number, {count: number; isl: number; osl: number}>()
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const {atMs, isl, osl} of rows) {
    const index = Math.floor((atMs - originMs) / intervalMs)
    const sum = sums.get(index) ?? {count: 0, isl: 0, osl: 0}
    sums.set(index, {count: sum.count + 1, isl: sum.isl + isl, osl: sum.osl + osl})
    first = Math.min(first, index)
    last = Math.max(last, index)
  }
  if (last - first > MOST_INTERVALS) {
    return fail('The warm-up trace spans too many intervals.', 'load_predictor_warmup_trace')
  }
  const intervals: WarmupInterval[] = []
  for (let index = first; index <= last; index++) {
    const sum = sums.get(index)
    intervals.push(
      sum === undefined
        ? {numReq: 0, isl: 0, osl: 0}
        : {numReq: sum.count, isl: sum.isl / sum.count, osl: sum.osl / sum.count},
    )
  }
  return ok(intervals)
}

function parseRecord(line: string, place: string): Result<JsonObject> {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? ok(value) : problem(`${place}: a trace row must be a JSON object`)
  } catch {
    return problem(`${place}: invalid JSON`)
  }
}

function eventOf(record: JsonObject): JsonObject {
  return isObject(record.event) ? record.event : record
}

function formatOf(record: JsonObject): WarmupFormat | null {
  if (eventOf(record).schema === 'dynamo.request.trace.v1') return 'dynamo'
  const isMooncake = ['timestamp', 'input_length', 'output_length'].every(key => record[key] !== undefined)
  return isMooncake ? 'mooncake' : null
}

/** A line of a Dynamo trace that is no end of a request. */
function isOtherEvent(record: JsonObject): boolean {
  const {event_type: type} = eventOf(record)
  return typeof type === 'string' && type !== 'request_end'
}

function readMooncake(record: JsonObject, place: string): Result<WarmupRow | null> {
  return readRow(place, {
    atMs: ['timestamp', record.timestamp],
    isl: ['input_length', record.input_length],
    osl: ['output_length', record.output_length],
  })
}

function readDynamo(record: JsonObject, place: string): Result<WarmupRow | null> {
  const event = eventOf(record)
  if (event.event_type !== 'request_end') return ok(null)
  const {request} = event
  if (!isObject(request)) return problem(`${place}: request_end is missing its request`)
  if (!isObject(request.replay)) return problem(`${place}: request is missing its replay figures`)
  return readRow(place, {
    atMs:
      request.request_received_ms != null
        ? ['request_received_ms', request.request_received_ms]
        : ['event_time_unix_ms', event.event_time_unix_ms],
    isl: ['input_length', request.replay.input_length],
    osl: ['output_tokens', request.output_tokens],
  })
}

function readRow(
  place: string,
  fields: Record<keyof WarmupRow, readonly [key: string, value: unknown]>,
): Result<WarmupRow> {
  const [timeKey, atMs] = fields.atMs
  if (typeof atMs !== 'number' || !Number.isFinite(atMs))
    return problem(`${place}: ${timeKey} must be numeric`)
  const lengths: number[] = []
  for (const [key, value] of [fields.isl, fields.osl]) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      return problem(`${place}: ${key} must be a non-negative integer`)
    }
    lengths.push(value)
  }
  return ok({atMs, isl: lengths[0]!, osl: lengths[1]!})
}

function problem(sentence: string): ReturnType<typeof fail> {
  return fail(`${sentence}.`, 'load_predictor_warmup_trace')
}
