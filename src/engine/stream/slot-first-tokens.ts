import {bucketOf, emptyBuckets, type FirstTokenCounts} from '../record/first-tokens.ts'
import type {RequestColumns} from '../record/record.ts'
import type {SlotQueue} from './slot-queue.ts'

/** `FirstTokens` of requests whose rows are used again: one that nobody asked about in time is counted when it is over. */
export class SlotFirstTokens implements FirstTokenCounts {
  readonly buckets = emptyBuckets()
  outstanding = 0
  readonly #requests: RequestColumns
  /** Those that are not told of yet, in order of arrival. */
  readonly #underWay: SlotQueue
  readonly #isCounted: Uint8Array
  /** `buckets`, of which nobody sees a change before asking. */
  readonly #counts = emptyBuckets()

  constructor(requests: RequestColumns, underWay: SlotQueue) {
    this.#requests = requests
    this.#underWay = underWay
    this.#isCounted = new Uint8Array(requests.count)
  }

  arrived(slot: number): void {
    this.#isCounted[slot] = 0
  }

  /** Its row is about to be used again. */
  over(slot: number): void {
    this.#count(slot, Number.POSITIVE_INFINITY)
  }

  countUntil(nowMs: number): void {
    this.outstanding = 0
    this.#underWay.forEach(slot => {
      this.#count(slot, nowMs)
      if (this.#isCounted[slot] === 0 && !this.#hasGivenUp(slot)) this.outstanding++
    })
    this.buckets.set(this.#counts)
  }

  /** NaN compares false: no token is even under way. */
  #count(slot: number, nowMs: number): void {
    const {arrivalMs, firstTokenMs} = this.#requests
    const firstMs = firstTokenMs[slot]!
    if (this.#isCounted[slot] === 1 || !(firstMs <= nowMs)) return
    this.#isCounted[slot] = 1
    this.#counts[bucketOf((firstMs - arrivalMs[slot]!) / 1000)]!++
  }

  /** Rejected or failed, in 1.6. */
  #hasGivenUp(slot: number): boolean {
    return (this.#requests.status?.[slot] ?? 0) > COMPLETED
  }
}

/** Of `RequestOutcomes.status`. */
const COMPLETED = 1
