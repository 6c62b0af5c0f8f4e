import {strFromU8, strToU8} from 'fflate'
import type {Problem} from '../../core/result.ts'
import {JsonLineScanner, LineError} from './json-line-scanner.ts'

const NEWLINE = 10
const LINES_PER_STEP = 4096

/** Walks the lines of a JSONL file, one JSON object each; blank lines are passed over but counted. */
export class JsonLines {
  readonly scanner: JsonLineScanner
  readonly #bytes: Uint8Array
  readonly #fileName: string
  position: number
  lineNumber: number
  #lineStart = 0
  #lineEnd = 0

  /** @param linesBefore of a file of which these bytes are a later piece */
  constructor(bytes: Uint8Array, fileName: string, linesBefore = 0) {
    this.#bytes = bytes
    this.#fileName = fileName
    this.lineNumber = linesBefore
    this.scanner = new JsonLineScanner(bytes)
    this.position = startsWithByteOrderMark(bytes) ? 3 : 0
  }

  get isDone(): boolean {
    return this.position >= this.#bytes.length
  }

  /** Lines in the file, to size columns by. */
  countLines(): number {
    let lines = 1
    for (let at = this.#bytes.indexOf(NEWLINE); at >= 0; at = this.#bytes.indexOf(NEWLINE, at + 1)) lines++
    return lines
  }

  /** Puts the scanner on each of the next lines and calls `readLine`, which may throw `LineError` or name a problem. */
  readStep(readLine: () => Problem | null): Problem | null {
    for (let i = 0; i < LINES_PER_STEP && !this.isDone; i++) {
      const newline = this.#bytes.indexOf(NEWLINE, this.position)
      const end = newline < 0 ? this.#bytes.length : newline
      const start = this.position
      this.position = end + 1
      this.lineNumber++
      this.#lineStart = start
      this.#lineEnd = end
      const problem = this.#isBlank(start, end) ? null : this.#readLine(start, end, readLine)
      if (problem !== null) return problem
    }
    return null
  }

  /** The current line, without white space at its ends. */
  get text(): string {
    return strFromU8(this.#bytes.subarray(this.#lineStart, this.#lineEnd)).trim()
  }

  /** A problem of the current line; `text` follows "trace line n". */
  problem(text: string, field?: string): Problem {
    const message = `${this.#fileName}: trace line ${this.lineNumber} ${text}`
    return field === undefined ? {message} : {message, field}
  }

  #readLine(start: number, end: number, readLine: () => Problem | null): Problem | null {
    try {
      this.scanner.startLine(start, end)
      return readLine()
    } catch (error) {
      if (!(error instanceof LineError)) throw error
      return {
        message: `failed to parse line ${this.lineNumber} from ${this.#fileName} as JSON: ${error.message}`,
      }
    }
  }

  #isBlank(start: number, end: number): boolean {
    for (let i = start; i < end; i++) {
      const byte = this.#bytes[i]!
      if (byte !== 32 && (byte < 9 || byte > 13)) return false
    }
    return true
  }
}

export function startsWithByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

/** Tells which of a few keys a run of bytes is, without making a string of it. */
export function keyFinder<K extends string>(
  keys: readonly K[],
): (source: Uint8Array, start: number, end: number) => K | undefined {
  const table = keys.map(key => ({key, bytes: strToU8(key)}))
  return (source, start, end) => {
    for (const {key, bytes} of table) {
      if (bytes.length !== end - start) continue
      let i = 0
      while (i < bytes.length && bytes[i] === source[start + i]) i++
      if (i === bytes.length) return key
    }
    return undefined
  }
}
