import type {Prompts} from '../prompts.ts'
import type {KvEventLog} from '../vllm-1.6/kv-event-log.ts'

/** What a KV router believes one instance has cached: what it was told so far, one bit per prompt block. */
export class CacheIndex {
  readonly #prompts: Prompts
  readonly #bits: Uint32Array

  constructor(prompts: Prompts) {
    this.#prompts = prompts
    this.#bits = new Uint32Array((prompts.blockCount >>> 5) + 1)
  }

  /** Leading prompt blocks of a request it has. */
  cachedBlocks(request: number): number {
    const {blockStart, blocks} = this.#prompts
    const from = blockStart[request]!
    const to = blockStart[request + 1]!
    let at = from
    while (at < to && this.#has(blocks[at]!)) at++
    return at - from
  }

  /** Takes in what happened in the cache since last time. Generated blocks belong to no prompt and do not count. */
  apply(log: KvEventLog): void {
    for (const event of log.events) {
      const block = event >>> 1
      if (block >= this.#prompts.blockCount) continue
      const bit = 1 << (block & 31)
      if (event % 2 === 0) this.#bits[block >>> 5]! |= bit
      else this.#bits[block >>> 5]! &= ~bit
    }
    log.clear()
  }

  #has(block: number): boolean {
    return (this.#bits[block >>> 5]! & (1 << (block & 31))) !== 0
  }
}
