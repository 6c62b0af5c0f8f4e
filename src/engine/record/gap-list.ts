import type {TurnGaps} from './gap-order.ts'
import type {TokenGaps} from './record.ts'

const PIECE = 1 << 16
/** Rows taken at once, since a short loop that is called often is compiled sooner than a long one (`TurnOrder`). */
const PART = 1 << 11

/** Gaps as they come, equal neighbours counted. They lie in pieces: one column that grows would be copied again and again. */
export class GapList {
  readonly #full: {readonly gapMs: Float64Array; readonly count: Uint32Array}[] = []
  #gapMs = new Float64Array(PIECE)
  #count = new Uint32Array(PIECE)
  /** Of the last piece. */
  #used = 0
  #lastMs = Number.NaN

  add(gapMs: number, count: number): void {
    if (gapMs === this.#lastMs) {
      this.#count[this.#used - 1]! += count
      return
    }
    if (this.#used === PIECE) this.#begin()
    this.#lastMs = gapMs
    this.#gapMs[this.#used] = gapMs
    this.#count[this.#used++] = count
  }

  /** Gaps of turns, these in the order that `order` has from its beginning on. */
  take(gaps: TurnGaps, order: Int32Array, turns: number): void {
    let at = 0
    while (at < turns) {
      const to = Math.min(at + PART, turns)
      at = this.#fill(gaps, order, at, to)
      if (at < to) {
        // Its gaps may be more than the piece has room for.
        this.#addOneByOne(gaps, order[at++]!)
      }
    }
  }

  /** @returns the place in `order` of the first turn that the piece may have no room for */
  #fill({firstGap, gapMs, count}: TurnGaps, order: Int32Array, from: number, to: number): number {
    const pieceMs = this.#gapMs
    const pieceCount = this.#count
    let lastMs = this.#lastMs
    let used = this.#used
    let at = from
    for (; at < to; at++) {
      const turn = order[at]!
      const end = firstGap[turn + 1]!
      let gap = firstGap[turn]!
      if (used + end - gap > PIECE) break
      for (; gap < end; gap++) {
        const ms = gapMs[gap]!
        if (ms === lastMs) {
          pieceCount[used - 1]! += count[gap]!
          continue
        }
        lastMs = ms
        pieceMs[used] = ms
        pieceCount[used++] = count[gap]!
      }
    }
    this.#lastMs = lastMs
    this.#used = used
    return at
  }

  #addOneByOne({firstGap, gapMs, count}: TurnGaps, turn: number): void {
    for (let gap = firstGap[turn]!; gap < firstGap[turn + 1]!; gap++) this.add(gapMs[gap]!, count[gap]!)
  }

  columns(): TokenGaps {
    const length = this.#full.length * PIECE + this.#used
    const gapMs = new Float64Array(length)
    const count = new Uint32Array(length)
    let at = 0
    for (const piece of this.#full) {
      gapMs.set(piece.gapMs, at)
      count.set(piece.count, at)
      at += PIECE
    }
    gapMs.set(this.#gapMs.subarray(0, this.#used), at)
    count.set(this.#count.subarray(0, this.#used), at)
    return {length, gapMs, count}
  }

  #begin(): void {
    this.#full.push({gapMs: this.#gapMs, count: this.#count})
    this.#gapMs = new Float64Array(PIECE)
    this.#count = new Uint32Array(PIECE)
    this.#used = 0
  }
}
