import {grown} from '../../core/grown.ts'
import type {InstanceLoads} from './record.ts'

const FIRST_BINS = 64

/** One instance's bins, from the first that knew it to the last in which it ran a pass. */
export class LoadLane {
  firstBin: number
  count = 0
  widened: number
  /** Width of its bins. */
  binMs: number
  #busyMs = new Float64Array(FIRST_BINS)
  #queued = new Int32Array(FIRST_BINS)
  #kvShare = new Float64Array(FIRST_BINS)

  /**
   * @param widened how often the bins were widened so far
   * @param binMs their width by now
   */
  constructor(firstBin: number, widened: number, binMs: number) {
    this.firstBin = firstBin
    this.widened = widened
    this.binMs = binMs
  }

  /** A pass between two moments. */
  addSpan(fromMs: number, toMs: number, queued: number, kvShare: number): void {
    const {binMs} = this
    const first = Math.floor(fromMs / binMs)
    const last = Math.floor(toMs / binMs)
    this.#reach(last)
    if (first === last) {
      this.#add(first, toMs - fromMs, queued, kvShare)
      return
    }
    this.#add(first, (first + 1) * binMs - fromMs, queued, kvShare)
    for (let bin = first + 1; bin < last; bin++) this.#add(bin, binMs, queued, kvShare)
    if (toMs > last * binMs) this.#add(last, toMs - last * binMs, queued, kvShare)
  }

  /** Passes one after the other, the ends of which stand in a column from one place to another, and before them when the first began. */
  addThrough(toMs: Float64Array, from: number, end: number, queued: number, kvShare: number): void {
    const {binMs} = this
    let fromMs = toMs[from - 1]!
    let at = from
    while (at < end) {
      const bin = Math.floor(fromMs / binMs)
      const edgeMs = (bin + 1) * binMs
      if (toMs[at]! < edgeMs) {
        this.#reach(bin)
        const place = bin - this.firstBin
        let busyMs = this.#busyMs[place]!
        for (; at < end && toMs[at]! < edgeMs; at++) {
          busyMs += toMs[at]! - fromMs
          fromMs = toMs[at]!
        }
        this.#busyMs[place] = busyMs
        this.#raise(place, queued, kvShare)
        if (at === end) return
      }
      this.addSpan(fromMs, toMs[at]!, queued, kvShare)
      fromMs = toMs[at++]!
    }
  }

  /** Makes room up to a bin. */
  #reach(bin: number): void {
    const count = bin - this.firstBin + 1
    if (count <= this.count) return
    this.count = count
    if (count <= this.#queued.length) return
    const size = Math.max(count, this.#queued.length * 2)
    this.#busyMs = grown(this.#busyMs, size)
    this.#queued = grown(this.#queued, size)
    this.#kvShare = grown(this.#kvShare, size)
  }

  #add(bin: number, busyMs: number, queued: number, kvShare: number): void {
    const at = bin - this.firstBin
    this.#busyMs[at]! += busyMs
    this.#raise(at, queued, kvShare)
  }

  #raise(at: number, queued: number, kvShare: number): void {
    if (queued > this.#queued[at]!) this.#queued[at] = queued
    if (kvShare > this.#kvShare[at]!) this.#kvShare[at] = kvShare
  }

  /** Joins bins in pairs: times add up, peaks stay peaks. */
  widen(): void {
    const shift = this.firstBin % 2
    const count = Math.ceil((this.count + shift) / 2)
    for (let to = 0; to < count; to++) {
      const a = 2 * to - shift
      const b = a + 1
      const hasA = a >= 0
      const hasB = b < this.count
      this.#busyMs[to] = (hasA ? this.#busyMs[a]! : 0) + (hasB ? this.#busyMs[b]! : 0)
      this.#queued[to] = Math.max(hasA ? this.#queued[a]! : 0, hasB ? this.#queued[b]! : 0)
      this.#kvShare[to] = Math.max(hasA ? this.#kvShare[a]! : 0, hasB ? this.#kvShare[b]! : 0)
    }
    this.#busyMs.fill(0, count, this.count)
    this.#queued.fill(0, count, this.count)
    this.#kvShare.fill(0, count, this.count)
    this.count = count
    this.firstBin = (this.firstBin - shift) / 2
    this.widened++
    this.binMs *= 2
  }

  copyTo(columns: Pick<InstanceLoads, 'busyMs' | 'queued' | 'kvShare'>, at: number): void {
    columns.busyMs.set(this.#busyMs.subarray(0, this.count), at)
    columns.queued.set(this.#queued.subarray(0, this.count), at)
    columns.kvShare.set(this.#kvShare.subarray(0, this.count), at)
  }
}
