import {exactPower} from '../../../core/exact-math.ts'

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
  readonly #axes: 1 | 2
  readonly #bucketsPerAxis: number

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
    this.#axes = options.axes
    const perAxis = options.axes === 1 ? options.bucketCount : Math.floor(Math.sqrt(options.bucketCount))
    this.#bucketsPerAxis = Math.max(1, perAxis)

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

  /** Adds row `index` of the columns. Columns instead of numbers: a call with doubles would box each of them. */
  add(first: NumberColumn, second: NumberColumn | null, wallS: Float64Array, index: number): void {
    const x0 = first[index]!
    const x1 = second === null ? 0 : second[index]!
    if (this.#widens(x0, x1) && this.#count > 0) this.#rebucket()

    const slot = this.#freeSlot
    this.#freeSlot = this.#next[slot]!
    this.#first[slot] = x0
    this.#second[slot] = x1
    this.#wallS[slot] = wallS[index]!
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
    let widened = false
    if (x0 < this.#firstMin) {
      this.#firstMin = x0
      widened = true
    }
    if (x0 > this.#firstMax) {
      this.#firstMax = x0
      widened = true
    }
    if (this.#axes === 1) return widened
    if (x1 < this.#secondMin) {
      this.#secondMin = x1
      widened = true
    }
    if (x1 > this.#secondMax) {
      this.#secondMax = x1
      widened = true
    }
    return widened
  }

  #bucketOf(slot: number): number {
    const perAxis = this.#bucketsPerAxis
    const i = axisIndex(this.#first[slot]!, this.#firstMin, this.#firstMax, perAxis)
    if (this.#axes === 1) return i
    return i * perAxis + axisIndex(this.#second[slot]!, this.#secondMin, this.#secondMax, perAxis)
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

function axisIndex(value: number, min: number, max: number, perAxis: number): number {
  if (max <= min) return 0
  const index = Math.trunc(((value - min) / (max - min)) * perAxis)
  return index >= perAxis ? perAxis - 1 : index
}
