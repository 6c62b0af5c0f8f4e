import {strFromU8} from 'fflate'
import Papa, {type RowParser} from 'papaparse'
import {fail, ok, type Result} from '../../../core/result.ts'
import {startsWithByteOrderMark} from '../json-lines.ts'

const NEWLINE = 10
const STEP_BYTES = 256 * 1024
/** A row longer than this has lost its closing quote. */
const ROW_CHARACTERS_MAX = 1024 * 1024
const DELIMITERS = [',', ';', '\t', '|'] as const

export interface CsvRow {
  /** Line the row starts on, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** The rows of a CSV file, some hundred kilobytes at a time; blank lines are passed over. */
export class CsvRows {
  #bytes: Uint8Array
  readonly #fileName: string
  readonly #parser: RowParser
  position: number
  /** Start of a row whose quoted cell goes on in the next bytes. */
  #carry = ''
  #line = 1

  constructor(bytes: Uint8Array, fileName: string) {
    this.#bytes = bytes
    this.#fileName = fileName
    this.position = startsWithByteOrderMark(bytes) ? 3 : 0
    const delimiter = guessDelimiter(firstLine(bytes.subarray(this.position)))
    this.#parser = new Papa.Parser({delimiter, newline: '\n'})
  }

  /** Goes on with the bytes that follow, which begin with a line. All before has been read. */
  goOn(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.position = 0
  }

  get isDone(): boolean {
    return this.position >= this.#bytes.length
  }

  readStep(): Result<readonly CsvRow[]> {
    const start = this.position
    const end = this.#endOfStep(start)
    this.position = end
    const text = this.#carry + strFromU8(this.#bytes.subarray(start, end))
    const {data, errors, meta} = this.#parser.parse(text, 0, !this.isDone)
    this.#carry = text.slice(meta.cursor)
    const hasQuotes = text.includes('"')
    const rows: CsvRow[] = []
    for (const [index, cells] of data.entries()) {
      // Errors come in order of rows, and the first one ends the reading.
      if (errors[0]?.row === index) return this.#fail(errors[0].message)
      trimCarriageReturn(cells)
      if (cells.length > 1 || cells[0]!.trim() !== '') rows.push({line: this.#line, cells})
      this.#line += hasQuotes ? countLines(cells) : 1
    }
    if (this.#carry.length > ROW_CHARACTERS_MAX) return this.#fail('a quoted cell without an end')
    return ok(rows)
  }

  /** After a newline, so that no UTF-8 character is cut; at the end of the file if there is none. */
  #endOfStep(start: number): number {
    const newline = this.#bytes.indexOf(NEWLINE, Math.min(start + STEP_BYTES, this.#bytes.length))
    return newline < 0 ? this.#bytes.length : newline + 1
  }

  #fail(message: string): Result<never> {
    return fail(`${this.#fileName}: trace line ${this.#line} is not CSV: ${message}`)
  }
}

/** Cells of the header, by the same rules; null if the file does not start with a row. */
export function readCsvHeader(head: Uint8Array): readonly string[] | null {
  const start = startsWithByteOrderMark(head) ? 3 : 0
  const line = firstLine(head.subarray(start))
  const {data} = new Papa.Parser({delimiter: guessDelimiter(line), newline: '\n'}).parse(line, 0, false)
  const cells = data[0]?.map(cell => cell.trim()) ?? []
  return cells.some(cell => cell !== '') ? cells : null
}

function firstLine(bytes: Uint8Array): string {
  const newline = bytes.indexOf(NEWLINE)
  return strFromU8(bytes.subarray(0, Math.min(newline < 0 ? bytes.length : newline, 65_536)))
}

/** The one that splits the header most. */
function guessDelimiter(header: string): string {
  const counts = DELIMITERS.map(delimiter => header.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!
}

function trimCarriageReturn(cells: string[]): void {
  const last = cells.length - 1
  if (cells[last]!.endsWith('\r')) cells[last] = cells[last]!.slice(0, -1)
}

function countLines(cells: readonly string[]): number {
  let lines = 1
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) lines++
  }
  return lines
}
