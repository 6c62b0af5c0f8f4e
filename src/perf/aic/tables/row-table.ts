import {grown} from '../../../core/grown.ts'

/** Token counts remembered: decode batches and chunk sizes repeat, and a row is some 120 bytes. */
const MAX_ROWS = 16384
const FIRST_ROWS = 256
/** Counts below this find their row by index, which takes a tenth of a Map's time: batches and most chunks. */
const INDEXED_COUNTS = 16384
const NONE = -1

/**
 * Rows of latencies by token count, in one growing array: thousands of small ones would keep the collector busy.
 * Behind the latencies a row holds the sum of its first few and whether a lookup left the measured data.
 */
export class RowTable {
  values: Float64Array
  private readonly width: number
  private readonly lead: number
  private readonly stride: number
  private readonly indexed = new Int32Array(INDEXED_COUNTS).fill(NONE)
  private readonly others = new Map<number, number>()
  private rows = 0

  /** @param width latencies in a row; @param lead how many of the first are also kept as one sum */
  constructor(width: number, lead: number) {
    this.width = width
    this.lead = lead
    this.stride = width + 2
    this.values = new Float64Array(this.stride * FIRST_ROWS)
  }

  /** Where the row of a count starts in `values`; negative = there is none. */
  find(count: number): number {
    return count < INDEXED_COUNTS ? this.indexed[count]! : (this.others.get(count) ?? NONE)
  }

  leadSum(start: number): number {
    return this.values[start + this.width]!
  }

  /** Whether a lookup of this row left the measured data. */
  isOutside(start: number): boolean {
    return this.values[start + this.width + 1] !== 0
  }

  /** @returns where the row starts now */
  add(count: number, row: readonly number[], outside: boolean): number {
    if (this.rows === MAX_ROWS) this.clear()
    const start = this.rows * this.stride
    if (start === this.values.length) this.grow()
    this.rows++
    this.values.set(row, start)
    let sum = 0
    for (let i = 0; i < this.lead; i++) sum += row[i]!
    this.values[start + this.width] = sum
    this.values[start + this.width + 1] = outside ? 1 : 0
    if (count < INDEXED_COUNTS) this.indexed[count] = start
    else this.others.set(count, start)
    return start
  }

  private clear(): void {
    this.indexed.fill(NONE)
    this.others.clear()
    this.rows = 0
  }

  private grow(): void {
    this.values = grown(this.values, this.values.length * 2)
  }
}
