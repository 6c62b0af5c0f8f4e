import type {CsvColumns, TimeUnit} from '../../../config/trace-options.ts'
import {isObject} from '../../../core/is-object.ts'
import {messageOf} from '../../../core/message-of.ts'
import {ok, type Problem, type Result} from '../../../core/result.ts'
import {INT32_MAX} from '../../int32.ts'
import {columnUnitOf, isColumnOf, type LengthField} from '../csv/csv-columns.ts'
import {isNumber, TimeReader, unitOfEpoch} from '../csv/csv-time.ts'
import type {JsonLines} from '../json-lines.ts'
import {TEXT_KEYS} from '../known-keys.ts'
import {lengthsOnlyNotice, withoutTokensNotice} from '../notices.ts'
import {timeUnitMs} from '../time-unit.ts'

/** What one line says of a request. */
export interface LengthLine {
  /** ms; NaN = it says none. */
  readonly timestampMs: number
  readonly input: number
  readonly output: number
  /** Name of its session; null = it is alone. */
  readonly session: string | null
  /** ms; NaN = it says none. */
  readonly delayMs: number
}

/** Names of the fields in a row; null = it has none. */
type RowKeys = Record<LengthField | 'text', string | null>

/** Characters of English text that a token stands for, by the rule of thumb that model cards give. */
const CHARACTERS_PER_TOKEN = 4

/** Reads lines of lengths, of which the first names the fields. Rows without input or output are left out and counted. */
export class LengthLines {
  readonly #columns: CsvColumns
  #keys: RowKeys | null = null
  /** Names of fields that are no session's. */
  readonly #otherNames = new Set<string>()
  #time = new TimeReader(1)
  #guessedUnit: TimeUnit | null = null
  #withoutTokens = 0
  #fromText = 0

  constructor(columns: CsvColumns) {
    this.#columns = columns
  }

  /** The unit that times were taken to be in where nothing says it; absent where something does. */
  get readAs(): {readonly guessedUnit?: TimeUnit} {
    return this.#guessedUnit === null ? {} : {guessedUnit: this.#guessedUnit}
  }

  /** @returns null for a row without a request */
  read(lines: JsonLines): Result<LengthLine | null> {
    const {text} = lines
    if (text === '') return ok(null)
    let row: unknown
    try {
      row = JSON.parse(text)
    } catch (error) {
      return failed(lines.problem(`is not JSON: ${messageOf(error)}`))
    }
    if (!isObject(row)) return failed(lines.problem('must be a JSON object'))
    this.#keys ??= this.#findKeys(row)
    // A first turn, or a request alone, may stand without its session.
    if (this.#keys.session === null) this.#keys.session = this.#newSessionKey(row)
    return this.#readRow(row, this.#keys, lines)
  }

  notices(fileName: string): readonly string[] {
    const notices = [lengthsOnlyNotice('The trace')]
    if (this.#fromText > 0)
      notices.push(
        `${fileName}: ${this.#fromText} prompts are given as text; they were counted as one token for every ${CHARACTERS_PER_TOKEN} characters.`,
      )
    return [...notices, ...withoutTokensNotice(fileName, this.#withoutTokens)]
  }

  /** The first row names the fields; a name the user gave comes before one that is known. */
  #findKeys(row: Readonly<Record<string, unknown>>) {
    const names = Object.keys(row)
    const find = (field: LengthField) =>
      this.#columns[field] ?? names.find(name => isColumnOf(field, name)) ?? null
    const timestamp = find('timestamp')
    const first = row[timestamp ?? '']
    const told = this.#columns.unit ?? columnUnitOf(timestamp ?? '') ?? unitOfEpoch(first)
    if (told === null && isNumber(String(first))) this.#guessedUnit = 'ms'
    this.#time = new TimeReader(timeUnitMs(told ?? 'ms'))
    return {
      timestamp,
      input: find('input'),
      output: find('output'),
      session: find('session'),
      text: TEXT_KEYS.find(key => typeof row[key] === 'string') ?? null,
    }
  }

  /** The name of a session's field among those that no row before had. */
  #newSessionKey(row: Readonly<Record<string, unknown>>): string | null {
    for (const name of Object.keys(row)) {
      if (this.#otherNames.has(name)) continue
      if (isColumnOf('session', name)) return name
      this.#otherNames.add(name)
    }
    return null
  }

  #readRow(
    row: Readonly<Record<string, unknown>>,
    keys: RowKeys,
    lines: JsonLines,
  ): Result<LengthLine | null> {
    const input = this.#readInput(row, keys)
    if (Number.isNaN(input)) return failed(badField(lines, keys.input, 'input', row))
    const output = readLength(keys.output === null ? undefined : row[keys.output])
    if (Number.isNaN(output)) return failed(badField(lines, keys.output, 'output', row))
    if (input === 0 || output === 0) {
      this.#withoutTokens++
      return ok(null)
    }
    const given = keys.timestamp === null ? undefined : row[keys.timestamp]
    const timestampMs = given === undefined || given === null ? Number.NaN : this.#time.read(String(given))
    if (given !== undefined && given !== null && !Number.isFinite(timestampMs))
      return failed(
        lines.problem(`needs a date or a number in ${keys.timestamp}, got ${shown(given)}`, keys.timestamp!),
      )
    const session = keys.session === null ? undefined : row[keys.session]
    const delay = row.delay ?? row.delay_ms
    return ok({
      timestampMs,
      input,
      output,
      session: session === undefined || session === null ? null : `session ${String(session)}`,
      delayMs: typeof delay === 'number' ? delay : Number.NaN,
    })
  }

  #readInput(
    row: Readonly<Record<string, unknown>>,
    {input, text}: Readonly<Record<'input' | 'text', string | null>>,
  ): number {
    const given = input === null ? undefined : row[input]
    const written = text === null ? undefined : row[text]
    if ((given === undefined || given === null) && typeof written === 'string') {
      this.#fromText++
      return Math.ceil(written.length / CHARACTERS_PER_TOKEN)
    }
    return readLength(given)
  }
}

function badField(
  lines: JsonLines,
  key: string | null,
  field: 'input' | 'output',
  row: Readonly<Record<string, unknown>>,
): Problem {
  if (key !== null && row[key] !== undefined)
    return lines.problem(
      `needs a whole number of tokens up to ${INT32_MAX} in ${key}, got ${shown(row[key])}`,
      key,
    )
  const names = Object.keys(row).slice(0, 12).join(', ')
  return lines.problem(
    `has no field known to hold ${field} tokens; name it with ${field}=NAME in the trace columns (the row has ${names})`,
    'columns',
  )
}

function failed(error: Problem): Result<never> {
  return {ok: false, error}
}

/** NaN for anything that is not a count of tokens. */
function readLength(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= INT32_MAX
    ? number
    : Number.NaN
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60)
}
