import type {RequestSource} from '../../trace/streamed/request-source.ts'
import type {ArrivalQueue} from '../arrivals.ts'
import type {RequestSlots} from './request-slots.ts'
import type {StreamedRequests} from './streamed-requests.ts'

/** `Arrivals` of requests that get a slot when they come. */
export class StreamedArrivals implements ArrivalQueue {
  readonly #source: RequestSource
  readonly #slots: RequestSlots
  readonly upcoming = null

  constructor({source, slots}: StreamedRequests) {
    this.#source = source
    this.#slots = slots
  }

  get isDrained(): boolean {
    return this.nextMs === Number.POSITIVE_INFINITY
  }

  get nextMs(): number {
    return this.#source.nextMs
  }

  pop(): number {
    return this.#slots.take(this.#source)
  }

  /** Nothing follows a request. */
  completed(): void {}

  gaveUp(): void {}
}
