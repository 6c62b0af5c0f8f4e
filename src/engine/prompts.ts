import {internBlocks} from '../trace/blocks.ts'
import type {Workload} from '../trace/workload.ts'

/** Prompts of the workload as the instances of a pool see them; shared by all of them. */
export interface Prompts {
  readonly inputLength: Int32Array
  /** `blocks[blockStart[r] .. blockStart[r+1]]`: identities of the complete blocks of prompt r. */
  readonly blockStart: Uint32Array
  readonly blocks: Int32Array
  /** Fresh identities start here. */
  readonly blockCount: number
}

/** @param blockSize tokens per KV block, or null for a scheduler that never asks for blocks */
export function computePrompts(workload: Workload, blockSize: number | null): Prompts {
  const {inputLength, requestCount} = workload
  if (blockSize === null) {
    return {
      inputLength,
      blockStart: new Uint32Array(requestCount + 1),
      blocks: new Int32Array(0),
      blockCount: 0,
    }
  }
  const {blockStart, blocks, blockCount} = internBlocks(workload, blockSize)
  return {inputLength, blockStart, blocks, blockCount}
}
