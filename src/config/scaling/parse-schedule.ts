import type {JsonObject} from '../../core/is-object.ts'
import {JsonFields} from '../../core/json-fields.ts'
import {parseDurationS} from '../../core/parse-duration.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {ReadDocuments} from '../read-documents.ts'
import {type Moment, parseMoment} from './parse-moment.ts'
import type {Schedule, ScheduleStep} from './schedule.ts'

/**
 * A schedule as a scenario carries it: `steps` of `at` (seconds), `prefill` and `decode`, and `repeatEvery` (seconds) where the
 * steps begin anew.
 */
export type ScheduleDocument = JsonObject

const DAY_S = 86_400
const MAX_REPLICAS = 100_000

/** Reads JSON or YAML with `steps`, or a table (CSV) of times and replica counts, as Prometheus and Grafana export them. */
export function parseScheduleText(text: string, readDocuments: ReadDocuments): Result<ScheduleDocument> {
  if (/^\s*[{[]|^\s*steps\s*:/m.test(text)) {
    const documents = readDocuments(text)
    if (!documents.ok) return documents
    const [first] = documents.value
    const schedule = parseSchedule(Array.isArray(first) ? {steps: first} : (first as JsonObject))
    return schedule.ok ? ok(scheduleDocument(schedule.value)) : schedule
  }
  const rows = parseTable(text)
  if (!rows.ok) return rows
  const schedule = arrange(rows.value, 0)
  return schedule.ok ? ok(scheduleDocument(schedule.value)) : schedule
}

/** Reads the form with `steps`. Times of day repeat daily; `startsAt` says what time of day the trace begins at. */
export function parseSchedule(document: ScheduleDocument): Result<Schedule> {
  const fields = new JsonFields(document, '')
  const startsAt = parseMoment(fields.text('startsAt', '00:00'))
  if (startsAt?.kind !== 'clock') fields.refuse('startsAt is no time of day such as 08:30', 'startsAt')
  const rows = fields.objects('steps').map(readStep)
  const repeat = readRepeat(fields)
  const read = fields.finish(rows)
  if (!read.ok) return read
  const schedule = arrange(rows, startsAt?.seconds ?? 0)
  if (!schedule.ok || repeat === null) return schedule
  const last = schedule.value.steps.at(-1)?.atS ?? 0
  if (repeat <= last)
    return fail(`repeatEvery is ${repeat} s, but the last step is at ${last} s`, 'repeatEvery')
  return ok({...schedule.value, repeatEveryS: repeat})
}

interface Row {
  readonly at: Moment
  readonly prefill: number | null
  readonly decode: number | null
}

function readStep(step: JsonFields): Row {
  const at = step.raw('at')
  const moment = typeof at === 'number' || typeof at === 'string' ? parseMoment(String(at)) : null
  if (moment === null) step.refuse(`${step.path('at')} is no time such as 90, 6 min, 08:30 or a date`, 'at')
  const count = (key: string): number | null =>
    step.has(key) ? step.whole(key, {min: 0, max: MAX_REPLICAS}) : null
  const row = {
    at: moment ?? {kind: 'offset' as const, seconds: 0},
    prefill: count('prefill'),
    decode: count('decode') ?? count('replicas') ?? count('agg'),
  }
  if (row.prefill === null && row.decode === null) {
    step.refuse(`${step.path('decode')} is missing, and prefill and replicas are, too`)
  }
  return row
}

function readRepeat(fields: JsonFields): number | null {
  const value = fields.raw('repeatEvery')
  if (value === null) return null
  const seconds = parseDurationS(String(value))
  if (seconds === null || seconds <= 0) fields.refuse('repeatEvery is no duration such as 24h', 'repeatEvery')
  return seconds
}

/** Brings rows to seconds from the first arrival, in order. */
function arrange(rows: readonly Row[], startsAtS: number): Result<Schedule> {
  const [first] = rows
  if (first === undefined) return fail('the schedule has no step', 'steps')
  const {kind} = first.at
  if (rows.some(({at}) => at.kind !== kind)) {
    return fail('the schedule mixes seconds from the start, times of day and dates', 'steps')
  }
  const earliest = Math.min(...rows.map(({at}) => at.seconds))
  const toOffset = (seconds: number): number => {
    if (kind === 'date') return seconds - earliest
    return kind === 'clock' ? (seconds - startsAtS + DAY_S) % DAY_S : seconds
  }
  const steps = rows
    .map(({at, prefill, decode}) => ({atS: toOffset(at.seconds), prefill, decode}))
    .sort((a, b) => a.atS - b.atS)
  const twice = steps.find((step, i) => i > 0 && step.atS === steps[i - 1]?.atS)
  if (twice !== undefined) return fail(`the schedule names the moment ${twice.atS} s twice`, 'steps')
  return kind === 'clock' ? ok(fromMidnight(steps)) : ok({steps, repeatEveryS: null})
}

/** The night's replicas are also those before the first step of the day. */
function fromMidnight(steps: readonly ScheduleStep[]): Schedule {
  const [first] = steps
  const last = steps.at(-1)
  const isWhole = first?.atS === 0 || last === undefined
  return {steps: isWhole ? steps : [{...last, atS: 0}, ...steps], repeatEveryS: DAY_S}
}

function parseTable(text: string): Result<Row[]> {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '' && !line.startsWith('#'))
  const cells = lines.map(line => line.split(/[,;\t]/).map(cell => cell.trim().replace(/^"(.*)"$/, '$1')))
  const header = cells[0] !== undefined && parseMoment(cells[0][0] ?? '') === null ? cells[0] : null
  const columns = header === null ? guessColumns(cells[0]?.length ?? 0) : findColumns(header)
  if (columns === null) {
    return fail(
      'a schedule table needs a time and one count of replicas, or columns named prefill and decode',
    )
  }
  const rows: Row[] = []
  for (const [i, row] of cells.entries()) {
    if (i === 0 && header !== null) continue
    const at = parseMoment(row[0] ?? '')
    if (at === null) return fail(`line ${i + 1} of the schedule: "${row[0]}" is no time`)
    const prefill = columns.prefill === null ? null : countOf(row[columns.prefill])
    const decode = columns.decode === null ? null : countOf(row[columns.decode])
    if (Number.isNaN(prefill) || Number.isNaN(decode)) {
      return fail(`line ${i + 1} of the schedule: a count of replicas is no whole number`)
    }
    rows.push({at, prefill, decode})
  }
  return ok(rows)
}

interface Columns {
  readonly prefill: number | null
  readonly decode: number | null
}

function guessColumns(count: number): Columns | null {
  if (count === 0) return {prefill: null, decode: null}
  if (count === 2) return {prefill: null, decode: 1}
  return count === 3 ? {prefill: 1, decode: 2} : null
}

function findColumns(header: readonly string[]): Columns | null {
  const find = (word: string): number | null => {
    const found = header.findIndex((name, i) => i > 0 && name.toLowerCase().includes(word))
    return found < 0 ? null : found
  }
  const [prefill, decode] = [find('prefill'), find('decode')]
  if (prefill === null && decode === null) return header.length === 2 ? {prefill: null, decode: 1} : null
  return {prefill, decode}
}

/** NaN for what is no count. */
function countOf(text: string | undefined): number {
  const number = text === undefined || text === '' ? Number.NaN : Number(text)
  return Number.isInteger(number) && number >= 0 && number <= MAX_REPLICAS ? number : Number.NaN
}

/** As a scenario carries it. */
export function scheduleDocument({steps, repeatEveryS}: Schedule): ScheduleDocument {
  const written = steps.map(({atS, prefill, decode}) => ({
    at: atS,
    ...(prefill === null ? {} : {prefill}),
    ...(decode === null ? {} : {decode}),
  }))
  return {steps: written, ...(repeatEveryS === null ? {} : {repeatEvery: repeatEveryS})}
}
