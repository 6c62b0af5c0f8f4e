import {Deque} from '../../core/queues/deque.ts'
import type {RequestSource} from '../../trace/streamed/request-source.ts'
import type {RequestSlots} from './request-slots.ts'
import type {StreamedRequests} from './streamed-requests.ts'

/** `SessionSlots` of requests each of which is a session of its own, and gets a slot when it comes. */
export class StreamedSessions {
  readonly #source: RequestSource
  readonly #slots: RequestSlots
  /** Of the next requests. */
  readonly #releaseMs = new Deque<number>()
  /** Places in the loop that nobody has had yet. */
  #unused: number

  constructor({source, slots}: StreamedRequests, most: number) {
    this.#source = source
    this.#slots = slots
    this.#unused = most
  }

  get isDrained(): boolean {
    return this.#source.nextMs === Number.POSITIVE_INFINITY
  }

  get nextMs(): number {
    if (this.isDrained) return Number.POSITIVE_INFINITY
    return this.#unused > 0 ? 0 : (this.#releaseMs.first ?? Number.POSITIVE_INFINITY)
  }

  pop(): number {
    if (this.#unused > 0) this.#unused--
    else this.#releaseMs.popFront()
    return this.#slots.take(this.#source)
  }

  /** A request is over: its place is the next one's. */
  completed(_slot: number, atMs: number): void {
    this.#releaseMs.pushBack(atMs)
  }

  gaveUp(_slot: number, atMs: number): void {
    this.#releaseMs.pushBack(atMs)
  }
}
