import type {PromptPaths} from '../../trace/prompt-paths.ts'
import type {LaneSets} from './lane-sets.ts'

/** Where an instance tells of which nodes it holds all blocks, and of which the first few. */
export interface NodeHolders {
  readonly lane: number
  readonly whole: LaneSets
  readonly parts: LaneSets
}

/** The distinct prompt blocks of the requests on one instance: what they have in common counts once. */
export class HeldBlocks {
  readonly #paths: PromptPaths
  readonly #told: NodeHolders
  /** Requests that hold every block of a node. */
  readonly #whole = new Map<number, number>()
  /** Blocks of a node that each of the requests ending within it holds. */
  readonly #parts = new Map<number, number[]>()
  #count = 0

  constructor(paths: PromptPaths, told: NodeHolders) {
    this.#paths = paths
    this.#told = told
  }

  get count(): number {
    return this.#count
  }

  add(request: number): void {
    const {nodes, nodeBlocks, from, to, blockCount} = this.#paths.pathOf(request)
    let left = blockCount
    for (let i = from; i < to; i++) {
      const node = nodes[i]!
      const all = nodeBlocks[i]!
      const own = Math.min(all, left)
      const holders = this.#whole.get(node) ?? 0
      if (holders === 0) this.#count += Math.max(own - this.largestPart(node), 0)
      if (own === all) this.#addWhole(node, holders + 1)
      else this.#addPart(node, own)
      left -= own
    }
  }

  remove(request: number): void {
    const {nodes, nodeBlocks, from, to, blockCount} = this.#paths.pathOf(request)
    let left = blockCount
    for (let i = from; i < to; i++) {
      const node = nodes[i]!
      const all = nodeBlocks[i]!
      const own = Math.min(all, left)
      if (own === all) this.#removeWhole(node)
      else this.#removePart(node, own)
      if (!this.#whole.has(node)) this.#count -= Math.max(own - this.largestPart(node), 0)
      left -= own
    }
  }

  /** Blocks at the head of a node that requests hold which end within it. */
  largestPart(node: number): number {
    const parts = this.#parts.get(node)
    if (parts === undefined) return 0
    let most = 0
    for (const part of parts) if (part > most) most = part
    return most
  }

  #addWhole(node: number, holders: number): void {
    this.#whole.set(node, holders)
    if (holders === 1) this.#told.whole.add(node, this.#told.lane)
  }

  #addPart(node: number, blocks: number): void {
    const parts = this.#parts.get(node)
    if (parts !== undefined) {
      parts.push(blocks)
      return
    }
    this.#parts.set(node, [blocks])
    this.#told.parts.add(node, this.#told.lane)
  }

  #removeWhole(node: number): void {
    const holders = this.#whole.get(node)! - 1
    if (holders > 0) {
      this.#whole.set(node, holders)
      return
    }
    this.#whole.delete(node)
    this.#told.whole.remove(node, this.#told.lane)
  }

  #removePart(node: number, blocks: number): void {
    const parts = this.#parts.get(node)!
    parts.splice(parts.indexOf(blocks), 1)
    if (parts.length > 0) return
    this.#parts.delete(node)
    this.#told.parts.remove(node, this.#told.lane)
  }
}
