import {PendingDestination} from '../pending-destination.ts'
import type {SglangSequence} from './sglang-sequence.ts'
import type {TokenPool} from './token-pool.ts'

/** What a destination needs of its instance's scheduler. */
export interface DestinationHost {
  readonly pool: TokenPool
  readonly create: (request: number, maxOutput: number) => SglangSequence
  readonly refuses: (request: number) => boolean
  readonly activate: (sequence: SglangSequence) => void
}

/** SGLang's destination: the place is reserved before the prefill instance computes the prompt. */
export class SglangDestination extends PendingDestination<SglangSequence> {
  readonly #host: DestinationHost

  constructor(host: DestinationHost) {
    super()
    this.#host = host
  }

  override refuses(request: number): boolean {
    return this.#host.refuses(request)
  }

  protected override create(request: number, maxOutput: number): SglangSequence {
    return this.#host.create(request, maxOutput)
  }

  protected override reserve(sequence: SglangSequence): number {
    const {pool} = this.#host
    pool.attach(sequence, sequence.promptLength)
    const shared = sequence.cached
    if (pool.extend(sequence, sequence.promptLength)) return sequence.allocated - shared
    pool.drop(sequence)
    return -1
  }

  protected override start(sequence: SglangSequence): void {
    sequence.isHandedOff = true
    sequence.materialized = sequence.promptLength
    if (this.#host.pool.cachePrefix(sequence) > 0) this.spaceChanged()
    this.#host.activate(sequence)
  }

  protected override release(sequence: SglangSequence): void {
    this.#host.pool.drop(sequence)
  }
}
