import {PagedSequence, type SequenceLengths} from '../vllm-1.2/paged-sequence.ts'

/**
 * One request on one instance: prompt plus generated tokens, and the KV blocks it holds. Its entries are the blocks of
 * its tokens so far, the last one perhaps incomplete (engine-1.6.md 6.2).
 */
export class Sequence extends PagedSequence {
  isPreempted = false
  /** Its prompt came from a prefill instance, and whether it still has the blocks of it. */
  isHandedOff = false
  isMaterialised = false
  /** Place in the order in which a decode instance accepted its requests. */
  ordinal = 0

  /** Identities of its complete blocks that have one; the prompt's come first. */
  readonly blocks: Int32Array
  /** Leading blocks that have an identity: generated ones get theirs when computed. */
  identified: number
  /** What it holds for each block: a copy in the pool, or PRIVATE. */
  readonly copies: Int32Array

  /** The last look-up, and the state of the pool it belongs to. */
  cachedTokens = 0
  cachedInUse = 0
  lookedUpAt = -1

  /**
   * @param lengths its output limited by the model's longest context
   * @param blocks identities of the prompt's blocks, with room for `mostEntries`
   * @param copies room for `mostEntries`
   */
  constructor(request: number, lengths: SequenceLengths, blocks: Int32Array, copies: Int32Array) {
    super(request, lengths)
    this.blocks = blocks
    this.identified = lengths.promptBlocks
    this.copies = copies
  }

  get isComplete(): boolean {
    return this.generated >= this.maxOutput
  }
}

/** Blocks a request can come to hold. */
export function mostEntries(promptLength: number, maxOutput: number, blockSize: number): number {
  return Math.ceil((promptLength + maxOutput) / blockSize)
}
