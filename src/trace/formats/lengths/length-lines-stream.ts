import type {Problem} from '../../../core/result.ts'
import {GrowingLengths, type LengthsStream} from '../../streamed/lengths-stream.ts'
import type {CsvStreamOptions} from '../csv/csv-stream.ts'
import {JsonLines, startsWithByteOrderMark} from '../json-lines.ts'
import {isOfRecords} from '../records/records-to-lines.ts'
import {LengthLines} from './length-lines.ts'

/** `LengthsReader` of a file that comes in pieces. */
export class LengthLinesStream implements LengthsStream {
  readonly #fileName: string
  readonly #rows: LengthLines
  readonly #requests: GrowingLengths
  /** Lines read so far. */
  #lineCount = 0
  #hasMore = false

  /** @param rows about how many there are */
  constructor({fileName, columns, rows}: Pick<CsvStreamOptions, 'fileName' | 'columns' | 'rows'>) {
    this.#fileName = fileName
    this.#rows = new LengthLines(columns)
    this.#requests = new GrowingLengths(rows)
  }

  get saysMore(): boolean {
    return this.#hasMore || !this.#requests.isInOrder
  }

  get requestCount(): number {
    return this.#requests.requestCount
  }

  get readAs(): LengthsStream['readAs'] {
    return {format: 'lengths', ...this.#rows.readAs}
  }

  get notices(): readonly string[] {
    return this.#rows.notices(this.#fileName)
  }

  read(piece: Uint8Array): Problem | null {
    const isFirst = this.#lineCount === 0
    // What a tool wrote is turned into lines of lengths first; a mark within the file is no part of JSON.
    this.#hasMore ||= isFirst ? isOfRecords(piece) : startsWithByteOrderMark(piece)
    const lines = new JsonLines(piece, this.#fileName, this.#lineCount)
    while (!lines.isDone && !this.saysMore) {
      const problem = lines.readStep(() => this.#readLine(lines))
      if (problem !== null) return problem
    }
    this.#lineCount = lines.lineNumber
    return null
  }

  columns() {
    return this.#requests.columns()
  }

  #readLine(lines: JsonLines): Problem | null {
    const row = this.#rows.read(lines)
    if (!row.ok) return row.error
    if (row.value === null) return null
    const {timestampMs, input, output, session, delayMs} = row.value
    this.#hasMore ||= session !== null || (!Number.isNaN(delayMs) && delayMs !== 0)
    this.#requests.add(timestampMs, input, output)
    return null
  }
}
