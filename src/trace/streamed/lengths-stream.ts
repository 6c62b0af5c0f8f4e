import {floats, words} from '../../core/column.ts'
import type {Problem} from '../../core/result.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import type {LengthColumns} from './column-source.ts'

/** A reader of a file of lengths that comes in pieces and is not kept: of every request its time and its lengths, 16 bytes. */
export interface LengthsStream {
  /** The rows say more than lengths, or do not come in order of time: the file has to be read as a whole. */
  readonly saysMore: boolean
  /** As the usual reader says it of the same file. */
  readonly readAs: Pick<ParsedTrace, 'format' | 'guessedUnit'>
  readonly notices: readonly string[]
  readonly requestCount: number
  /** @param piece whole lines */
  read(piece: Uint8Array): Problem | null
  columns(): LengthColumns
}

/** Rows for which room is made at once: 1 GB of addresses, of which only what is written takes memory. */
const MOST_ROOM = 2 ** 26

/** Columns that grow, and whether their times rise. */
export class GrowingLengths {
  readonly #timestampMs
  readonly #inputLength
  readonly #outputLength
  /** null as long as all are first turns. */
  #delayMs: ReturnType<typeof floats> | null = null
  readonly #room: number
  isInOrder = true

  /** @param rows about so many will come: columns that grow need twice the memory while they do */
  constructor(rows: number) {
    const room = 1024 + Math.min(Math.ceil(rows * 1.06), MOST_ROOM)
    this.#room = room
    this.#timestampMs = floats(room)
    this.#inputLength = words(room)
    this.#outputLength = words(room)
  }

  get requestCount(): number {
    return this.#timestampMs.length
  }

  /** @param delayMs of a later turn of the session before; NaN of a first turn */
  add(timestampMs: number, input: number, output: number, delayMs = Number.NaN): void {
    const count = this.requestCount
    if (this.#delayMs !== null || !Number.isNaN(delayMs)) this.#addDelay(delayMs)
    // NaN, of a row without a time, has no place in the order either.
    if (!(timestampMs >= (count > 0 ? this.#timestampMs.at(count - 1) : Number.NEGATIVE_INFINITY)))
      this.isInOrder = false
    this.#timestampMs.push(timestampMs)
    this.#inputLength.push(input)
    this.#outputLength.push(output)
  }

  #addDelay(delayMs: number): void {
    this.#delayMs ??= floats(this.#room)
    while (this.#delayMs.length < this.requestCount) this.#delayMs.push(Number.NaN)
    this.#delayMs.push(delayMs)
  }

  columns(): LengthColumns {
    const {requestCount} = this
    return {
      requestCount,
      timestampMs: this.#timestampMs.slice(0, requestCount),
      delayMs: this.#delayMs?.slice(0, requestCount) ?? null,
      inputLength: this.#inputLength.slice(0, requestCount),
      outputLength: this.#outputLength.slice(0, requestCount),
    }
  }
}
