import {grown} from '../../core/grown.ts'
import type {StopLog} from '../stretch/stop-log.ts'
import type {LoadLane} from './load-lane.ts'

const FIRST_ROWS = 1 << 10
const FIRST_ENDS = 1 << 12

/** A pass that is held, by when it began and on which instance. */
interface HeldPass {
  readonly fromMs: number
  readonly toMs: number
  readonly rank: number
}

/**
 * Passes of instances that are advanced alone, in the order in which they were told. A row has passes of one instance, one after the
 * other, with the same queue and share of KV blocks.
 */
export class HeldPasses {
  /** Rows; what follows are columns over them. */
  count = 0
  readonly lanes: LoadLane[] = []
  rank = new Float64Array(FIRST_ROWS)
  queued = new Int32Array(FIRST_ROWS)
  kvShare = new Float64Array(FIRST_ROWS)
  /** Where its ends begin in `toMs`: right after when the first of its passes began. */
  first = new Int32Array(FIRST_ROWS)
  /** Ends of passes, and beginnings of rows. */
  toMs = new Float64Array(FIRST_ENDS)
  #ends = 0

  add(lane: LoadLane, rank: number, fromMs: number, toMs: number, queued: number, kvShare: number): void {
    this.#reserve(2)
    this.#addRow(lane, rank, fromMs, queued, kvShare)
    this.toMs[this.#ends++] = toMs
  }

  addStops(lane: LoadLane, {rank, fromMs, atMs, count}: StopLog, queued: number, kvShare: number): void {
    this.#reserve(count + 1)
    this.#addRow(lane, rank, fromMs, queued, kvShare)
    const {toMs} = this
    for (let stop = 0, at = this.#ends; stop < count; stop++) toMs[at++] = atMs[stop]!
    this.#ends += count
  }

  /** Where the ends of a row end. */
  endOf(row: number): number {
    return row + 1 < this.count ? this.first[row + 1]! - 1 : this.#ends
  }

  /** The first, in the order of the clock, of those that end at a moment or later; null = none does. */
  firstEndingFrom(ms: number): HeldPass | null {
    const {toMs, rank} = this
    let first = -1
    let firstRank = 0
    for (let row = 0; row < this.count; row++) {
      if (toMs[this.endOf(row) - 1]! < ms) continue
      let at = this.first[row]!
      while (toMs[at]! < ms) at++
      const isEarlier =
        first < 0 ||
        toMs[at - 1]! < toMs[first - 1]! ||
        (toMs[at - 1]! === toMs[first - 1]! && rank[row]! < firstRank)
      if (!isEarlier) continue
      first = at
      firstRank = rank[row]!
    }
    return first < 0 ? null : {fromMs: toMs[first - 1]!, toMs: toMs[first]!, rank: firstRank}
  }

  clear(): void {
    this.count = 0
    this.#ends = 0
  }

  #addRow(lane: LoadLane, rank: number, fromMs: number, queued: number, kvShare: number): void {
    const row = this.count++
    if (row === this.rank.length) this.#growRows()
    this.lanes[row] = lane
    this.rank[row] = rank
    this.queued[row] = queued
    this.kvShare[row] = kvShare
    this.toMs[this.#ends++] = fromMs
    this.first[row] = this.#ends
  }

  #reserve(ends: number): void {
    const size = this.#ends + ends
    if (size > this.toMs.length) this.toMs = grown(this.toMs, Math.max(size, this.toMs.length * 2))
  }

  #growRows(): void {
    const size = this.count * 2
    this.rank = grown(this.rank, size)
    this.queued = grown(this.queued, size)
    this.kvShare = grown(this.kvShare, size)
    this.first = grown(this.first, size)
  }
}
