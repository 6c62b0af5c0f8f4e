import type {CsvColumns} from '../../../config/trace-options.ts'
import {floats, words} from '../../../core/column.ts'
import {fail, ok, type Problem, type Result} from '../../../core/result.ts'
import type {ParsedTrace} from '../../trace-columns.ts'
import {FileReader} from '../file-reader.ts'
import {lengthsOnlyNotice, withoutTokensNotice} from '../notices.ts'
import {SessionBuilder} from '../session-builder.ts'
import {CSV_NOUNS, type CsvFormat, type CsvLayout} from './csv-columns.ts'
import {CsvRequests} from './csv-request.ts'
import {type CsvRow, CsvRows} from './csv-rows.ts'
import {parseNumber} from './csv-time.ts'

export interface CsvOptions {
  readonly fileName: string
  readonly format: CsvFormat
  readonly columns: CsvColumns
}

/**
 * Traces of one request per CSV row: arrival time, input and output tokens, perhaps a session. They hold lengths only,
 * so no two prompts share a prefix. Rows without input or output (failed requests) are left out and counted.
 */
export class CsvReader extends FileReader<CsvRows> {
  readonly #options: CsvOptions
  readonly #requests: CsvRequests
  readonly #line = words()
  readonly #timestampMs = floats()
  readonly #elapsedMs = floats()
  readonly #inputLength = floats()
  readonly #outputLength = floats()
  readonly #sessionIds: (string | null)[] = []
  readonly #hashStart = words()
  readonly #hashIds = words()
  #withoutTokens = 0

  constructor(bytes: Uint8Array, options: CsvOptions) {
    super(new CsvRows(bytes, options.fileName), options.fileName)
    this.#options = options
    this.#requests = new CsvRequests(options)
  }

  get requestCount(): number {
    return this.#line.length
  }

  readStep(): Problem | null {
    const rows = this.source.readStep()
    if (!rows.ok) return rows.error
    for (const row of rows.value) {
      const {layout} = this.#requests
      const problem = layout === null ? this.#readHeader(row) : this.#readRow(row, layout)
      if (problem !== null) return problem
    }
    return null
  }

  protected build(count: number): Result<ParsedTrace> {
    const {fileName, format} = this.#options
    const {guessedUnit} = this.#requests
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
      ...(format === 'csv' && guessedUnit !== null ? {guessedUnit} : {}),
      ...sessions.value.finish(),
      hashStart: this.#hasHashes ? Uint32Array.from(this.#hashStart.toArray()) : new Uint32Array(count + 1),
      hashIds: Uint32Array.from(this.#hashIds.toArray()),
    })
  }

  get #hasHashes(): boolean {
    return (this.#requests.layout?.hashIds ?? -1) >= 0
  }

  #readHeader(row: CsvRow): Problem | null {
    this.#hashStart.push(0)
    return this.#requests.readHeader(row)
  }

  #readRow(row: CsvRow, layout: CsvLayout): Problem | null {
    const {line, cells} = row
    const request = this.#requests.read(row, layout)
    if (!request.ok) return request.error
    const {timestampMs, input, output} = request.value
    if (input === 0 || output === 0) {
      this.#withoutTokens++
      return null
    }
    if (layout.hashIds >= 0) {
      const ids = readHashIds(cells[layout.hashIds]!)
      if (ids === null) {
        const got = cells[layout.hashIds]!.slice(0, 40)
        const text = `needs a JSON list of whole numbers in hash_ids, got "${got}"`
        const failed = this.#requests.fail(line, text, 'hash_ids')
        return failed.ok ? null : failed.error
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
    const told = withoutTokensNotice(fileName, this.#withoutTokens)
    return this.#hasHashes ? told : [lengthsOnlyNotice(CSV_NOUNS[format]), ...told]
  }
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
