import {exactExp, exactLog, exactLog1p} from '../exact-math.ts'

/**
 * Bins of equal relative width, of which the middle is at most `RELATIVE_ERROR` from any value in them: DDSketch (Masson, Rim
 * and Lee, VLDB 2019). Bin k holds (γ^(k-1), γ^k]. Width and arithmetic are those of the sketch in 1.6.1 (engine-1.6.md 11.3).
 */
export const RELATIVE_ERROR = 0.001

const GAMMA = 1 + (2 * RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
const MULTIPLIER = 1 / exactLog1p((2 * RELATIVE_ERROR) / (1 - RELATIVE_ERROR))

/** @param value > 0 */
export function binOf(value: number): number {
  return Math.ceil(exactLog(value) * MULTIPLIER)
}

/** The value that stands for all of a bin. */
export function binMiddle(bin: number): number {
  return exactExp(bin * (1 / MULTIPLIER)) * (2 / (1 + GAMMA))
}

/** What stands for the reciprocals of a bin's values, to the same relative error. */
export function reciprocalMiddle(bin: number): number {
  return (2 * GAMMA) / ((1 + GAMMA) * exactExp(bin * (1 / MULTIPLIER)))
}

/** Bits of a double below its sign, exponent and first 11 bits of the fraction, in its upper half. */
const CELL_BITS = 9
const CELLS_PER_POWER = 1 << (20 - CELL_BITS)
/** From 2^-20, a nanosecond in ms, to 2^44, five centuries. */
const FIRST_CELL = (1023 - 20) * CELLS_PER_POWER
const CELLS = 64 * CELLS_PER_POWER
/** So close to an edge only the logarithm itself tells on which side a value is; it is exact to far more. */
const AT_EDGE = 1e-9

/**
 * `binOf` by a table: the first bits of a number name a cell, a quarter as wide as a bin, so that at most one edge lies in it.
 * A logarithm is taken once for each cell, and next to an edge.
 */
export class BinTable {
  readonly #bin = new Int32Array(CELLS)
  /** Where the next bin begins within the cell, or Infinity; 0 = nobody looked yet. */
  readonly #edge = new Float64Array(CELLS)
  readonly #double = new Float64Array(1)
  readonly #words = new Uint32Array(this.#double.buffer)

  /** @param value > 0 */
  binOf(value: number): number {
    this.#double[0] = value
    // Little-endian, as every platform that runs JavaScript today.
    const cell = (this.#words[1]! >>> CELL_BITS) - FIRST_CELL
    if (cell < 0 || cell >= CELLS) return binOf(value)
    const edge = this.#edge[cell]! || this.#measure(cell)
    if (value < edge * (1 - AT_EDGE)) return this.#bin[cell]!
    return value > edge * (1 + AT_EDGE) ? this.#bin[cell]! + 1 : binOf(value)
  }

  #measure(cell: number): number {
    const [bin, next] = [binOf(this.#startOf(cell)), binOf(this.#startOf(cell + 1))]
    this.#bin[cell] = bin
    this.#edge[cell] = bin === next ? Number.POSITIVE_INFINITY : exactExp(bin * (1 / MULTIPLIER))
    return this.#edge[cell]!
  }

  #startOf(cell: number): number {
    this.#words[0] = 0
    this.#words[1] = (cell + FIRST_CELL) << CELL_BITS
    return this.#double[0]!
  }
}
