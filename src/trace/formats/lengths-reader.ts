import type {CsvColumns, TimeUnit} from '../../config/trace-options.ts'
import {floats, words} from '../../core/column.ts'
import {isObject} from '../../core/is-object.ts'
import {messageOf} from '../../core/message-of.ts'
import {ok, type Problem, type Result} from '../../core/result.ts'
import {INT32_MAX} from '../int32.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import {columnUnitOf, isColumnOf, type LengthField} from './csv/csv-columns.ts'
import {isNumber, TimeReader, unitOfEpoch} from './csv/csv-time.ts'
import {JsonLinesReader} from './file-reader.ts'
import {TEXT_KEYS} from './known-keys.ts'
import {lengthsOnlyNotice, withoutTokensNotice} from './notices.ts'
import {SessionBuilder} from './session-builder.ts'
import {timeUnitMs} from './time-unit.ts'

/** Names of the fields in a row; null = it has none. */
type RowKeys = Record<LengthField | 'text', string | null>

/** Characters of English text that a token stands for, by the rule of thumb that model cards give. */
const CHARACTERS_PER_TOKEN = 4

/**
 * JSON lines that hold lengths only, under the names people use for them (`prompt_tokens`, `isl`, `arrival_time` …): the
 * shapes of AIPerf, guidellm and of one's own logs. No two prompts share a prefix. A prompt given as text is counted by a
 * rule of thumb. Rows without input or output (failed requests) are left out and counted, as in CSV traces.
 */
export class LengthsReader extends JsonLinesReader {
  readonly #columns: CsvColumns
  readonly #inputLength = floats()
  readonly #outputLength = words()
  #sessions: SessionBuilder | null = null
  #keys: RowKeys | null = null
  /** Names of fields that are no session's. */
  readonly #otherNames = new Set<string>()
  #time = new TimeReader(1)
  #guessedUnit: TimeUnit | null = null
  #withoutTokens = 0
  #fromText = 0

  constructor(bytes: Uint8Array, fileName: string, columns: CsvColumns) {
    super(bytes, fileName)
    this.#columns = columns
  }

  get requestCount(): number {
    return this.#inputLength.length
  }

  protected build(count: number): Result<ParsedTrace> {
    return ok({
      fileName: this.fileName,
      format: 'lengths',
      notices: this.#notices(),
      traceBlockSize: null,
      prompts: 'none',
      requestCount: count,
      ...(this.#guessedUnit === null ? {} : {guessedUnit: this.#guessedUnit}),
      inputLengthGiven: this.#inputLength.toArray(),
      outputLength: Int32Array.from(this.#outputLength.toArray()),
      ...this.#sessions!.finish(),
      hashStart: new Uint32Array(count + 1),
      hashIds: new Uint32Array(0),
    })
  }

  protected readonly readLine = (): Problem | null => {
    const {text} = this.lines
    if (text === '') return null
    let row: unknown
    try {
      row = JSON.parse(text)
    } catch (error) {
      return this.lines.problem(`is not JSON: ${messageOf(error)}`)
    }
    if (!isObject(row)) return this.lines.problem('must be a JSON object')
    this.#keys ??= this.#findKeys(row)
    // A first turn, or a request alone, may stand without its session.
    if (this.#keys.session === null) this.#keys.session = this.#newSessionKey(row)
    this.#sessions ??= new SessionBuilder(this.lines.countLines())
    return this.#readRow(row, this.#keys, this.#sessions)
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

  #readRow(row: Readonly<Record<string, unknown>>, keys: RowKeys, sessions: SessionBuilder): Problem | null {
    const input = this.#readInput(row, keys)
    if (typeof input !== 'number') return input
    const output = readLength(keys.output === null ? undefined : row[keys.output])
    if (Number.isNaN(output)) return this.#badField(keys.output, 'output tokens', row)
    if (input === 0 || output === 0) {
      this.#withoutTokens++
      return null
    }
    const given = keys.timestamp === null ? undefined : row[keys.timestamp]
    const timestamp = given === undefined || given === null ? Number.NaN : this.#time.read(String(given))
    if (given !== undefined && given !== null && !Number.isFinite(timestamp))
      return this.lines.problem(
        `needs a date or a number in ${keys.timestamp}, got ${shown(given)}`,
        keys.timestamp!,
      )
    const session = keys.session === null ? undefined : row[keys.session]
    const delay = row.delay ?? row.delay_ms
    const problem = sessions.add({
      line: this.lines.lineNumber,
      sessionId: session === undefined || session === null ? null : `session ${String(session)}`,
      timestamp,
      delay: typeof delay === 'number' ? delay : Number.NaN,
    })
    if (problem !== null) return this.lines.problem(problem, 'delay')
    this.#inputLength.push(input)
    this.#outputLength.push(output)
    return null
  }

  #readInput(
    row: Readonly<Record<string, unknown>>,
    {input, text}: Readonly<Record<'input' | 'text', string | null>>,
  ): number | Problem {
    const given = input === null ? undefined : row[input]
    const written = text === null ? undefined : row[text]
    if ((given === undefined || given === null) && typeof written === 'string') {
      this.#fromText++
      return Math.ceil(written.length / CHARACTERS_PER_TOKEN)
    }
    const length = readLength(given)
    return Number.isNaN(length) ? this.#badField(input, 'input tokens', row) : length
  }

  #badField(key: string | null, what: string, row: Readonly<Record<string, unknown>>): Problem {
    if (key !== null && row[key] !== undefined)
      return this.lines.problem(
        `needs a whole number of tokens up to ${INT32_MAX} in ${key}, got ${shown(row[key])}`,
        key,
      )
    const names = Object.keys(row).slice(0, 12).join(', ')
    const field = what.startsWith('input') ? 'input' : 'output'
    return this.lines.problem(
      `has no field known to hold ${what}; name it with ${field}=NAME in the trace columns (the row has ${names})`,
      'columns',
    )
  }

  #notices(): readonly string[] {
    const notices = [lengthsOnlyNotice('The trace')]
    if (this.#fromText > 0)
      notices.push(
        `${this.fileName}: ${this.#fromText} prompts are given as text; they were counted as one token for every ${CHARACTERS_PER_TOKEN} characters.`,
      )
    return [...notices, ...withoutTokensNotice(this.fileName, this.#withoutTokens)]
  }
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
