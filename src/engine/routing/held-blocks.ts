import type {PromptPaths} from '../../trace/prompt-paths.ts'
import type {LeadingHolders} from './leading-holders.ts'

/** The distinct prompt blocks of the requests on one instance: what they have in common counts once. */
export class HeldBlocks {
  readonly #paths: PromptPaths
  readonly #lane: number
  /** Where it tells of which shared nodes it holds how many of the first blocks. */
  readonly #told: LeadingHolders
  /** Requests that hold every block of a node that others may have, too. */
  readonly #whole = new Map<number, number>()
  /** Blocks of a node that each of the requests ending within it holds. */
  readonly #parts = new Map<number, number[]>()
  #count = 0

  constructor(paths: PromptPaths, lane: number, told: LeadingHolders) {
    this.#paths = paths
    this.#lane = lane
    this.#told = told
  }

  get count(): number {
    return this.#count
  }

  add(request: number): void {
    const {nodes, nodeBlocks, from, sharedTo, to, blockCount} = this.#paths.pathOf(request)
    let left = blockCount
    for (let i = from; i < sharedTo; i++) {
      const node = nodes[i]!
      const all = nodeBlocks[i]!
      const own = Math.min(all, left)
      left -= own
      const holders = this.#whole.get(node) ?? 0
      if (own < all) {
        if (own > 0) this.#addPart(node, own, all, holders > 0)
        continue
      }
      this.#whole.set(node, holders + 1)
      if (holders > 0) continue
      this.#count += all - this.#largestPart(node)
      this.#told.raise(node, this.#lane, all, all)
    }
    if (sharedTo < to) this.#count += left
  }

  remove(request: number): void {
    const {nodes, nodeBlocks, from, sharedTo, to, blockCount} = this.#paths.pathOf(request)
    let left = blockCount
    for (let i = from; i < sharedTo; i++) {
      const node = nodes[i]!
      const all = nodeBlocks[i]!
      const own = Math.min(all, left)
      left -= own
      if (own < all) {
        if (own > 0) this.#removePart(node, own, all)
        continue
      }
      const holders = this.#whole.get(node)! - 1
      if (holders > 0) {
        this.#whole.set(node, holders)
        continue
      }
      this.#whole.delete(node)
      const part = this.#largestPart(node)
      this.#count -= all - part
      this.#told.lower(node, this.#lane, part, all)
    }
    if (sharedTo < to) this.#count -= left
  }

  /** Blocks at the head of a node that requests hold which end within it. */
  #largestPart(node: number): number {
    const parts = this.#parts.get(node)
    if (parts === undefined) return 0
    let most = 0
    for (const part of parts) if (part > most) most = part
    return most
  }

  #addPart(node: number, blocks: number, all: number, isWhole: boolean): void {
    const before = this.#largestPart(node)
    const parts = this.#parts.get(node)
    if (parts === undefined) this.#parts.set(node, [blocks])
    else parts.push(blocks)
    if (isWhole || blocks <= before) return
    this.#count += blocks - before
    this.#told.raise(node, this.#lane, blocks, all)
  }

  #removePart(node: number, blocks: number, all: number): void {
    const parts = this.#parts.get(node)!
    parts.splice(parts.indexOf(blocks), 1)
    if (parts.length === 0) this.#parts.delete(node)
    const part = this.#largestPart(node)
    if (blocks <= part || this.#whole.has(node)) return
    this.#count -= blocks - part
    this.#told.lower(node, this.#lane, part, all)
  }
}
