import {type Chain, type ChainHolder, NO_RUN} from './kv-cache.ts'
import {PagedSequence, type SequenceLengths} from './paged-sequence.ts'

/** Where a request stands on its instance. Finished ones may still sit in queues as stale entries. */
export const WAITING = 0
export const RUNNING = 1
export const PREEMPTED = 2
export const FINISHED = 3

/**
 * One request on one instance: prompt plus generated tokens, and the KV blocks it holds. Its *units* are the full
 * blocks of the prompt, full generated blocks, and at most one partial block, always last (engine.md 5.1).
 */
export class Sequence extends PagedSequence implements ChainHolder {
  status = WAITING

  readonly blocks: Int32Array
  readonly start: number
  readonly known: number
  readonly fresh: number
  tail = NO_RUN
  fullUnits: number
  hasPartialUnit: boolean

  /** Entries of this sequence in the waiting deque, and whether those entries count as members. */
  queueEntries = 0
  inWaiting = false

  /** @param chain identities of `mostUnits` blocks */
  constructor(
    request: number,
    lengths: SequenceLengths,
    {blocks, start, known, fresh}: Chain,
    blockSize: number,
  ) {
    super(request, lengths)
    this.blocks = blocks
    this.start = start
    this.known = known
    this.fresh = fresh
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
