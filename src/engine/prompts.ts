import {internBlocks} from '../trace/blocks.ts'
import type {Workload} from '../trace/workload.ts'

/** Prompts of the workload as the instances of a pool see them; shared by all of them. */
export interface Prompts {
  readonly inputLength: Int32Array
  /** No two prompts have a block in common: each instance numbers them itself, and there are no columns of them. */
  readonly areUnshared: boolean
  /** `blocks[blockStart[r] .. blockStart[r+1]]`: identities of the complete blocks of prompt r. */
  readonly blockStart: Uint32Array
  readonly blocks: Int32Array
  /** Fresh identities start here. */
  readonly blockCount: number
  /** By request, the one whose prompt begins with its prompt and its answer, or -1; null where no prompt does. */
  readonly continuedBy: Int32Array | null
}

/** Of workloads that still are replayed: the runs of a sweep share what was made of theirs. */
const known = new WeakMap<Workload, Map<number, Prompts>>()
/** A fleet has two pools at the most; a sweep over block sizes must not keep them all. */
const MOST_SIZES = 2

/** @param blockSize tokens per KV block, or null for a scheduler that never asks for blocks */
export function computePrompts(workload: Workload, blockSize: number | null): Prompts {
  const {inputLength, requestCount, nextTurn, accumulates = false} = workload
  const continuedBy = accumulates ? nextTurn : null
  if (blockSize === null) {
    return {
      inputLength,
      areUnshared: false,
      blockStart: new Uint32Array(requestCount + 1),
      blocks: new Int32Array(0),
      blockCount: 0,
      continuedBy,
    }
  }
  const bySize = known.get(workload) ?? new Map<number, Prompts>()
  known.set(workload, bySize)
  const kept = bySize.get(blockSize)
  if (kept !== undefined) return kept
  const {blockStart, blocks, blockCount} = internBlocks(workload, blockSize)
  const prompts = {inputLength, areUnshared: false, blockStart, blocks, blockCount, continuedBy}
  const [oldest] = bySize.keys()
  if (bySize.size === MOST_SIZES && oldest !== undefined) bySize.delete(oldest)
  bySize.set(blockSize, prompts)
  return prompts
}

/** Prompts of which only the lengths are known, as those of slots whose requests change. */
export function unsharedPrompts({inputLength}: Workload): Prompts {
  return {
    inputLength,
    areUnshared: true,
    blockStart: new Uint32Array(0),
    blocks: new Int32Array(0),
    blockCount: 0,
    continuedBy: null,
  }
}
