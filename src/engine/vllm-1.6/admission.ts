import type {EngineArgs} from '../../config/scenario.ts'
import type {RunningSet} from '../vllm-1.2/running-set.ts'
import type {Sequence} from './sequence.ts'
import type {SequenceBlocks} from './sequence-blocks.ts'
import type {VllmDestination} from './vllm-destination.ts'
import type {WaitingQueue} from './waiting-queue.ts'

/** Who is on an instance, and what they hold. */
export interface Occupants {
  readonly blocks: SequenceBlocks
  readonly waiting: WaitingQueue
  readonly running: RunningSet<Sequence>
  readonly destination: VllmDestination | null
}

/**
 * Who may come into the batch, who never can, and for whom there is room (engine-1.6.md 5.2). It changes nothing: a look
 * at queue, batch and blocks as they are. vLLM wants room for all tokens that are known; TensorRT-LLM, which never
 * pre-empts, for all that a request may become, beside what those admitted may still need (sglang-trtllm-1.6.md 2).
 */
export class Admission {
  readonly #blocks: SequenceBlocks
  readonly #waiting: WaitingQueue
  readonly #running: RunningSet<Sequence>
  readonly #destination: VllmDestination | null
  readonly #blockSize: number
  readonly #maxRunning: number
  readonly #maxModelLength: number
  readonly #capacityTokens: number
  readonly #neverEvicts: boolean

  constructor(args: EngineArgs, {blocks, waiting, running, destination}: Occupants) {
    this.#blocks = blocks
    this.#waiting = waiting
    this.#running = running
    this.#destination = destination
    this.#blockSize = args.block_size
    this.#maxRunning = args.max_num_seqs ?? Number.POSITIVE_INFINITY
    this.#maxModelLength = args.max_model_len ?? Number.POSITIVE_INFINITY
    this.#capacityTokens = args.num_gpu_blocks * args.block_size
    this.#neverEvicts = args.engine_type === 'trtllm'
  }

  /** The batch takes one more. */
  get hasPlace(): boolean {
    return this.#running.size < this.#maxRunning
  }

  /** Nobody waits who could come in whatever there is room for. */
  get isIdle(): boolean {
    return this.#waiting.isEmpty || !this.hasPlace
  }

  /** A prompt beyond the model's length is never admitted, so what it may generate does not matter. */
  mostOutput(prompt: number, maxOutput: number): number {
    const most = Math.max(Math.min(maxOutput, this.#maxModelLength - prompt), 0)
    // TensorRT-LLM takes on no more than fits into the pool, unless the prompt alone does not.
    const room = this.#capacityTokens - prompt
    return this.#neverEvicts && room > 0 ? Math.min(most, room) : most
  }

  /** A request that comes from a prefill instance can never be admitted. */
  isTooLong(promptLength: number, maxOutput: number): boolean {
    if (promptLength >= this.#maxModelLength) return true
    const most = this.#neverEvicts ? this.mostOutput(promptLength, maxOutput) : 0
    return this.#blocks.countFor(promptLength + most) > this.#blocks.pool.capacity
  }

  /**
   * The next to admit. While a decode instance has accepted requests it has no blocks for yet, nobody comes in who needs
   * blocks, too (disagg-1.6.md 4.3).
   */
  candidate(): Sequence | null {
    return this.#destination?.isBlocking ? this.#waiting.firstMaterialised : this.#waiting.first
  }

  mustReject(sequence: Sequence): boolean {
    const {capacity} = this.#blocks.pool
    if (sequence.promptLength >= this.#maxModelLength) return true
    if (this.#neverEvicts) return this.#blocksOf(sequence) > capacity
    return !sequence.isPreempted && this.#blocks.countFor(sequence.length) > capacity
  }

  /** Room for all its known tokens; blocks that others hold already cost nothing, those merely cached do. */
  hasRoomFor(sequence: Sequence): boolean {
    if (this.#neverEvicts) return this.#blocksToEnd(sequence) <= this.#available(sequence)
    const wanted = this.#blocks.countFor(sequence.length)
    const {free} = this.#blocks
    if (wanted <= free) return true
    return wanted - Math.floor(this.#blocks.lookUp(sequence).cachedInUse / this.#blockSize) <= free
  }

  /** A prompt that is to come from a prefill instance has room by more than that its blocks are there. */
  hasRoomToReserve(sequence: Sequence): boolean {
    return !this.#neverEvicts || this.#blocksToEnd(sequence) <= this.#available(null)
  }

  /** Nobody who waits can be admitted or rejected as long as the blocks in use stay as they are. */
  mustAllWait(): boolean {
    if (this.isIdle) return true
    const sequence = this.candidate()
    if (sequence === null) return true
    return !sequence.isMaterialised && !this.mustReject(sequence) && !this.hasRoomFor(sequence)
  }

  /** Blocks of prompt and output together. */
  #blocksOf(sequence: Sequence): number {
    return this.#blocks.countFor(sequence.promptLength + sequence.maxOutput)
  }

  /** Blocks it will still take. */
  #blocksToEnd(sequence: Sequence): number {
    const {allocated} = sequence
    const has =
      allocated === 0
        ? Math.floor(this.#blocks.lookUp(sequence).cachedInUse / this.#blockSize)
        : this.#blocks.countFor(allocated)
    return Math.max(this.#blocksOf(sequence) - has, 0)
  }

  /** Blocks nobody has and none of those admitted will need. */
  #available(candidate: Sequence | null): number {
    let free = Math.max(this.#blocks.free, 0)
    for (const sequence of this.#running.sequences) free -= this.#blocksToEnd(sequence)
    free = Math.max(free, 0)
    for (const sequence of this.#destination?.reservedSequences ?? []) {
      const reserved = this.#blocks.countFor(sequence.promptLength)
      free -= Math.max(this.#blocksOf(sequence) - reserved, 0)
    }
    for (const sequence of this.#waiting)
      if (sequence.isMaterialised && sequence !== candidate) free -= this.#blocksToEnd(sequence)
    return Math.max(free, 0)
  }
}
