import {PagedSequence, type SequenceLengths} from '../vllm-1.2/paged-sequence.ts'
import type {BlockHolder} from './block-pool.ts'

/**
 * One request on one instance: prompt plus generated tokens, and the KV blocks it holds. Its entries are the blocks of
 * its tokens so far, the last one perhaps incomplete (engine-1.6.md 6.2).
 */
export class Sequence extends PagedSequence implements BlockHolder {
  isPreempted = false
  /** Its prompt came from a prefill instance, and whether it still has the blocks of it. */
  isHandedOff = false
  isMaterialised = false
  /** Place in the order in which a decode instance accepted its requests. */
  ordinal = 0

  /** Identities of its blocks; the prompt's come first. */
  readonly blocks: Int32Array
  /** Leading blocks whose identity is sure: generated ones get theirs when computed. */
  identified: number
  readonly runs: Int32Array
  runCount = 0
  registered = 0

  /** The last look-up, and the state of the pool it belongs to. */
  cachedTokens = 0
  cachedInUse = 0
  lookedUpAt = -1

  /**
   * @param lengths its output limited by the model's longest context
   * @param blocks identities of `mostEntries` blocks
   * @param runs room for `mostEntries`
   */
  constructor(request: number, lengths: SequenceLengths, blocks: Int32Array, runs: Int32Array) {
    super(request, lengths)
    this.blocks = blocks
    this.identified = lengths.promptBlocks
    this.runs = runs
  }

  get isComplete(): boolean {
    return this.generated >= this.maxOutput
  }
}

/** Blocks a request can come to hold. */
export function mostEntries(promptLength: number, maxOutput: number, blockSize: number): number {
  return Math.ceil((promptLength + maxOutput) / blockSize)
}
