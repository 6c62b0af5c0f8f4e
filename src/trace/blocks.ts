import {assert} from '../core/assert.ts'
import {grown} from '../core/grown.ts'
import {PrefixEdges} from './prefix-edges.ts'
import type {Workload} from './workload.ts'

/** The complete KV blocks of every prompt as chain ids: two ids are equal iff the token prefixes are (engine.md 1.7). */
export interface BlockTable {
  /** Blocks of request r: `blocks[blockStart[r] .. blockStart[r + 1]]`. */
  readonly blockStart: Uint32Array
  readonly blocks: Int32Array
  /** Ids are 0 … blockCount - 1. */
  readonly blockCount: number
}

/**
 * Interns the prompts of a workload for an engine's block size.
 *
 * Hash ids form a trie of prefixes. A block lies within the prefix that ends with the last hash id it touches, and
 * is told from other blocks there by its place alone. So each trie node owns a run of consecutive block ids, one
 * for each block that ends in its tokens, whatever the two block sizes are.
 */
export function internBlocks(workload: Workload, blockSize: number): BlockTable {
  assert(Number.isSafeInteger(blockSize) && blockSize > 0, 'block size is a positive integer')
  const blockStart = computeBlockStarts(workload, blockSize)
  const blocks = new Int32Array(blockStart[workload.requestCount]!)
  const trie = new PrefixTrie(workload, blockSize)
  for (let request = 0; request < workload.requestCount; request++) {
    trie.writeBlocks(workload.hashStart[request]!, blocks, blockStart[request]!, blockStart[request + 1]!)
  }
  return {blockStart, blocks, blockCount: trie.blockCount}
}

function computeBlockStarts({requestCount, inputLength}: Workload, blockSize: number): Uint32Array {
  const blockStart = new Uint32Array(requestCount + 1)
  for (let request = 0; request < requestCount; request++) {
    blockStart[request + 1] = blockStart[request]! + Math.floor(inputLength[request]! / blockSize)
  }
  return blockStart
}

/** Trie of hash id prefixes, each node with the block ids it owns. */
export class PrefixTrie {
  readonly #hashIds: Uint32Array
  readonly #traceBlockSize: number
  readonly #blockSize: number
  readonly #edges = new PrefixEdges()
  /** First block id of the node; the run ends where the next node's begins. */
  #nodeBlock = new Int32Array(this.#edges.room)
  blockCount = 0

  constructor(workload: Workload, blockSize: number) {
    this.#hashIds = workload.hashIds
    this.#traceBlockSize = workload.traceBlockSize
    this.#blockSize = blockSize
  }

  /** Walks the prompt whose hash ids begin at `hash` and writes its block ids to `blocks[from .. to]`. */
  writeBlocks(hash: number, blocks: Int32Array, from: number, to: number): void {
    let node = -1
    let written = from
    for (let depth = 0; written < to; depth++) {
      node = this.#child(node, this.#hashIds[hash + depth]!, depth)
      const count = Math.min(this.#blocksEndingBy(depth + 1) - (written - from), to - written)
      const first = this.#nodeBlock[node]!
      for (let i = 0; i < count; i++) blocks[written++] = first + i
    }
  }

  /** The same walk, writing the nodes it goes through to `nodes[at ..]`; returns how many. */
  writeNodes(hash: number, nodes: Int32Array, at: number, blocks: number): number {
    let node = -1
    let depth = 0
    while (depth === 0 ? blocks > 0 : this.#blocksEndingBy(depth) < blocks) {
      node = this.#child(node, this.#hashIds[hash + depth]!, depth)
      nodes[at + depth] = node
      depth++
    }
    return depth
  }

  /** Blocks that end in each node's tokens. */
  blocksOfNodes(): Int32Array {
    const {count} = this.#edges
    const counts = new Int32Array(count)
    for (let node = 0; node < count; node++) counts[node] = this.#blockEnd(node) - this.#nodeBlock[node]!
    return counts
  }

  /** Complete blocks within the first `depth` hash ids' tokens. */
  #blocksEndingBy(depth: number): number {
    return Math.floor((depth * this.#traceBlockSize) / this.#blockSize)
  }

  #blockEnd(node: number): number {
    return node + 1 < this.#edges.count ? this.#nodeBlock[node + 1]! : this.blockCount
  }

  #child(parent: number, hashId: number, depth: number): number {
    const known = this.#edges.count
    const node = this.#edges.child(parent, hashId)
    if (node === known) this.#begin(node, depth)
    return node
  }

  #begin(node: number, depth: number): void {
    if (this.#edges.room > this.#nodeBlock.length) this.#nodeBlock = grown(this.#nodeBlock, this.#edges.room)
    this.#nodeBlock[node] = this.blockCount
    this.blockCount += this.#blocksEndingBy(depth + 1) - this.#blocksEndingBy(depth)
  }
}
