import {grown} from '../../core/grown.ts'
import type {Placed} from './stretches.ts'

const FIRST_MOMENTS = 1 << 10

/**
 * What a prefill pool does in a stretch. It hears nothing of decode instances, so it goes through the stretch first, on the common clock; they then
 * know beforehand who comes, and every moment that stops them.
 */
export class HandOvers {
  /** By request, when it is handed over, ms. */
  readonly atMs: Float64Array
  /** The prefill pool is going through a stretch. */
  isUnderWay = false
  #times = new Float64Array(FIRST_MOMENTS)
  #count = 0

  constructor(requests: number) {
    this.atMs = new Float64Array(requests)
  }

  begin(): void {
    this.isUnderWay = true
    this.#count = 0
  }

  /** Somebody arrives, or a prefill pass ends; moments come in order. */
  noteMoment(ms: number): void {
    if (this.#count === this.#times.length) this.#times = grown(this.#times, this.#count * 2)
    this.#times[this.#count++] = ms
  }

  /**
   * @param nextMs the first moment after the stretch
   * @param failure what was thrown at the last one in it; null = nothing
   */
  end(nextMs: number, failure: unknown): Placed {
    const lastMs = this.#count > 0 ? this.#times[this.#count - 1]! : Number.NEGATIVE_INFINITY
    this.noteMoment(nextMs)
    this.isUnderWay = false
    return {times: this.#times.subarray(0, this.#count), next: 0, lastMs, failure}
  }
}
