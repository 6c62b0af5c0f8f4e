import {type Prompts, promptBlocks} from '../prompts.ts'
import type {CachedBlocks} from '../stream/living-prefixes.ts'
import {fillLanes} from './lane-bits.ts'
import {LaneSets} from './lane-sets.ts'

/**
 * Which instances of a pool have which prompt blocks in their caches, kept up by the caches themselves, so that a KV
 * router learns in one walk along a prompt how much of it every instance has. It says exactly what asking each instance
 * would say (`Scheduler.cachedBlocks`).
 */
export class BlockHolders {
  readonly #prompts: Prompts
  readonly #holders: LaneSets
  #left = new Uint32Array(1)
  #following = new Uint32Array(1)

  constructor(prompts: Prompts) {
    this.#prompts = prompts
    this.#holders = new LaneSets(prompts.living === null ? prompts.blockCount : null)
    this.keep(this)
  }

  /** Prompts are recognised that begin with these blocks, too. */
  keep(blocks: CachedBlocks): void {
    this.#prompts.living?.addCache(blocks)
  }

  eachStretch(visit: (first: number, count: number) => void): void {
    this.#holders.eachKey(block => visit(block, 1))
  }

  reserveLanes(count: number): void {
    this.#holders.reserveLanes(count)
  }

  /** A block came into the cache of an instance that did not have it. Generated blocks are in no prompt. */
  registered(block: number, lane: number): void {
    if (block < this.#prompts.blockCount) this.#holders.add(block, lane)
  }

  /** An instance no longer has a block that it had. */
  evicted(block: number, lane: number): void {
    if (block < this.#prompts.blockCount) this.#holders.remove(block, lane)
  }

  /** Writes the leading blocks of a prompt that each of the given lanes has. */
  writeOverlaps(request: number, lanes: Uint32Array, out: Int32Array): void {
    if (this.#left.length !== lanes.length) {
      this.#left = new Uint32Array(lanes.length)
      this.#following = new Uint32Array(lanes.length)
    }
    const {blocks, from, count} = promptBlocks(this.#prompts, request)
    const left = this.#left
    const following = this.#following
    following.set(lanes)
    let depth = 0
    for (; depth < count; depth++) {
      const anyStay = this.#holders.split(blocks[from + depth]!, following, left)
      fillLanes(left, depth, out)
      if (!anyStay) return
    }
    fillLanes(following, depth, out)
  }
}
