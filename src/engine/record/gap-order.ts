import {grown} from '../../core/grown.ts'
import type {ToldPasses} from '../scheduler.ts'
import type {PassesBetweenStops} from '../stretch/planned-stops.ts'
import {TurnOrder} from './turn-order.ts'

/** Where gaps go once their place is known. */
export interface GapSink {
  /** An instance stops at this moment, or the clock does; null = nobody asks. */
  readonly stop: ((atMs: number) => void) | null
  /** Gaps of turns, these in the order that `order` has from its beginning on. */
  take(gaps: TurnGaps, order: Int32Array, turns: number): void
}

/** Turns by when they were told, each with its gaps in a row; equal neighbours of one turn are counted. */
export interface TurnGaps {
  /** Where a turn's gaps begin; they end where those of the next do. */
  readonly firstGap: Int32Array
  readonly gapMs: Float64Array
  readonly count: Uint32Array
}

/** Turns at which it is worth while to put them in order; more of them, where most must wait. */
const FIRST_LIMIT = 1 << 16
/** Gaps of a turn, in the mean, from which on these are what there is too much of. */
const MOST_GAPS = 8
const INITIAL = 1 << 12

/**
 * Puts gaps between tokens into the order in which one global clock would have told them, though an instance may tell
 * many stops at once, long after the first of them. A turn is what an instance does from one stop on: turns are ordered by
 * (moment, rank), those of one rank by when they were told. With a GPU's timing a turn has many gaps, hardly two of them equal.
 */
export class GapOrder {
  readonly #sink: GapSink
  #limit = FIRST_LIMIT
  // Columns over turns; `firstGap` has the next turn's, too.
  #turns = 0
  #startMs = new Float64Array(INITIAL)
  #rank = new Float64Array(INITIAL)
  #firstGap = new Int32Array(INITIAL + 1)
  // Columns over gaps.
  #gaps = 0
  #gapMs = new Float64Array(INITIAL)
  #count = new Uint32Array(INITIAL)
  readonly #turnOrder = new TurnOrder()

  constructor(sink: GapSink) {
    this.#sink = sink
  }

  /** When the passes began that are told of; NaN before the first. */
  get latestMs(): number {
    return this.#turns > 0 ? this.#startMs[this.#turns - 1]! : Number.NaN
  }

  get isFull(): boolean {
    return this.#turns >= this.#limit || this.#gaps >= MOST_GAPS * this.#limit
  }

  /** What follows belongs to passes that an instance of this rank began at this moment, which may lie back. */
  begin(startMs: number, rank: number): void {
    const at = this.#turns++
    if (at === this.#startMs.length) this.#growTurns(at + 1)
    this.#startMs[at] = startMs
    this.#rank[at] = rank
    this.#firstGap[at + 1] = this.#gaps
  }

  add(gapMs: number, count: number): void {
    const at = this.#gaps
    if (at > this.#firstGap[this.#turns - 1]! && this.#gapMs[at - 1] === gapMs) {
      this.#count[at - 1]! += count
      return
    }
    if (at === this.#gapMs.length) this.#growGaps(at + 1)
    this.#gapMs[at] = gapMs
    this.#count[at] = count
    this.#gaps = at + 1
    this.#firstGap[this.#turns] = at + 1
  }

  /** The gaps of passes from stop to stop, each stop but the last being a turn of its own. */
  addStops({startMs, passEndMs, pass}: PassesBetweenStops, {first, stops, count, rank}: ToldPasses): void {
    let turn = this.#turns - 1
    let gap = this.#gaps
    if (turn + stops > this.#startMs.length) this.#growTurns(turn + stops)
    if (gap + pass[stops - 1]! > this.#gapMs.length) this.#growGaps(gap + pass[stops - 1]!)
    const starts = this.#startMs
    const ranks = this.#rank
    const firstGap = this.#firstGap
    const gaps = this.#gapMs
    const counts = this.#count
    let turnGapMs = gap > firstGap[turn]! ? gaps[gap - 1]! : Number.NaN
    let fromMs = first === 0 ? startMs : passEndMs[first - 1]!
    let at = first
    for (let stop = 0; stop < stops; stop++) {
      if (stop > 0) {
        firstGap[++turn] = gap
        starts[turn] = fromMs
        ranks[turn] = rank
        turnGapMs = Number.NaN
      }
      for (const end = pass[stop]!; at < end; at++) {
        const gapMs = passEndMs[at]! - fromMs
        fromMs = passEndMs[at]!
        if (gapMs === turnGapMs) {
          counts[gap - 1]! += count
          continue
        }
        gaps[gap] = gapMs
        counts[gap++] = count
        turnGapMs = gapMs
      }
    }
    firstGap[turn + 1] = gap
    this.#turns = turn + 1
    this.#gaps = gap
  }

  /** Hands over all that was told of moments before this one; nobody may tell of those any more. */
  flushBefore(beforeMs: number): void {
    const ready = this.#turnOrder.sort(
      {rows: this.#turns, startMs: this.#startMs, rank: this.#rank},
      beforeMs,
    )
    const {order, orderMs} = this.#turnOrder
    const {stop} = this.#sink
    if (stop !== null) for (let i = 0; i < ready; i++) stop(orderMs[i]!)
    this.#sink.take({firstGap: this.#firstGap, gapMs: this.#gapMs, count: this.#count}, order, ready)
    this.#keepFrom(beforeMs)
    while (this.#turns > this.#limit / 2 || this.#gaps > (MOST_GAPS * this.#limit) / 2) this.#limit *= 2
  }

  #keepFrom(fromMs: number): void {
    let turns = 0
    let gaps = 0
    for (let turn = 0; turn < this.#turns && fromMs < Number.POSITIVE_INFINITY; turn++) {
      if (this.#startMs[turn]! < fromMs) continue
      this.#startMs[turns] = this.#startMs[turn]!
      this.#rank[turns] = this.#rank[turn]!
      const end = this.#firstGap[turn + 1]!
      let gap = this.#firstGap[turn]!
      this.#firstGap[turns++] = gaps
      for (; gap < end; gap++) {
        this.#gapMs[gaps] = this.#gapMs[gap]!
        this.#count[gaps++] = this.#count[gap]!
      }
    }
    this.#firstGap[turns] = gaps
    this.#turns = turns
    this.#gaps = gaps
  }

  #growTurns(least: number): void {
    const size = roomFor(least, this.#startMs.length)
    this.#startMs = grown(this.#startMs, size)
    this.#rank = grown(this.#rank, size)
    this.#firstGap = grown(this.#firstGap, size + 1)
  }

  #growGaps(least: number): void {
    const size = roomFor(least, this.#gapMs.length)
    this.#gapMs = grown(this.#gapMs, size)
    this.#count = grown(this.#count, size)
  }
}

function roomFor(least: number, length: number): number {
  let size = length * 2
  while (size < least) size *= 2
  return size
}
