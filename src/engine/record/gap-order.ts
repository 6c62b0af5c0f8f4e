import {grown} from '../../core/grown.ts'
import type {ToldPasses} from '../scheduler.ts'
import type {PassesBetweenStops} from '../stretch/planned-stops.ts'
import {TurnOrder} from './turn-order.ts'

/** Where gaps go once their place is known. */
export interface GapSink {
  /** An instance stops at this moment, or the clock does; null = nobody asks. */
  readonly stop: ((atMs: number) => void) | null
  /** Rows of the columns, in the order that `order` has from its beginning on; one of no tokens is none. */
  take(rows: GapRows, order: Int32Array, count: number): void
}

export interface GapRows {
  readonly gapMs: Float64Array
  readonly count: Uint32Array
}

/** Rows at which it is worth while to put them in order; more of them, where most must wait. */
const FIRST_LIMIT = 1 << 16
const INITIAL = 1 << 12

/**
 * Puts gaps between tokens into the order in which one global clock would have told them, though an instance may tell
 * many stops at once, long after the first of them. Rows are ordered by (moment, rank), and those of one rank by when they were told.
 */
export class GapOrder {
  readonly #sink: GapSink
  #limit = FIRST_LIMIT
  // Columns over rows: one for each gap, or for a stop without any.
  #rows = 0
  #startMs = new Float64Array(INITIAL)
  #rank = new Float64Array(INITIAL)
  #gapMs = new Float64Array(INITIAL)
  #count = new Uint32Array(INITIAL)
  readonly #turnOrder = new TurnOrder()

  constructor(sink: GapSink) {
    this.#sink = sink
  }

  /** When the passes began that are told of; NaN before the first. */
  get latestMs(): number {
    return this.#rows > 0 ? this.#startMs[this.#rows - 1]! : Number.NaN
  }

  get isFull(): boolean {
    return this.#rows >= this.#limit
  }

  /** What follows belongs to passes that an instance of this rank began at this moment, which may lie back. */
  begin(startMs: number, rank: number): void {
    const at = this.#rows++
    if (at === this.#startMs.length) this.#grow()
    this.#startMs[at] = startMs
    this.#rank[at] = rank
    this.#count[at] = 0
  }

  add(gapMs: number, count: number): void {
    let at = this.#rows - 1
    const before = this.#count[at]!
    if (before > 0) {
      if (this.#gapMs[at] === gapMs) {
        this.#count[at] = before + count
        return
      }
      this.begin(this.#startMs[at]!, this.#rank[at]!)
      at++
    }
    this.#gapMs[at] = gapMs
    this.#count[at] = count
  }

  /** The gaps of passes from stop to stop, each stop but the last being a turn of its own. */
  addStops({startMs, passEndMs, pass}: PassesBetweenStops, {first, stops, count, rank}: ToldPasses): void {
    let row = this.#rows - 1
    const most = row + pass[stops - 1]! + stops
    while (most >= this.#startMs.length) this.#grow()
    const starts = this.#startMs
    const ranks = this.#rank
    const gaps = this.#gapMs
    const counts = this.#count
    let turnMs = starts[row]!
    let turnRank = ranks[row]!
    let rowGapMs = counts[row]! > 0 ? gaps[row]! : Number.NaN
    let fromMs = first === 0 ? startMs : passEndMs[first - 1]!
    let at = first
    for (let stop = 0; stop < stops; stop++) {
      if (stop > 0) {
        turnMs = fromMs
        turnRank = rank
        row++
        starts[row] = turnMs
        ranks[row] = turnRank
        counts[row] = 0
        rowGapMs = Number.NaN
      }
      for (const end = pass[stop]!; at < end; at++) {
        const gapMs = passEndMs[at]! - fromMs
        fromMs = passEndMs[at]!
        if (gapMs === rowGapMs) {
          counts[row]! += count
          continue
        }
        if (counts[row]! > 0) {
          row++
          starts[row] = turnMs
          ranks[row] = turnRank
        }
        gaps[row] = gapMs
        counts[row] = count
        rowGapMs = gapMs
      }
    }
    this.#rows = row + 1
  }

  /** Hands over all that was told of moments before this one; nobody may tell of those any more. */
  flushBefore(beforeMs: number): void {
    const ready = this.#turnOrder.sort({rows: this.#rows, startMs: this.#startMs, rank: this.#rank}, beforeMs)
    const {order, orderMs} = this.#turnOrder
    const {stop} = this.#sink
    if (stop !== null) for (let i = 0; i < ready; i++) stop(orderMs[i]!)
    this.#sink.take({gapMs: this.#gapMs, count: this.#count}, order, ready)
    this.#keepFrom(beforeMs)
    if (this.#rows > this.#limit / 2) this.#limit *= 2
  }

  #keepFrom(fromMs: number): void {
    let rows = 0
    for (let row = 0; row < this.#rows && fromMs < Number.POSITIVE_INFINITY; row++) {
      if (this.#startMs[row]! < fromMs) continue
      this.#startMs[rows] = this.#startMs[row]!
      this.#rank[rows] = this.#rank[row]!
      this.#gapMs[rows] = this.#gapMs[row]!
      this.#count[rows++] = this.#count[row]!
    }
    this.#rows = rows
  }

  #grow(): void {
    const size = this.#startMs.length * 2
    this.#startMs = grown(this.#startMs, size)
    this.#rank = grown(this.#rank, size)
    this.#gapMs = grown(this.#gapMs, size)
    this.#count = grown(this.#count, size)
  }
}
