import {PrefixTrie} from './blocks.ts'
import type {Workload} from './workload.ts'

/**
 * The complete KV blocks of every prompt as a path through a trie of hash ids, which says as much as a list of the
 * blocks and is as short for blocks of one token as for blocks of a hundred. A prompt has all blocks of the nodes on its
 * path but the last, and of the last one as many as are left of its own.
 */
export interface PromptPaths {
  /** Path of request r, from the root: `nodes[pathStart[r] .. pathStart[r + 1]]`. */
  readonly pathStart: Uint32Array
  readonly nodes: Int32Array
  /** Blocks that end in the tokens of a node. */
  readonly nodeBlocks: Int32Array
  /** Complete blocks of request r. */
  readonly blockCount: Int32Array
}

/** @param blockSize tokens per KV block, >= 1 */
export function computePromptPaths(workload: Workload, blockSize: number): PromptPaths {
  const {requestCount, inputLength, hashStart} = workload
  const trie = new PrefixTrie(workload, blockSize)
  const pathStart = new Uint32Array(requestCount + 1)
  const nodes = new Int32Array(workload.hashIds.length)
  const blockCount = new Int32Array(requestCount)
  for (let request = 0; request < requestCount; request++) {
    const blocks = Math.floor(inputLength[request]! / blockSize)
    const at = pathStart[request]!
    blockCount[request] = blocks
    pathStart[request + 1] = at + trie.writeNodes(hashStart[request]!, nodes, at, blocks)
  }
  return {pathStart, nodes, nodeBlocks: trie.blocksOfNodes(), blockCount}
}
