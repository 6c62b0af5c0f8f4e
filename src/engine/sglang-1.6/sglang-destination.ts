import type {Destination} from '../scheduler-1.6.ts'
import type {SglangSequence} from './sglang-sequence.ts'
import type {TokenPool} from './token-pool.ts'

/** What a destination needs of its instance's scheduler. */
export interface DestinationHost {
  readonly pool: TokenPool
  readonly create: (request: number, maxOutput: number) => SglangSequence
  readonly refuses: (request: number) => boolean
  readonly activate: (sequence: SglangSequence) => void
}

interface Accepted {
  readonly sequence: SglangSequence
  /** State of the instance in which reserving was last tried in vain. */
  lastTry: number
}

/** Takes in prompts that SGLang prefill instances compute: here the place is reserved before (disagg-1.6.md 4). */
export class SglangDestination implements Destination {
  readonly #host: DestinationHost
  readonly #accepted: Accepted[] = []
  readonly #reserved = new Map<number, SglangSequence>()
  #generation = 0
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

  get isBlocking(): boolean {
    return this.#accepted.length > 0
  }

  /** The next pass end could reserve something. */
  get mayReserve(): boolean {
    const head = this.#accepted[0]
    return head !== undefined && head.lastTry !== this.#generation
  }

  /** Memory may have come free: what was tried in vain may be tried again. */
  spaceChanged(): void {
    this.#generation++
  }

  refuses(request: number): boolean {
    return this.#host.refuses(request)
  }

  accept(request: number, maxOutput: number): void {
    const sequence = this.#host.create(request, maxOutput)
    this.#accepted.push({sequence, lastTry: -1})
    this.#countPending(sequence, 1)
  }

  tryReserve(): number {
    const head = this.#accepted[0]
    if (head === undefined || head.lastTry === this.#generation) return -1
    const {sequence} = head
    const {pool} = this.#host
    pool.attach(sequence, sequence.promptLength)
    const shared = sequence.cached
    if (!pool.extend(sequence, sequence.promptLength)) {
      pool.drop(sequence)
      head.lastTry = this.#generation
      return -1
    }
    this.#accepted.shift()
    this.#reserved.set(sequence.request, sequence)
    this.reservedTokens = sequence.allocated - shared
    return sequence.request
  }

  activate(request: number): void {
    const sequence = this.#reserved.get(request)!
    this.#reserved.delete(request)
    this.#countPending(sequence, -1)
    sequence.isHandedOff = true
    sequence.materialized = sequence.promptLength
    if (this.#host.pool.cachePrefix(sequence) > 0) this.spaceChanged()
    this.#host.activate(sequence)
  }

  cancel(request: number): void {
    const at = this.#accepted.findIndex(({sequence}) => sequence.request === request)
    if (at >= 0) this.#countPending(this.#accepted.splice(at, 1)[0]!.sequence, -1)
    const reserved = this.#reserved.get(request)
    if (reserved !== undefined) {
      this.#reserved.delete(request)
      this.#countPending(reserved, -1)
      this.#host.pool.drop(reserved)
    }
    this.spaceChanged()
  }

  #countPending({promptLength}: SglangSequence, by: number): void {
    this.pendingCount += by
    this.pendingTokens += by * promptLength
  }
}
