import type {CsvColumns} from '../../config/trace-options.ts'
import {floats, words} from '../../core/column.ts'
import {fail, ok, type Problem, type Result} from '../../core/result.ts'
import {INT32_MAX} from '../int32.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import {type CsvFormat, type CsvLayout, findLayout} from './csv-columns.ts'
import {type CsvRow, CsvRows} from './csv-rows.ts'
import {parseNumber, TimeReader, unitOfEpoch} from './csv-time.ts'
import {SessionBuilder} from './session-builder.ts'
import {timeUnitMs} from './time-unit.ts'
import type {TraceReader} from './trace-reader.ts'

export interface CsvOptions {
  readonly fileName: string
  readonly format: CsvFormat
  readonly columns: CsvColumns
}

const NOUNS: Readonly<Record<CsvFormat, string>> = {
  azure: 'The Azure LLM inference trace',
  burstgpt: 'The BurstGPT trace',
  csv: 'A CSV trace',
}

/**
 * Traces of one request per CSV row: arrival time, input and output tokens, perhaps a session. They hold lengths only,
 * so no two prompts share a prefix. Rows without input or output (failed requests) are left out and counted.
 */
export class CsvReader implements TraceReader {
  readonly #options: CsvOptions
  readonly #rows: CsvRows
  readonly #line = words()
  readonly #timestampMs = floats()
  readonly #elapsedMs = floats()
  readonly #inputLength = floats()
  readonly #outputLength = floats()
  readonly #sessionIds: (string | null)[] = []
  #layout: CsvLayout | null = null
  /** null until the first row tells the unit. */
  #time: TimeReader | null = null
  readonly #hashStart = words()
  readonly #hashIds = words()
  #withoutTokens = 0

  constructor(bytes: Uint8Array, options: CsvOptions) {
    this.#options = options
    this.#rows = new CsvRows(bytes, options.fileName)
  }

  get isDone(): boolean {
    return this.#rows.isDone
  }

  get position(): number {
    return this.#rows.position
  }

  get requestCount(): number {
    return this.#line.length
  }

  readStep(): Problem | null {
    const rows = this.#rows.readStep()
    if (!rows.ok) return rows.error
    for (const row of rows.value) {
      const problem = this.#layout === null ? this.#readHeader(row) : this.#readRow(row, this.#layout)
      if (problem !== null) return problem
    }
    return null
  }

  finish(): Result<ParsedTrace> {
    const {fileName, format} = this.#options
    const count = this.requestCount
    if (count === 0) return fail(`trace file ${fileName} did not contain any requests`)
    const sessions = this.#buildSessions()
    if (!sessions.ok) return sessions
    return ok({
      fileName,
      format,
      notices: this.#notices(),
      traceBlockSize: null,
      prompts: this.#hasHashes ? 'hashes' : 'none',
      requestCount: count,
      inputLengthGiven: this.#inputLength.toArray(),
      outputLength: Int32Array.from(this.#outputLength.toArray()),
      ...sessions.value.finish(),
      hashStart: this.#hasHashes ? Uint32Array.from(this.#hashStart.toArray()) : new Uint32Array(count + 1),
      hashIds: Uint32Array.from(this.#hashIds.toArray()),
    })
  }

  get #hasHashes(): boolean {
    return this.#layout !== null && this.#layout.hashIds >= 0
  }

  #readHeader({cells}: CsvRow): Problem | null {
    const layout = findLayout(cells, this.#options)
    if (!layout.ok) return layout.error
    this.#layout = layout.value
    this.#hashStart.push(0)
    return null
  }

  #readRow({line, cells}: CsvRow, layout: CsvLayout): Problem | null {
    if (cells.length !== layout.header.length)
      return this.#problem(line, `has ${cells.length} cells, the header has ${layout.header.length}`, '')
    const input = readLength(cells[layout.input]!)
    const output = readLength(cells[layout.output]!)
    if (Number.isNaN(input)) return this.#badCell(line, cells, layout, 'input')
    if (Number.isNaN(output)) return this.#badCell(line, cells, layout, 'output')
    const time = cells[layout.timestamp]!
    this.#time ??= new TimeReader(timeUnitMs(layout.unit ?? unitOfEpoch(time) ?? 's'))
    const timestampMs = this.#time.read(time)
    if (!Number.isFinite(timestampMs)) return this.#badCell(line, cells, layout, 'timestamp')
    if (input === 0 || output === 0) {
      this.#withoutTokens++
      return null
    }
    if (layout.hashIds >= 0) {
      const ids = readHashIds(cells[layout.hashIds]!)
      if (ids === null) {
        const got = cells[layout.hashIds]!.slice(0, 40)
        return this.#problem(line, `needs a JSON list of whole numbers in hash_ids, got "${got}"`, 'hash_ids')
      }
      for (const id of ids) this.#hashIds.push(id)
      this.#hashStart.push(this.#hashIds.length)
    }
    const elapsedS = layout.elapsed < 0 ? Number.NaN : parseNumber(cells[layout.elapsed]!.trim())
    const session = layout.session < 0 ? '' : cells[layout.session]!.trim()
    this.#line.push(line)
    this.#timestampMs.push(timestampMs)
    this.#elapsedMs.push(elapsedS * 1000)
    this.#inputLength.push(input)
    this.#outputLength.push(output)
    this.#sessionIds.push(session === '' ? null : session)
    return null
  }

  #badCell(
    line: number,
    cells: readonly string[],
    layout: CsvLayout,
    field: 'timestamp' | 'input' | 'output',
  ): Problem {
    const column = layout.header[layout[field]]!.trim()
    const wanted =
      field === 'timestamp' ? 'a date or a number' : `a whole number of tokens up to ${INT32_MAX}`
    const got = cells[layout[field]]!.slice(0, 40)
    return this.#problem(line, `needs ${wanted} in ${column}, got "${got}"`, column)
  }

  #problem(line: number, text: string, field: string): Problem {
    const message = `${this.#options.fileName}: trace line ${line} ${text}`
    return field === '' ? {message} : {message, field}
  }

  /**
   * Without the time a request took, the pause before a later turn is the time between their arrivals, as in the
   * Mooncake format; with it, the time from the end of one to the start of the next.
   */
  #buildSessions(): Result<SessionBuilder> {
    const builder = new SessionBuilder(this.requestCount)
    const endMs = new Map<string, number>()
    for (const row of this.#rowsByTime()) {
      const timestamp = this.#timestampMs.at(row)
      const id = this.#sessionIds[row]!
      const previousEndMs = id === null ? undefined : endMs.get(id)
      const line = this.#line.at(row)
      const problem = builder.add({
        line,
        // The prefix keeps a session that calls itself request_<line> apart from that line.
        sessionId: id === null ? null : `session ${id}`,
        timestamp,
        delay: previousEndMs === undefined ? Number.NaN : Math.max(timestamp - previousEndMs, 0),
      })
      if (problem !== null) return fail(`${this.#options.fileName}: trace line ${line} ${problem}`, 'session')
      const elapsedMs = this.#elapsedMs.at(row)
      if (id !== null && elapsedMs >= 0) endMs.set(id, timestamp + elapsedMs)
    }
    return ok(builder)
  }

  /** File order, unless there are sessions: their turns must come in order of time. */
  #rowsByTime(): Int32Array {
    const order = Int32Array.from({length: this.requestCount}, (_, row) => row)
    // Block ids lie in file order and are not moved.
    if (this.#sessionIds.every(id => id === null) || this.#hasHashes || this.#isInOrder()) return order
    this.#reorder(order.sort((a, b) => this.#timestampMs.at(a) - this.#timestampMs.at(b) || a - b))
    return Int32Array.from({length: this.requestCount}, (_, row) => row)
  }

  #isInOrder(): boolean {
    for (let row = 1; row < this.requestCount; row++) {
      if (this.#timestampMs.at(row) < this.#timestampMs.at(row - 1)) return false
    }
    return true
  }

  #reorder(order: Int32Array): void {
    for (const column of [
      this.#line,
      this.#timestampMs,
      this.#elapsedMs,
      this.#inputLength,
      this.#outputLength,
    ])
      column.reorder(order)
    const ids = [...this.#sessionIds]
    for (const [index, row] of order.entries()) this.#sessionIds[index] = ids[row]!
  }

  #notices(): readonly string[] {
    const {fileName, format} = this.#options
    const notices = this.#hasHashes
      ? []
      : [
          `${NOUNS[format]} holds lengths only: no two prompts share a prefix, so the prefix cache never helps in this replay.`,
        ]
    if (this.#withoutTokens > 0)
      notices.push(
        `${fileName}: ${this.#withoutTokens} requests without input or output tokens were left out.`,
      )
    return notices
  }
}

/** NaN for anything that is not a count of tokens; some exporters write counts as `12.0`. */
function readLength(text: string): number {
  const value = parseNumber(text.trim())
  return Number.isInteger(value) && value >= 0 && value <= INT32_MAX ? value : Number.NaN
}

/** The low 32 bits of block ids, which are all that prefix reuse needs; null for anything but a list of whole numbers. */
function readHashIds(text: string): number[] | null {
  let ids: unknown
  try {
    ids = JSON.parse(text)
  } catch {
    return null
  }
  if (!Array.isArray(ids) || !ids.every(id => Number.isSafeInteger(id) && id >= 0)) return null
  return ids.map((id: number) => id % 2 ** 32)
}
