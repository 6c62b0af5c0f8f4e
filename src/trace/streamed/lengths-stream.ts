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

/** Columns that grow, and whether their times rise. */
export class GrowingLengths {
  readonly #timestampMs = floats()
  readonly #inputLength = words()
  readonly #outputLength = words()
  isInOrder = true

  get requestCount(): number {
    return this.#timestampMs.length
  }

  add(timestampMs: number, input: number, output: number): void {
    const count = this.requestCount
    // NaN, of a row without a time, has no place in the order either.
    if (!(timestampMs >= (count > 0 ? this.#timestampMs.at(count - 1) : Number.NEGATIVE_INFINITY)))
      this.isInOrder = false
    this.#timestampMs.push(timestampMs)
    this.#inputLength.push(input)
    this.#outputLength.push(output)
  }

  columns(): LengthColumns {
    const {requestCount} = this
    return {
      requestCount,
      timestampMs: this.#timestampMs.slice(0, requestCount),
      inputLength: this.#inputLength.slice(0, requestCount),
      outputLength: this.#outputLength.slice(0, requestCount),
    }
  }
}
