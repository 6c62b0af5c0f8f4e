/**
 * One request on one instance: prompt plus generated tokens, and the KV blocks it holds. Its entries are the blocks of
 * its tokens so far, the last one perhaps incomplete (engine-1.6.md 6.2).
 */
export class Sequence {
  readonly request: number
  readonly promptLength: number
  /** Tokens it may generate, a model's longest context considered. */
  readonly maxOutput: number
  /** Prompt plus generated tokens. */
  length: number
  generated = 0
  /** Tokens whose KV has been computed. */
  computed = 0
  /** Tokens that have blocks. */
  allocated = 0
  isPreempted = false
  /** Its prompt came from a prefill instance, and whether it still has the blocks of it. */
  isHandedOff = false
  isMaterialised = false
  /** Place in the order in which a decode instance accepted its requests. */
  ordinal = 0

  /** Identities of the leading complete blocks; the prompt's come first, generated ones get theirs when computed. */
  readonly blocks: Int32Array
  identified: number
  /** What it holds for each block: a copy in the pool, or PRIVATE. */
  readonly copies: Int32Array

  /** What the current pass scheduled, for snapshots and for undoing it. */
  passScheduled = -1
  passUsed = 0
  passPromptTokens = 0
  passPrefix = 0
  passLength = 0

  /** The last look-up, and the state of the pool it belongs to. */
  cachedTokens = 0
  cachedInUse = 0
  lookedUpAt = -1

  /**
   * @param promptBlocks complete blocks of the prompt
   * @param blocks their identities, with room for `mostEntries`
   * @param copies room for `mostEntries`
   */
  constructor(
    request: number,
    lengths: {readonly prompt: number; readonly maxOutput: number; readonly promptBlocks: number},
    blocks: Int32Array,
    copies: Int32Array,
  ) {
    this.request = request
    this.promptLength = lengths.prompt
    this.maxOutput = lengths.maxOutput
    this.length = lengths.prompt
    this.identified = lengths.promptBlocks
    this.blocks = blocks
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
