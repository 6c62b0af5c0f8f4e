import {grown} from '../core/grown.ts'

const NODES_INITIAL = 1024
const SLOTS_INITIAL = 1024

/**
 * A trie of hash id prefixes. Parents have lower numbers. Most nodes come right after their parents and are found there; the others'
 * edges are in one open-addressing table keyed by (parent node, hash id).
 */
export class PrefixEdges {
  /** Nodes are 0 … count - 1. */
  count = 0
  /** The node above, -1 at the root. */
  parent = new Int32Array(NODES_INITIAL)
  #hashId = new Uint32Array(NODES_INITIAL)
  /** Node + 1 per slot, 0 = free; at most half full. */
  #slots = new Int32Array(SLOTS_INITIAL)
  #listed = 0

  /** Nodes that there is room for. */
  get room(): number {
    return this.parent.length
  }

  /** The node of a hash id below another node (-1 = the root); it is a new one if `count` was its number. */
  child(parent: number, hashId: number): number {
    const next = parent + 1
    // Nobody is below the last node.
    if (next === this.count) return this.#add(parent, hashId)
    if (this.parent[next] === parent && this.#hashId[next] === hashId) return next
    const mask = this.#slots.length - 1
    let slot = hashEdge(parent, hashId) & mask
    for (;;) {
      const node = this.#slots[slot]! - 1
      if (node < 0) break
      if (this.parent[node] === parent && this.#hashId[node] === hashId) return node
      slot = (slot + 1) & mask
    }
    const node = this.#add(parent, hashId)
    this.#slots[slot] = node + 1
    this.#listed++
    if (this.#listed * 2 > mask) this.#list(this.#slots.length * 2)
    return node
  }

  /**
   * Forgets all nodes that are not kept, and gives the others new numbers in the same order.
   * @param isKept by node; with a node those above it are kept
   * @returns by old number the new one, -1 where there is none
   */
  keepOnly(isKept: Uint8Array): Int32Array {
    const renamed = new Int32Array(this.count).fill(-1)
    let kept = 0
    for (let node = 0; node < this.count; node++) {
      if (isKept[node] === 0) continue
      const above = this.parent[node]!
      this.parent[kept] = above < 0 ? -1 : renamed[above]!
      this.#hashId[kept] = this.#hashId[node]!
      renamed[node] = kept++
    }
    this.count = kept
    this.#list(this.#slots.length)
    return renamed
  }

  #add(parent: number, hashId: number): number {
    const node = this.count++
    this.parent[node] = parent
    this.#hashId[node] = hashId
    if (this.count === this.room) {
      this.parent = grown(this.parent, this.count * 2)
      this.#hashId = grown(this.#hashId, this.count * 2)
    }
    return node
  }

  /** Fills the table anew. */
  #list(slots: number): void {
    this.#slots = new Int32Array(slots)
    this.#listed = 0
    const mask = slots - 1
    for (let node = 0; node < this.count; node++) {
      if (this.parent[node] === node - 1) continue
      let slot = hashEdge(this.parent[node]!, this.#hashId[node]!) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = node + 1
      this.#listed++
    }
  }
}

function hashEdge(parent: number, hashId: number): number {
  let hash = Math.imul(parent ^ 0x9e3779b9, 0x85ebca6b) ^ hashId
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f)
  return hash ^ (hash >>> 16)
}
