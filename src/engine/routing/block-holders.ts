import {type Prompts, promptBlocks} from '../prompts.ts'
import type {CachedBlocks} from '../stream/living-prefixes.ts'
import type {LaneDepths} from './lane-depths.ts'
import {LeadingHolders} from './leading-holders.ts'
import {type PromptSegments, segmentsOf} from './prompt-segments.ts'

/**
 * Which instances of a pool have which prompt blocks in their caches, kept up by the caches themselves, so that a KV
 * router learns in one walk along a prompt how much of it every instance has. It says exactly what asking each instance
 * would say (`Scheduler.cachedBlocks`). Whoever has a block has those before it in its prompt.
 */
export class BlockHolders {
  readonly #prompts: Prompts
  /** null where prompts are not known beforehand: then each block is by itself. */
  readonly #segments: PromptSegments | null
  readonly #holders: LeadingHolders
  #ones = new Int32Array(0)

  constructor(prompts: Prompts) {
    this.#prompts = prompts
    this.#segments = prompts.living === null ? segmentsOf(prompts) : null
    this.#holders = new LeadingHolders(this.#segments?.nodeCount ?? null)
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

  /** Blocks [from .. to) came into the cache of an instance that did not have them. Generated blocks are in no prompt. */
  registered(from: number, to: number, lane: number): void {
    const segments = this.#segments
    const end = Math.min(to, this.#prompts.blockCount)
    if (segments === null) {
      for (let block = from; block < end; block++) this.#holders.raise(block, lane, 1, 1)
      return
    }
    if (from >= end) return
    for (let segment = segments.segmentOf(from), first = segments.firstOf(segment); first < end; segment++) {
      const length = segments.lengthOf(segment)
      this.#holders.raise(segment, lane, Math.min(end - first, length), length)
      first += length
    }
  }

  /** An instance no longer has blocks [from .. to). */
  evicted(from: number, to: number, lane: number): void {
    const segments = this.#segments
    const end = Math.min(to, this.#prompts.blockCount)
    if (segments === null) {
      for (let block = from; block < end; block++) this.#holders.lower(block, lane, 0, 1)
      return
    }
    if (from >= end) return
    for (let segment = segments.segmentOf(from), first = segments.firstOf(segment); first < end; segment++) {
      const length = segments.lengthOf(segment)
      this.#holders.lower(segment, lane, Math.max(from - first, 0), length)
      first += length
    }
  }

  /** Says for each of the lanes in `out` how many of the leading blocks of a prompt it has. */
  follow(request: number, out: LaneDepths): void {
    const path = this.#segments === null ? this.#livingPath(request) : this.#segments.pathOf(request)
    this.#holders.follow(path, path.to, out)
  }

  #livingPath(request: number) {
    const {blocks, from, count} = promptBlocks(this.#prompts, request)
    if (from + count > this.#ones.length) this.#ones = new Int32Array((from + count) * 2).fill(1)
    const to = from + count
    return {nodes: blocks, nodeBlocks: this.#ones, from, sharedTo: to, to, blockCount: count}
  }
}
