import {grown} from '../../core/grown.ts'

const FIRST = 1 << 10

/** Moments, in order, at which something could reach the instances that plan beyond them. */
export class MomentLog {
  times = new Float64Array(FIRST)
  count = 0

  note(atMs: number): void {
    if (this.count > 0 && this.times[this.count - 1] === atMs) return
    if (this.count === this.times.length) this.times = grown(this.times, this.count * 2)
    this.times[this.count++] = atMs
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
    this.times.copyWithin(0, from, this.count)
    this.count -= from
  }
}
