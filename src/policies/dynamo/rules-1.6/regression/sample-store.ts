import {exactLog1p} from '../../../../core/exact-math.ts'

/** One pass as the regression sees it. */
export interface Sample {
  readonly attention: number
  readonly tokens: number
  readonly wallMs: number
}

/**
 * Samples in buckets over the logarithms of both features, so that loads that are rare are not crowded out by common
 * ones (planner-1.6.md 6.3). Full, it gives up the oldest sample of the fullest bucket.
 *
 * The release keeps its buckets in a map of random order, which decides between equally full ones. Here they lie in
 * the order of their keys, one of the orders the release can draw: of equally full buckets the largest key gives.
 */
export class SampleStore {
  readonly #binsPerAxis: number
  readonly #maxSamples: number
  readonly #buckets: Sample[][]
  readonly #low: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  readonly #high: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  #count = 0

  constructor({binsPerAxis, maxSamples}: {readonly binsPerAxis: number; readonly maxSamples: number}) {
    this.#binsPerAxis = binsPerAxis
    this.#maxSamples = maxSamples
    this.#buckets = Array.from({length: binsPerAxis * binsPerAxis}, () => [])
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
    return this.#buckets.flat()
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
    let fullest = this.#buckets[0]!
    for (const bucket of this.#buckets) if (bucket.length >= fullest.length) fullest = bucket
    this.#count--
    return fullest.shift()!
  }
}

const AXES = [0, 1] as const
