import {exactLog1p} from '../../../../core/exact-math.ts'

/** One pass as the regression sees it. */
export interface Sample {
  readonly attention: number
  readonly tokens: number
  readonly wallMs: number
}

export interface SampleStoreOptions {
  readonly binsPerAxis: number
  readonly maxSamples: number
  /** Keys of all buckets; absent = ascending. */
  readonly order?: readonly number[]
}

/**
 * Samples in buckets over the logarithms of both features, so that loads that are rare are not crowded out by common
 * ones (planner-1.6.md 6.3). Full, it gives up the oldest sample of the fullest bucket.
 *
 * Of equally full buckets the last one gives, in the order they are gone through (`bucketOrder`): usually that of their keys.
 */
export class SampleStore {
  readonly #binsPerAxis: number
  readonly #maxSamples: number
  readonly #buckets: readonly Sample[][]
  /** The same buckets in the order they are gone through. */
  readonly #inOrder: readonly Sample[][]
  readonly #low: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  readonly #high: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  #count = 0

  constructor({binsPerAxis, maxSamples, order}: SampleStoreOptions) {
    this.#binsPerAxis = binsPerAxis
    this.#maxSamples = maxSamples
    this.#buckets = Array.from({length: binsPerAxis * binsPerAxis}, () => [])
    this.#inOrder = order === undefined ? this.#buckets : order.map(key => this.#buckets[key]!)
  }

  get count(): number {
    return this.#count
  }

  /** @returns the sample that had to go for it, which can be the new one itself */
  add(sample: Sample): Sample | null {
    if (this.#widen(sample) && this.#count > 0) this.#sortAnew()
    this.#bucketOf(sample).push(sample)
    this.#count++
    return this.#count > this.#maxSamples ? this.#dropOne() : null
  }

  /** Bucket by bucket, oldest first. */
  samples(): readonly Sample[] {
    return this.#inOrder.flat()
  }

  #widen(sample: Sample): boolean {
    let hasMoved = false
    for (const axis of AXES) {
      const at = exactLog1p(axis === 0 ? sample.attention : sample.tokens)
      if (at < this.#low[axis]) {
        this.#low[axis] = at
        hasMoved = true
      }
      if (at > this.#high[axis]) {
        this.#high[axis] = at
        hasMoved = true
      }
    }
    return hasMoved
  }

  #sortAnew(): void {
    const samples = this.samples()
    for (const bucket of this.#buckets) bucket.length = 0
    for (const sample of samples) this.#bucketOf(sample).push(sample)
  }

  #bucketOf(sample: Sample): Sample[] {
    const key = this.#bin(0, sample.attention) * this.#binsPerAxis + this.#bin(1, sample.tokens)
    return this.#buckets[key]!
  }

  #bin(axis: 0 | 1, value: number): number {
    const low = this.#low[axis]
    const span = this.#high[axis] - low
    if (!(span > 0)) return 0
    const bin = Math.trunc(((exactLog1p(value) - low) / span) * this.#binsPerAxis)
    return Math.min(Math.max(bin, 0), this.#binsPerAxis - 1)
  }

  #dropOne(): Sample {
    let fullest = this.#inOrder[0]!
    for (const bucket of this.#inOrder) if (bucket.length >= fullest.length) fullest = bucket
    this.#count--
    return fullest.shift()!
  }
}

const AXES = [0, 1] as const
