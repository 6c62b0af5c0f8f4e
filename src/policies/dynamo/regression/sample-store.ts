import {exactPower} from '../../../core/exact-math.ts'
import type {PassRows} from '../pass-rows.ts'

/** A column of numbers that a sample's feature is read from. */
export type NumberColumn = Float64Array | Int32Array

export interface SampleStoreOptions {
  /** Samples kept; the next one beyond it retires the oldest of the fullest bucket. */
  readonly maxSamples: number
  /** Buckets over all axes; a perfect square when there are two axes. */
  readonly bucketCount: number
  readonly axes: 1 | 2
}

/**
 * Bounded set of (features, seconds) samples, spread over a grid of buckets so that rare loads are not crowded
 * out by common ones (planner.md 8.1).
 *
 * One is added per simulated forward pass, so nothing is allocated after construction: samples live in slots,
 * a bucket is a linked list of slots, and `#order` lists the non-empty buckets from the longest-standing to the
 * newest. All orders are observable (they decide which sample retires), so they are exactly the reference's.
 */
export class SampleStore {
  readonly #maxSamples: number
  readonly #bucketsPerAxis: number
  /** From a bucket to the next one along the first axis. */
  readonly #stride: number

  readonly #first: Float64Array
  readonly #second: Float64Array
  readonly #wallS: Float64Array
  readonly #next: Int32Array
  #freeSlot: number
  #count = 0

  readonly #head: Int32Array
  readonly #tail: Int32Array
  readonly #size: Int32Array
  readonly #order: Int32Array
  #orderCount = 0
  /** Where each non-empty bucket stands in `#order`. */
  readonly #place: Int32Array
  readonly #scratch: Int32Array
  /** No bucket holds more, and those before `#fullestFrom` in `#order` hold less. */
  #mostInBucket = 0
  #fullestFrom = 0

  #firstMin = Infinity
  #firstMax = -Infinity
  #secondMin = Infinity
  #secondMax = -Infinity

  constructor(options: SampleStoreOptions) {
    this.#maxSamples = options.maxSamples
    const perAxis = options.axes === 1 ? options.bucketCount : Math.floor(Math.sqrt(options.bucketCount))
    this.#bucketsPerAxis = Math.max(1, perAxis)
    this.#stride = options.axes === 1 ? 1 : this.#bucketsPerAxis

    // One slot more than is kept: a sample is added before one retires.
    const slots = options.maxSamples + 1
    this.#first = new Float64Array(slots)
    this.#second = new Float64Array(slots)
    this.#wallS = new Float64Array(slots)
    this.#next = new Int32Array(slots)
    for (let slot = 0; slot < slots; slot++) this.#next[slot] = slot + 1 < slots ? slot + 1 : -1
    this.#freeSlot = 0

    const buckets = exactPower(this.#bucketsPerAxis, options.axes)
    this.#head = new Int32Array(buckets)
    this.#tail = new Int32Array(buckets)
    this.#size = new Int32Array(buckets)
    this.#place = new Int32Array(buckets)
    this.#order = new Int32Array(Math.min(buckets, slots) + 1)
    this.#scratch = new Int32Array(slots)
  }

  get count(): number {
    return this.#count
  }

  /**
   * Adds rows of the columns, one after the other; a pass that took no time teaches nothing. Columns instead of numbers: a call
   * with doubles would box each of them.
   */
  add(first: NumberColumn, second: NumberColumn | null, seen: PassRows): void {
    const {passes, rows, count} = seen
    const {wallTimeS} = passes
    let from = 0
    while (from < count) {
      if (this.#count === this.#maxSamples) from = this.#turnOver(first, second, seen, from)
      if (from === count) return
      const row = rows[from++]!
      if (wallTimeS[row] !== 0) this.#addOne(first, second, wallTimeS, row)
    }
  }

  /**
   * Adds rows to a full store as long as each drives out the oldest of its own bucket: nine of ten do. A loop of its own, so that
   * all it looks at stays in local variables.
   * @returns the first row that does not
   */
  #turnOver(
    first: NumberColumn,
    second: NumberColumn | null,
    {passes: {wallTimeS}, rows, count}: PassRows,
    from: number,
  ): number {
    const head = this.#head
    const tail = this.#tail
    const next = this.#next
    const sizes = this.#size
    const places = this.#place
    const x0s = this.#first
    const x1s = this.#second
    const walls = this.#wallS
    const most = this.#mostInBucket
    const fullestFrom = this.#fullestFrom
    const perAxis = this.#bucketsPerAxis
    const stride = this.#stride
    const firstMin = this.#firstMin
    const firstMax = this.#firstMax
    const secondMin = this.#secondMin
    const secondMax = this.#secondMax
    for (let i = from; i < count; i++) {
      const row = rows[i]!
      const x0 = first[row]!
      const x1 = second === null ? 0 : second[row]!
      const wallS = wallTimeS[row]!
      if (wallS === 0) continue
      if (x0 < firstMin || x0 > firstMax || x1 < secondMin || x1 > secondMax) return i
      const bucket =
        axisIndex(x0, firstMin, firstMax, perAxis) * stride + axisIndex(x1, secondMin, secondMax, perAxis)
      const size = sizes[bucket]!
      if (size === 0 || size + 1 < most || (size < most && places[bucket]! > fullestFrom)) return i
      const slot = head[bucket]!
      x0s[slot] = x0
      x1s[slot] = x1
      walls[slot] = wallS
      const oldest = next[slot]!
      if (oldest < 0) continue
      head[bucket] = oldest
      next[tail[bucket]!] = slot
      next[slot] = -1
      tail[bucket] = slot
    }
    return count
  }

  #addOne(first: NumberColumn, second: NumberColumn | null, wallS: Float64Array, row: number): void {
    const x0 = first[row]!
    const x1 = second === null ? 0 : second[row]!
    if (this.#widens(x0, x1) && this.#count > 0) this.#rebucket()
    const slot = this.#freeSlot
    this.#freeSlot = this.#next[slot]!
    this.#first[slot] = x0
    this.#second[slot] = x1
    this.#wallS[slot] = wallS[row]!
    this.#append(slot)
    this.#count++
    if (this.#count > this.#maxSamples) this.#retireOne()
  }

  /** Copies all samples, in the store's order, into the given arrays of at least `maxSamples` elements. */
  copyTo(first: Float64Array, second: Float64Array, wallS: Float64Array): number {
    const count = this.#gather()
    for (let i = 0; i < count; i++) {
      const slot = this.#scratch[i]!
      first[i] = this.#first[slot]!
      second[i] = this.#second[slot]!
      wallS[i] = this.#wallS[slot]!
    }
    return count
  }

  /** The axes' ranges only ever widen, also after the extreme samples have retired. */
  #widens(x0: number, x1: number): boolean {
    const isWithin =
      x0 >= this.#firstMin && x0 <= this.#firstMax && x1 >= this.#secondMin && x1 <= this.#secondMax
    if (isWithin) return false
    this.#firstMin = Math.min(this.#firstMin, x0)
    this.#firstMax = Math.max(this.#firstMax, x0)
    this.#secondMin = Math.min(this.#secondMin, x1)
    this.#secondMax = Math.max(this.#secondMax, x1)
    return true
  }

  #bucketOf(slot: number): number {
    const perAxis = this.#bucketsPerAxis
    return (
      axisIndex(this.#first[slot]!, this.#firstMin, this.#firstMax, perAxis) * this.#stride +
      axisIndex(this.#second[slot]!, this.#secondMin, this.#secondMax, perAxis)
    )
  }

  #append(slot: number): void {
    const bucket = this.#bucketOf(slot)
    this.#next[slot] = -1
    if (this.#size[bucket] === 0) {
      this.#place[bucket] = this.#orderCount
      this.#order[this.#orderCount++] = bucket
      this.#head[bucket] = slot
    } else {
      this.#next[this.#tail[bucket]!] = slot
    }
    this.#tail[bucket] = slot
    const size = this.#size[bucket]! + 1
    this.#size[bucket] = size
    const place = this.#place[bucket]!
    if (size > this.#mostInBucket || (size === this.#mostInBucket && place < this.#fullestFrom)) {
      this.#mostInBucket = size
      this.#fullestFrom = place
    }
  }

  /** Drops the oldest sample of the first bucket among the fullest. */
  #retireOne(): void {
    const fullestAt = this.#firstOfFullest()
    const bucket = this.#order[fullestAt]!
    const slot = this.#head[bucket]!
    this.#head[bucket] = this.#next[slot]!
    this.#next[slot] = this.#freeSlot
    this.#freeSlot = slot
    this.#count--
    if (--this.#size[bucket]! > 0) return
    this.#orderCount--
    for (let at = fullestAt; at < this.#orderCount; at++) {
      this.#order[at] = this.#order[at + 1]!
      this.#place[this.#order[at]!] = at
    }
  }

  /** There is a sample. */
  #firstOfFullest(): number {
    for (;;) {
      for (let at = this.#fullestFrom; at < this.#orderCount; at++) {
        if (this.#size[this.#order[at]!] !== this.#mostInBucket) continue
        this.#fullestFrom = at
        return at
      }
      this.#mostInBucket--
      this.#fullestFrom = 0
    }
  }

  /** Sorts all samples into buckets anew, in the order in which the old buckets hold them. */
  #rebucket(): void {
    const count = this.#gather()
    for (let at = 0; at < this.#orderCount; at++) this.#size[this.#order[at]!] = 0
    this.#orderCount = 0
    this.#mostInBucket = 0
    for (let i = 0; i < count; i++) this.#append(this.#scratch[i]!)
  }

  #gather(): number {
    let count = 0
    for (let at = 0; at < this.#orderCount; at++) {
      const bucket = this.#order[at]!
      let slot = this.#head[bucket]!
      for (let left = this.#size[bucket]!; left > 0; left--) {
        this.#scratch[count++] = slot
        slot = this.#next[slot]!
      }
    }
    return count
  }
}

/** @param value within the range */
function axisIndex(value: number, min: number, max: number, perAxis: number): number {
  if (value <= min) return 0
  const index = Math.trunc(((value - min) / (max - min)) * perAxis)
  return index >= perAxis ? perAxis - 1 : index
}
