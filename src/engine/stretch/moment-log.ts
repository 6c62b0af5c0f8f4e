import {grown} from '../../core/grown.ts'

const FIRST = 1 << 10

/** Moments, in order, at which something could reach the instances that plan beyond them. */
export class MomentLog {
  count = 0
  times = new Float64Array(FIRST)
  /** Since when it was known that something would happen then; -Infinity = ever. */
  sinceMs = new Float64Array(FIRST)
  /** 1 = when instances had their turn something else was still to be done in that very moment. */
  isHeld = new Uint8Array(FIRST)

  /** The moment is now, and may have been noted already. */
  note(atMs: number, sinceMs = Number.NEGATIVE_INFINITY): void {
    const last = this.count - 1
    if (last >= 0 && this.times[last] === atMs) {
      if (sinceMs < this.sinceMs[last]!) this.sinceMs[last] = sinceMs
      return
    }
    if (this.count === this.times.length) this.#grow()
    this.times[this.count] = atMs
    this.sinceMs[this.count] = sinceMs
    this.isHeld[this.count++] = 0
  }

  /** Instances have their turn, and there is something else to be done yet. */
  hold(atMs: number): void {
    this.note(atMs, Number.POSITIVE_INFINITY)
    this.isHeld[this.count - 1] = 1
  }

  /** Place of the first moment after this one; `count` where there is none so far. */
  placeAfter(ms: number): number {
    let from = 0
    let to = this.count
    while (from < to) {
      const middle = (from + to) >>> 1
      if (this.times[middle]! <= ms) from = middle + 1
      else to = middle
    }
    return from
  }

  /** Nobody asks any more what follows a moment before this one. */
  forgetBefore(ms: number): void {
    const from = this.placeAfter(ms)
    if (from === 0) return
    for (const column of [this.times, this.sinceMs, this.isHeld]) column.copyWithin(0, from, this.count)
    this.count -= from
  }

  #grow(): void {
    const size = this.count * 2
    this.times = grown(this.times, size)
    this.sinceMs = grown(this.sinceMs, size)
    this.isHeld = grown(this.isHeld, size)
  }
}
