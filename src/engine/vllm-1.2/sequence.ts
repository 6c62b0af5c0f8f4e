/** Where a request stands on its instance. Finished ones may still sit in queues as stale entries. */
export const WAITING = 0
export const RUNNING = 1
export const PREEMPTED = 2
export const FINISHED = 3

/**
 * One request on one instance: prompt plus generated tokens, and the KV blocks it holds. Its *units* are the full
 * blocks of the prompt, full generated blocks, and at most one partial block, always last (engine.md 5.1).
 */
export class Sequence {
  readonly request: number
  readonly promptLength: number
  readonly maxOutput: number
  /** Prompt plus generated tokens. */
  length: number
  generated = 0
  /** Tokens whose KV has been computed. */
  computed = 0
  /** Tokens that have blocks. */
  allocated = 0
  status = WAITING

  /** Identities of the full units; the prompt's come first. */
  readonly blocks: Int32Array
  /** KV slots of the full units held now. */
  readonly slots: Int32Array
  fullUnits: number
  hasPartialUnit: boolean

  /** Entries of this sequence in the waiting deque, and whether those entries count as members. */
  queueEntries = 0
  inWaiting = false

  /** What the current pass scheduled, for snapshots and for undoing it. */
  passScheduled = -1
  passUsed = 0
  passPromptTokens = 0
  passPrefix = 0
  passLength = 0

  /**
   * @param promptBlocks number of complete blocks of the prompt
   * @param blocks their identities, with room for `mostUnits`
   * @param slots room for `mostUnits`
   */
  constructor(
    request: number,
    lengths: {readonly prompt: number; readonly maxOutput: number; readonly promptBlocks: number},
    blocks: Int32Array,
    slots: Int32Array,
    blockSize: number,
  ) {
    this.request = request
    this.promptLength = lengths.prompt
    this.maxOutput = lengths.maxOutput
    this.length = lengths.prompt
    this.blocks = blocks
    this.slots = slots
    this.fullUnits = lengths.promptBlocks
    this.hasPartialUnit = lengths.prompt % blockSize !== 0
  }

  get units(): number {
    return this.hasPartialUnit ? this.fullUnits + 1 : this.fullUnits
  }
}

/** Full blocks a sequence can come to hold. */
export function mostUnits(promptLength: number, maxOutput: number, blockSize: number): number {
  return Math.floor((promptLength + maxOutput) / blockSize) + 1
}
