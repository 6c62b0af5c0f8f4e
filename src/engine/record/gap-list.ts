import type {GapRows} from './gap-order.ts'
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

  /** Rows of columns, in the order that `order` has from its beginning on; one of no tokens is none. */
  take(gaps: GapRows, order: Int32Array, rows: number): void {
    let at = 0
    while (at < rows) {
      const to = Math.min(at + PART, rows)
      at = this.#fill(gaps, order, at, to)
      if (at < to) this.#begin()
    }
  }

  /** @returns the place in `order` of the first row that the piece has no room for */
  #fill({gapMs, count}: GapRows, order: Int32Array, from: number, rows: number): number {
    const pieceMs = this.#gapMs
    const pieceCount = this.#count
    let lastMs = this.#lastMs
    let used = this.#used
    let at = from
    for (; at < rows; at++) {
      const row = order[at]!
      const tokens = count[row]!
      const gap = gapMs[row]!
      if (tokens === 0) continue
      if (gap === lastMs) {
        pieceCount[used - 1]! += tokens
        continue
      }
      if (used === PIECE) break
      lastMs = gap
      pieceMs[used] = gap
      pieceCount[used++] = tokens
    }
    this.#lastMs = lastMs
    this.#used = used
    return at
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
