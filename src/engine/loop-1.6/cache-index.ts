import type {BlockHolders} from '../routing/block-holders.ts'
import {eachEvent, type KvEventLog} from '../vllm-1.6/kv-event-log.ts'

/** What happened in a cache and is not known to the router yet. */
interface Delayed {
  readonly lane: number
  readonly dueMs: number
  readonly events: readonly number[]
}

/** A cache that the router can forget. */
interface Cache {
  /** Calls back for the stretches of identities it has. */
  eachStretch?(visit: (first: number, count: number) => void): void
  readonly kvEvents: KvEventLog | null
}

/** What a KV router believes the instances of one pool have cached: what it was told so far. */
export class CacheIndex {
  readonly #holders: BlockHolders
  readonly #lagMs: number
  /** By the time they are due, which is the order in which they were told. */
  #delayed: Delayed[] = []
  #next = 0

  /** @param lagMs how long what happens in a cache takes until the router knows it */
  constructor(holders: BlockHolders, lagMs: number) {
    this.#holders = holders
    this.#lagMs = lagMs
    holders.keep(this)
  }

  /** Blocks that are told of and not known yet. */
  eachStretch(visit: (first: number, count: number) => void): void {
    for (let i = this.#next; i < this.#delayed.length; i++)
      eachEvent(this.#delayed[i]!.events, (_, from, to) => visit(from, to - from))
  }

  /** Takes in what happened in a cache since last time. */
  hear(lane: number, log: KvEventLog, nowMs: number): void {
    if (log.events.length === 0) return
    if (this.#lagMs > 0) this.#delayed.push({lane, dueMs: nowMs + this.#lagMs, events: log.events.slice()})
    else this.#apply(lane, log.events)
    log.clear()
  }

  /** Brings what is known up to this moment. */
  catchUp(nowMs: number): void {
    const delayed = this.#delayed
    while (this.#next < delayed.length && delayed[this.#next]!.dueMs <= nowMs) {
      const {lane, events} = delayed[this.#next++]!
      this.#apply(lane, events)
    }
    if (this.#next < MOST_KNOWN) return
    this.#delayed = delayed.slice(this.#next)
    this.#next = 0
  }

  /** An instance is gone. */
  forget(lane: number, cache: Cache): void {
    const left = this.#delayed.slice(this.#next)
    for (const {lane: of, events} of left) if (of === lane) this.#apply(lane, events)
    this.#delayed = left.filter(({lane: of}) => of !== lane)
    this.#next = 0
    if (cache.kvEvents !== null) this.#apply(lane, cache.kvEvents.events)
    cache.eachStretch?.((first, count) => this.#holders.evicted(first, first + count, lane))
  }

  #apply(lane: number, events: readonly number[]): void {
    eachEvent(events, (isStored, from, to) => {
      if (isStored) this.#holders.registered(from, to, lane)
      else this.#holders.evicted(from, to, lane)
    })
  }
}

/** Known ones that are kept in front of those that are not. */
const MOST_KNOWN = 1024
