import type {CsvColumns} from '../../config/trace-options.ts'
import {floats, words} from '../../core/column.ts'
import {fail, ok, type Problem, type Result} from '../../core/result.ts'
import type {ParsedTrace} from '../parsed-trace.ts'
import {type CsvFormat, type CsvLayout, findLayout} from './csv-columns.ts'
import {type CsvRow, CsvRows} from './csv-rows.ts'
import {parseNumber, TimeReader} from './csv-time.ts'
import {SessionBuilder} from './session-builder.ts'
import {INT32_MAX, type TraceReader} from './trace-reader.ts'

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
  #time = new TimeReader(1000)
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
      prompts: 'none',
      requestCount: count,
      inputLengthGiven: this.#inputLength.toArray(),
      outputLength: Int32Array.from(this.#outputLength.toArray()),
      ...sessions.value.finish(),
      hashStart: new Uint32Array(count + 1),
      hashIds: new Uint32Array(0),
    })
  }

  #readHeader({cells}: CsvRow): Problem | null {
    const layout = findLayout(cells, this.#options)
    if (!layout.ok) return layout.error
    this.#layout = layout.value
    this.#time = new TimeReader(layout.value.unit === 'ms' ? 1 : 1000)
    return null
  }

  #readRow({line, cells}: CsvRow, layout: CsvLayout): Problem | null {
    if (cells.length !== layout.header.length)
      return this.#problem(line, `has ${cells.length} cells, the header has ${layout.header.length}`, '')
    const input = readLength(cells[layout.input]!)
    const output = readLength(cells[layout.output]!)
    if (Number.isNaN(input)) return this.#badCell(line, cells, layout, 'input')
    if (Number.isNaN(output)) return this.#badCell(line, cells, layout, 'output')
    const timestampMs = this.#time.read(cells[layout.timestamp]!)
    if (!Number.isFinite(timestampMs)) return this.#badCell(line, cells, layout, 'timestamp')
    if (input === 0 || output === 0) {
      this.#withoutTokens++
      return null
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
    if (this.#sessionIds.every(id => id === null) || this.#isInOrder()) return order
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
    const notices = [
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
