import {grown} from '../../core/grown.ts'
import type {PromptPaths} from '../../trace/prompt-paths.ts'
import type {LaneDepths} from './lane-depths.ts'
import {LeadingHolders} from './leading-holders.ts'

/**
 * The distinct prompt blocks that the requests on each instance hold, what they have in common counting once; and how many of the
 * leading blocks of a prompt each instance holds already, in one walk along its path for all of them.
 */
export class HeldPaths {
  readonly #paths: PromptPaths
  /** Of nodes that several prompts may have: who holds how many of the first blocks. */
  readonly #holders: LeadingHolders
  /** By lane and node: requests that hold every block of it. */
  readonly #whole = new Map<number, number>()
  /** By lane and node: the blocks that each of the requests ending within it holds. */
  readonly #parts = new Map<number, number[]>()
  readonly #nodeCount: number
  /** Distinct blocks held, by lane. */
  #counts = new Int32Array(0)

  constructor(paths: PromptPaths) {
    this.#paths = paths
    this.#holders = new LeadingHolders(paths.nodeCount)
    this.#nodeCount = paths.nodeCount ?? 2 ** 31
  }

  reserveLanes(count: number): void {
    this.#holders.reserveLanes(count)
    if (count > this.#counts.length) this.#counts = grown(this.#counts, count)
  }

  /** Distinct blocks held on a lane. */
  count(lane: number): number {
    return this.#counts[lane]!
  }

  add(request: number, lane: number): void {
    const {nodes, nodeBlocks, from, sharedTo, to, blockCount} = this.#paths.pathOf(request)
    let left = blockCount
    for (let i = from; i < sharedTo; i++) {
      const all = nodeBlocks[i]!
      const own = Math.min(all, left)
      left -= own
      if (own === all) this.#addWhole(nodes[i]!, lane, all)
      else if (own > 0) this.#addPart(nodes[i]!, lane, own, all)
    }
    if (sharedTo < to) this.#counts[lane]! += left
  }

  remove(request: number, lane: number): void {
    const {nodes, nodeBlocks, from, sharedTo, to, blockCount} = this.#paths.pathOf(request)
    let left = blockCount
    for (let i = from; i < sharedTo; i++) {
      const all = nodeBlocks[i]!
      const own = Math.min(all, left)
      left -= own
      if (own === all) this.#removeWhole(nodes[i]!, lane, all)
      else if (own > 0) this.#removePart(nodes[i]!, lane, own, all)
    }
    if (sharedTo < to) this.#counts[lane]! -= left
  }

  /** Says for each of the lanes in `out` how many of the leading blocks of a prompt are held there. */
  follow(request: number, out: LaneDepths): void {
    const path = this.#paths.pathOf(request)
    this.#holders.follow(path, path.sharedTo, out)
  }

  #addWhole(node: number, lane: number, all: number): void {
    const key = lane * this.#nodeCount + node
    const requests = this.#whole.get(key) ?? 0
    this.#whole.set(key, requests + 1)
    if (requests > 0 || all === 0) return
    this.#counts[lane]! += all - this.#largestPart(key)
    this.#holders.raise(node, lane, all, all)
  }

  #removeWhole(node: number, lane: number, all: number): void {
    const key = lane * this.#nodeCount + node
    const requests = this.#whole.get(key)! - 1
    if (requests > 0) {
      this.#whole.set(key, requests)
      return
    }
    this.#whole.delete(key)
    if (all === 0) return
    const part = this.#largestPart(key)
    this.#counts[lane]! -= all - part
    this.#holders.lower(node, lane, part, all)
  }

  #addPart(node: number, lane: number, blocks: number, all: number): void {
    const key = lane * this.#nodeCount + node
    const before = this.#largestPart(key)
    const parts = this.#parts.get(key)
    if (parts === undefined) this.#parts.set(key, [blocks])
    else parts.push(blocks)
    if (blocks <= before || this.#whole.has(key)) return
    this.#counts[lane]! += blocks - before
    this.#holders.raise(node, lane, blocks, all)
  }

  #removePart(node: number, lane: number, blocks: number, all: number): void {
    const key = lane * this.#nodeCount + node
    const parts = this.#parts.get(key)!
    parts.splice(parts.indexOf(blocks), 1)
    if (parts.length === 0) this.#parts.delete(key)
    const part = this.#largestPart(key)
    if (blocks <= part || this.#whole.has(key)) return
    this.#counts[lane]! -= blocks - part
    this.#holders.lower(node, lane, part, all)
  }

  /** Blocks at the head of a node that requests hold which end within it. */
  #largestPart(key: number): number {
    const parts = this.#parts.size === 0 ? undefined : this.#parts.get(key)
    if (parts === undefined) return 0
    let most = 0
    for (const part of parts) if (part > most) most = part
    return most
  }
}
