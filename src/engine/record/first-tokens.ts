import {TTFT_BOUNDS_S} from '../../core/ttft-bounds.ts'
import type {RequestColumns} from './record.ts'

/** What is counted of first tokens. */
export interface FirstTokenCounts {
  /** By bucket, since the start; grows only. */
  readonly buckets: Float64Array
  /** Requests that arrived and had no token yet when last counted. */
  readonly outstanding: number
  countUntil(nowMs: number, arrived: number): void
}

/**
 * First tokens by how long they took, counted as far as the clock has come: a pass writes its tokens down when it starts, with
 * the time of its end. Only who asks pays: the requests that arrived since, and those still without a token.
 */
export class FirstTokens implements FirstTokenCounts {
  readonly buckets = emptyBuckets()
  readonly #requests: RequestColumns
  #waiting: number[] = []
  #seen = 0

  readonly #hasGivenUp: (request: number) => boolean

  /** @param hasGivenUp ended without a token, as a rejected request does */
  constructor(requests: RequestColumns, hasGivenUp: (request: number) => boolean = () => false) {
    this.#requests = requests
    this.#hasGivenUp = hasGivenUp
  }

  get outstanding(): number {
    return this.#waiting.length
  }

  countUntil(nowMs: number, arrived: number): void {
    const {arrivalOrder, arrivalMs, firstTokenMs} = this.#requests
    for (; this.#seen < arrived; this.#seen++) this.#waiting.push(arrivalOrder[this.#seen]!)
    this.#waiting = this.#waiting.filter(request => {
      const firstMs = firstTokenMs[request]!
      // NaN compares false: no token is even under way.
      if (!(firstMs <= nowMs)) return !this.#hasGivenUp(request)
      const bucket = bucketOf((firstMs - arrivalMs[request]!) / 1000)
      this.buckets[bucket] = this.buckets[bucket]! + 1
      return false
    })
  }
}

export function emptyBuckets(): Float64Array {
  return new Float64Array(TTFT_BOUNDS_S.length + 1)
}

export function bucketOf(seconds: number): number {
  const bucket = TTFT_BOUNDS_S.findIndex(bound => seconds <= bound)
  return bucket < 0 ? TTFT_BOUNDS_S.length : bucket
}
