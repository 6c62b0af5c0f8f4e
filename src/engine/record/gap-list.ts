import {grown} from '../../core/grown.ts'
import type {TurnGaps} from './gap-order.ts'
import type {TokenGaps} from './record.ts'

const FIRST_ROWS = 1 << 16
/** Rows taken at once, since a short loop that is called often is compiled sooner than a long one (`TurnOrder`). */
const PART = 1 << 11
/** More room than seems to be needed. */
const SPARE = 1.25

/**
 * Gaps as they come, equal neighbours counted. There are millions of rows, and memory that is touched for the first time costs more than what
 * is written there: so columns grow once, as a rule, to what the gaps so far promise of all, and are not copied in the end. Room that is not
 * used is not touched.
 */
export class GapList {
  readonly #mostTokens: number
  #gapMs = new Float64Array(FIRST_ROWS)
  #count = new Uint32Array(FIRST_ROWS)
  #used = 0
  #lastMs = Number.NaN

  /** @param mostTokens tokens of the whole run, if every answer is given */
  constructor(mostTokens: number) {
    this.#mostTokens = mostTokens
  }

  add(gapMs: number, count: number): void {
    if (gapMs === this.#lastMs) {
      this.#count[this.#used - 1]! += count
      return
    }
    if (this.#used === this.#gapMs.length) this.#grow(1)
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
      if (at < to) this.#grow(gaps.firstGap[order[at]! + 1]! - gaps.firstGap[order[at]!]!)
    }
  }

  /** @returns the place in `order` of the first turn that there may be no room for */
  #fill({firstGap, gapMs, count}: TurnGaps, order: Int32Array, from: number, to: number): number {
    const ownMs = this.#gapMs
    const ownCount = this.#count
    const room = ownMs.length
    let lastMs = this.#lastMs
    let used = this.#used
    let at = from
    for (; at < to; at++) {
      const turn = order[at]!
      const end = firstGap[turn + 1]!
      let gap = firstGap[turn]!
      if (used + end - gap > room) break
      for (; gap < end; gap++) {
        const ms = gapMs[gap]!
        if (ms === lastMs) {
          ownCount[used - 1]! += count[gap]!
          continue
        }
        lastMs = ms
        ownMs[used] = ms
        ownCount[used++] = count[gap]!
      }
    }
    this.#lastMs = lastMs
    this.#used = used
    return at
  }

  /** All rows so far; windows of larger columns where most of the room is used. */
  columns(): TokenGaps {
    const length = this.#used
    const isTight = length * SPARE * SPARE > this.#gapMs.length
    const gapMs = isTight ? this.#gapMs.subarray(0, length) : this.#gapMs.slice(0, length)
    const count = isTight ? this.#count.subarray(0, length) : this.#count.slice(0, length)
    return {length, gapMs, count}
  }

  /** Makes room for so many rows at least. */
  #grow(rows: number): void {
    const used = this.#used
    let told = 0
    for (let row = 0; row < used; row++) told += this.#count[row]!
    const promised = used * (told > 0 ? this.#mostTokens / told : 1)
    // Never by little: a promise may fall short again and again.
    const size = Math.ceil(Math.max(promised, used * SPARE) * SPARE) + rows
    this.#gapMs = grown(this.#gapMs, size)
    this.#count = grown(this.#count, size)
  }
}
