import {Deque} from '../../core/queues/deque.ts'
import type {RequestSource} from '../../trace/streamed/request-source.ts'
import {SessionsUnderWay} from './sessions-under-way.ts'
import type {StreamedRequests} from './streamed-requests.ts'

/** `SessionSlots` of requests that get a slot when they come. */
export class StreamedSessions {
  readonly #source: RequestSource
  readonly #sessions: SessionsUnderWay
  /** Of the next sessions. */
  readonly #releaseMs = new Deque<number>()
  /** Places in the loop that nobody has had yet. */
  #unused: number

  constructor(streamed: StreamedRequests, most: number) {
    this.#source = streamed.source
    this.#sessions = new SessionsUnderWay(streamed)
    this.#unused = most
  }

  get isDrained(): boolean {
    return this.#source.nextMs === Number.POSITIVE_INFINITY && this.#sessions.areOver
  }

  get nextMs(): number {
    return Math.min(this.#nextSessionMs, this.#sessions.nextMs)
  }

  /** The sessions that have begun are earlier ones than the next. */
  pop(): number {
    if (this.#sessions.nextMs <= this.#nextSessionMs) return this.#sessions.goOn()
    if (this.#unused > 0) this.#unused--
    else this.#releaseMs.popFront()
    return this.#sessions.begin()
  }

  /** A request is over: if it was the last of its session, its place is the next one's. */
  completed(slot: number, atMs: number): void {
    if (!this.#sessions.ended(slot, atMs)) this.#releaseMs.pushBack(atMs)
  }

  gaveUp(slot: number, atMs: number): void {
    this.completed(slot, atMs)
  }

  get #nextSessionMs(): number {
    if (this.#source.nextMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
    return this.#unused > 0 ? 0 : (this.#releaseMs.first ?? Number.POSITIVE_INFINITY)
  }
}
