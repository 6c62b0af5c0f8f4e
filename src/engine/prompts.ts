import {internBlocks} from '../trace/blocks.ts'
import type {Workload} from '../trace/workload.ts'
import {type LivingPrefixes, PROMPT_IDENTITIES, type PromptBlocks} from './stream/living-prefixes.ts'
import type {StreamedRequests} from './stream/streamed-requests.ts'

/** Prompts of the workload as the instances of a pool see them; shared by all of them. */
export interface Prompts {
  readonly inputLength: Int32Array
  /** No two prompts have a block in common: each instance numbers them itself, and there are no columns of them. */
  readonly areUnshared: boolean
  /** Blocks of prompts of which no columns are kept; null = the columns have them, or nobody does. */
  readonly living: LivingPrefixes | null
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
      living: null,
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
  const prompts = {inputLength, areUnshared: false, living: null, blockStart, blocks, blockCount, continuedBy}
  const [oldest] = bySize.keys()
  if (bySize.size === MOST_SIZES && oldest !== undefined) bySize.delete(oldest)
  bySize.set(blockSize, prompts)
  return prompts
}

/** Prompts of slots, whose requests change. @param blockSize as for `computePrompts` */
export function slotPrompts({source, slots}: StreamedRequests, blockSize: number | null): Prompts {
  const {prefixes} = source
  const living =
    prefixes === null || blockSize === null ? null : slots.prefixesOf(prefixes.traceBlockSize, blockSize)
  return {
    inputLength: slots.workload.inputLength,
    areUnshared: prefixes === null,
    living,
    blockStart: new Uint32Array(0),
    blocks: new Int32Array(0),
    blockCount: living === null ? 0 : PROMPT_IDENTITIES,
    continuedBy: null,
  }
}

/** Writes the identities of those blocks of a prompt that have one besides an instance's own; @returns how many */
export function writePromptBlocks(
  {areUnshared, living, blockStart, blocks}: Prompts,
  request: number,
  into: Int32Array,
): number {
  if (areUnshared) return 0
  if (living !== null) return living.writeBlocks(request, into)
  const from = blockStart[request]!
  const count = blockStart[request + 1]! - from
  for (let i = 0; i < count; i++) into[i] = blocks[from + i]!
  return count
}

/** The identities of a prompt's complete blocks, `blocks[from .. from + count)`, until somebody asks for those of another; of prompts that share some. */
export function promptBlocks({living, blockStart, blocks}: Prompts, request: number): PromptBlocks {
  if (living !== null) return living.blocksOf(request)
  const from = blockStart[request]!
  return {blocks, from, count: blockStart[request + 1]! - from}
}
