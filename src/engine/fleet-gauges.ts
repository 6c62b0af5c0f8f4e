import type {FleetObservation} from './observation.ts'
import type {FirstTokenCounts} from './record/first-tokens.ts'

/** What can be counted in front of the pools at one moment; worked out when it is read. */
export class FleetGauges implements FleetObservation {
  readonly arrivedRequests: number
  readonly completedRequests: number
  readonly #firstTokens: FirstTokenCounts
  readonly #nowMs: number

  constructor(
    counts: {readonly arrived: number; readonly completed: number},
    firstTokens: FirstTokenCounts,
    nowMs: number,
  ) {
    this.arrivedRequests = counts.arrived
    this.completedRequests = counts.completed
    this.#firstTokens = firstTokens
    this.#nowMs = nowMs
  }

  get requestsWithoutToken(): number {
    this.#firstTokens.countUntil(this.#nowMs, this.arrivedRequests)
    return this.#firstTokens.outstanding
  }

  get ttftBuckets(): Float64Array {
    this.#firstTokens.countUntil(this.#nowMs, this.arrivedRequests)
    return this.#firstTokens.buckets
  }
}
