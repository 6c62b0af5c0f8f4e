import type {PromptPaths} from '../../trace/prompt-paths.ts'

/** The distinct prompt blocks of the requests on one instance: what they have in common counts once. */
export class HeldBlocks {
  readonly #paths: PromptPaths
  /** Requests that hold every block of a node. */
  readonly #whole = new Map<number, number>()
  /** Blocks of a node that each of the requests ending within it holds. */
  readonly #parts = new Map<number, number[]>()
  #count = 0

  constructor(paths: PromptPaths) {
    this.#paths = paths
  }

  get count(): number {
    return this.#count
  }

  /** Blocks of a request's prompt after the leading ones that are held already. */
  missing(request: number): number {
    const {pathStart, nodes, nodeBlocks, blockCount} = this.#paths
    const end = pathStart[request + 1]!
    let left = blockCount[request]!
    for (let i = pathStart[request]!; i < end; i++) {
      const node = nodes[i]!
      const wanted = Math.min(nodeBlocks[node]!, left)
      const held = this.#whole.has(node) ? wanted : this.#largestPart(node)
      if (held < wanted) return left - held
      left -= wanted
    }
    return left
  }

  add(request: number): void {
    const {pathStart, nodes, nodeBlocks, blockCount} = this.#paths
    const end = pathStart[request + 1]!
    let left = blockCount[request]!
    for (let i = pathStart[request]!; i < end; i++) {
      const node = nodes[i]!
      const all = nodeBlocks[node]!
      const own = Math.min(all, left)
      const holders = this.#whole.get(node) ?? 0
      if (holders === 0) this.#count += Math.max(own - this.#largestPart(node), 0)
      if (own === all) this.#whole.set(node, holders + 1)
      else this.#addPart(node, own)
      left -= own
    }
  }

  remove(request: number): void {
    const {pathStart, nodes, nodeBlocks, blockCount} = this.#paths
    const end = pathStart[request + 1]!
    let left = blockCount[request]!
    for (let i = pathStart[request]!; i < end; i++) {
      const node = nodes[i]!
      const all = nodeBlocks[node]!
      const own = Math.min(all, left)
      if (own === all) this.#removeWhole(node)
      else this.#removePart(node, own)
      if (!this.#whole.has(node)) this.#count -= Math.max(own - this.#largestPart(node), 0)
      left -= own
    }
  }

  #largestPart(node: number): number {
    const parts = this.#parts.get(node)
    if (parts === undefined) return 0
    let most = 0
    for (const part of parts) if (part > most) most = part
    return most
  }

  #addPart(node: number, blocks: number): void {
    const parts = this.#parts.get(node)
    if (parts === undefined) this.#parts.set(node, [blocks])
    else parts.push(blocks)
  }

  #removeWhole(node: number): void {
    const holders = this.#whole.get(node)! - 1
    if (holders > 0) this.#whole.set(node, holders)
    else this.#whole.delete(node)
  }

  #removePart(node: number, blocks: number): void {
    const parts = this.#parts.get(node)!
    parts.splice(parts.indexOf(blocks), 1)
    if (parts.length === 0) this.#parts.delete(node)
  }
}
