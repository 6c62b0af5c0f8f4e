import type {RequestSource} from '../../trace/streamed/request-source.ts'
import type {ArrivalQueue} from '../arrivals.ts'
import {SessionsUnderWay} from './sessions-under-way.ts'
import type {StreamedRequests} from './streamed-requests.ts'

/** `Arrivals` of requests that get a slot when they come. */
export class StreamedArrivals implements ArrivalQueue {
  readonly #source: RequestSource
  readonly #sessions: SessionsUnderWay
  readonly upcoming = null

  constructor(streamed: StreamedRequests) {
    this.#source = streamed.source
    this.#sessions = new SessionsUnderWay(streamed)
  }

  get isDrained(): boolean {
    return this.#source.nextMs === Number.POSITIVE_INFINITY && this.#sessions.areOver
  }

  get nextMs(): number {
    return Math.min(this.#source.nextMs, this.#sessions.nextMs)
  }

  /** The sessions that have begun are earlier ones than the next. */
  pop(): number {
    return this.#sessions.nextMs <= this.#source.nextMs ? this.#sessions.goOn() : this.#sessions.begin()
  }

  completed(slot: number, atMs: number): void {
    this.#sessions.ended(slot, atMs)
  }

  /** A request was turned away: its session goes on. */
  gaveUp(slot: number, atMs: number): void {
    this.#sessions.ended(slot, atMs)
  }
}
