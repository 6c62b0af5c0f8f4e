import type {Destination} from '../scheduler-1.6.ts'
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

interface Accepted {
  readonly sequence: Sequence
  /** State of the instance in which reserving was last tried in vain. */
  lastTry: number
}

/**
 * Takes in prompts that prefill instances computed (disagg-1.6.md 4): accepted in order of arrival, then given blocks one
 * at a time, then activated when their KV cache has come.
 */
export class VllmDestination implements Destination {
  readonly #host: DestinationHost
  readonly #accepted: Accepted[] = []
  readonly #reserved = new Map<number, Sequence>()
  #generation = 0
  #nextOrdinal = 0
  reservedTokens = 0
  /** Accepted or reserved, and the tokens of their prompts. */
  pendingCount = 0
  pendingTokens = 0

  constructor(host: DestinationHost) {
    this.#host = host
  }

  get isEmpty(): boolean {
    return this.pendingCount === 0
  }

  get reservedCount(): number {
    return this.#reserved.size
  }

  get reservedSequences(): Iterable<Sequence> {
    return this.#reserved.values()
  }

  get isBlocking(): boolean {
    return this.#accepted.length > 0
  }

  /** The next pass end could reserve something. */
  get mayReserve(): boolean {
    const head = this.#accepted[0]
    return head !== undefined && head.lastTry !== this.#generation
  }

  /** A block may have come free: what was tried in vain may be tried again. */
  spaceChanged(): void {
    this.#generation++
  }

  refuses(request: number, maxOutput: number): boolean {
    return this.#host.refuses(request, maxOutput)
  }

  accept(request: number, maxOutput: number): void {
    const sequence = this.#host.create(request, maxOutput)
    sequence.ordinal = this.#nextOrdinal++
    this.#accepted.push({sequence, lastTry: -1})
    this.#countPending(sequence, 1)
  }

  tryReserve(): number {
    const head = this.#accepted[0]
    if (head === undefined || head.lastTry === this.#generation) return -1
    const {sequence} = head
    if (!this.#host.canRun() || !this.#reserve(sequence)) {
      head.lastTry = this.#generation
      return -1
    }
    this.#accepted.shift()
    this.#reserved.set(sequence.request, sequence)
    return sequence.request
  }

  activate(request: number): void {
    const sequence = this.#reserved.get(request)!
    this.#reserved.delete(request)
    this.#countPending(sequence, -1)
    this.#host.activate(sequence)
  }

  cancel(request: number): void {
    const at = this.#accepted.findIndex(({sequence}) => sequence.request === request)
    if (at >= 0) this.#countPending(this.#accepted.splice(at, 1)[0]!.sequence, -1)
    const reserved = this.#reserved.get(request)
    if (reserved !== undefined) {
      this.#reserved.delete(request)
      this.#countPending(reserved, -1)
      this.#host.pool.release(reserved.copies, 0, Math.ceil(reserved.promptLength / this.#host.blockSize))
    }
    this.spaceChanged()
  }

  /** Resident leading blocks are pinned, the others taken fresh. */
  #reserve(sequence: Sequence): boolean {
    const {pool, blockSize, sharesCache, hasRoomFor} = this.#host
    if (!hasRoomFor(sequence)) return false
    const blocks = Math.ceil(sequence.promptLength / blockSize)
    if (sharesCache) pool.lookUp(sequence.blocks, sequence.identified)
    const hits = sharesCache ? pool.overlap : 0
    if (!pool.take(sequence.blocks, sequence.copies, 0, blocks, hits)) return false
    this.reservedTokens = (blocks - hits) * blockSize
    return true
  }

  #countPending({promptLength}: Sequence, by: number): void {
    this.pendingCount += by
    this.pendingTokens += by * promptLength
  }
}
