import type {Prompts} from '../prompts.ts'
import type {KvEventLog} from '../vllm-1.6/kv-event-log.ts'

/** What happened in a cache and is not known to the router yet. */
interface Delayed {
  readonly dueMs: number
  readonly events: readonly number[]
}

/** What a KV router believes one instance has cached: what it was told so far, one bit per prompt block. */
export class CacheIndex {
  readonly #prompts: Prompts
  readonly #bits: Uint32Array
  readonly #lagMs: number
  readonly #delayed: Delayed[] = []

  /** @param lagMs how long what happens in the cache takes until the router knows it */
  constructor(prompts: Prompts, lagMs: number) {
    this.#prompts = prompts
    this.#lagMs = lagMs
    this.#bits = new Uint32Array((prompts.blockCount >>> 5) + 1)
  }

  /** Leading prompt blocks of a request it has. */
  cachedBlocks(request: number, nowMs: number): number {
    while (this.#delayed.length > 0 && this.#delayed[0]!.dueMs <= nowMs)
      this.#apply(this.#delayed.shift()!.events)
    const {blockStart, blocks} = this.#prompts
    const from = blockStart[request]!
    const to = blockStart[request + 1]!
    let at = from
    while (at < to && this.#has(blocks[at]!)) at++
    return at - from
  }

  /** Takes in what happened in the cache since last time. */
  hear(log: KvEventLog, nowMs: number): void {
    if (log.events.length === 0) return
    if (this.#lagMs > 0) this.#delayed.push({dueMs: nowMs + this.#lagMs, events: log.events.slice()})
    else this.#apply(log.events)
    log.clear()
  }

  /** Generated blocks belong to no prompt and do not count. */
  #apply(events: readonly number[]): void {
    for (const event of events) {
      const block = event >>> 1
      if (block >= this.#prompts.blockCount) continue
      const bit = 1 << (block & 31)
      if (event % 2 === 0) this.#bits[block >>> 5]! |= bit
      else this.#bits[block >>> 5]! &= ~bit
    }
  }

  #has(block: number): boolean {
    return (this.#bits[block >>> 5]! & (1 << (block & 31))) !== 0
  }
}
