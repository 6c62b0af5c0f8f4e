import {PrefixTrie} from './blocks.ts'
import type {Workload} from './workload.ts'

/**
 * The complete KV blocks of every prompt as a path through a trie of hash ids, which says as much as a list of the
 * blocks and is as short for blocks of one token as for blocks of a hundred. A prompt has all blocks of the nodes on its
 * path but the last, and of the last one as many as are left of its own.
 */
export interface PromptPaths {
  /** Names of nodes are below this; null = any small integers. */
  readonly nodeCount: number | null
  /** Of a request until another is asked for. */
  pathOf(request: number): PromptPath
}

/** From the root: `nodes[from .. to)`, and beside each node the blocks that end in its tokens; from `sharedTo` on no other prompt has them. */
export interface PromptPath {
  readonly nodes: Int32Array
  readonly nodeBlocks: Int32Array
  readonly from: number
  readonly sharedTo: number
  readonly to: number
  /** Complete blocks of the request. */
  readonly blockCount: number
}

/** @param blockSize tokens per KV block, >= 1 */
export function computePromptPaths(workload: Workload, blockSize: number): PromptPaths {
  const {requestCount, inputLength, hashStart} = workload
  const trie = new PrefixTrie(workload, blockSize)
  const pathStart = new Uint32Array(requestCount + 1)
  const nodes = new Int32Array(workload.hashIds.length)
  for (let request = 0; request < requestCount; request++) {
    const blocks = Math.floor(inputLength[request]! / blockSize)
    const at = pathStart[request]!
    pathStart[request + 1] = at + trie.writeNodes(hashStart[request]!, nodes, at, blocks)
  }
  const blocksOfNodes = trie.blocksOfNodes()
  const nodeBlocks = nodes.map(node => blocksOfNodes[node]!)
  return {
    nodeCount: blocksOfNodes.length,
    pathOf: request => ({
      nodes,
      nodeBlocks,
      from: pathStart[request]!,
      sharedTo: pathStart[request + 1]!,
      to: pathStart[request + 1]!,
      blockCount: Math.floor(inputLength[request]! / blockSize),
    }),
  }
}
