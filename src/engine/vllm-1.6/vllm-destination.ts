import {PendingDestination} from '../pending-destination.ts'
import type {BlockPool} from './block-pool.ts'
import type {Sequence} from './sequence.ts'

/** What a destination needs of its instance's scheduler. */
export interface DestinationHost {
  readonly pool: BlockPool
  readonly blockSize: number
  readonly canRun: () => boolean
  readonly create: (request: number, maxOutput: number) => Sequence
  readonly refuses: (request: number, maxOutput: number) => boolean
  /** Blocks of a prompt that are there already are used; TensorRT-LLM takes them all fresh. */
  readonly sharesCache: boolean
  /** A rule beyond that the blocks must be there. */
  readonly hasRoomFor: (sequence: Sequence) => boolean
  readonly activate: (sequence: Sequence) => void
}

/** The destination of vLLM and TensorRT-LLM: blocks are reserved when the prompt is computed. */
export class VllmDestination extends PendingDestination<Sequence> {
  readonly #host: DestinationHost
  #nextOrdinal = 0

  constructor(host: DestinationHost) {
    super()
    this.#host = host
  }

  override refuses(request: number, maxOutput: number): boolean {
    return this.#host.refuses(request, maxOutput)
  }

  protected override create(request: number, maxOutput: number): Sequence {
    const sequence = this.#host.create(request, maxOutput)
    sequence.ordinal = this.#nextOrdinal++
    return sequence
  }

  /** Resident leading blocks are pinned, the others taken fresh. */
  protected override reserve(sequence: Sequence): number {
    const {pool, blockSize, canRun, sharesCache, hasRoomFor} = this.#host
    if (!canRun() || !hasRoomFor(sequence)) return -1
    const blocks = Math.ceil(sequence.promptLength / blockSize)
    if (sharesCache) pool.lookUp(sequence.blocks, sequence.identified)
    const hits = sharesCache ? pool.overlap : 0
    if (!pool.take(sequence, 0, blocks, hits)) return -1
    return (blocks - hits) * blockSize
  }

  protected override start(sequence: Sequence): void {
    this.#host.activate(sequence)
  }

  protected override release(sequence: Sequence): void {
    const {pool, blockSize} = this.#host
    pool.release(sequence, Math.ceil(sequence.promptLength / blockSize))
  }
}
