import type {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {PassObserver} from '../scheduler.ts'
import {COMPLETED, FIRST_TOKEN} from '../scheduler-1.6.ts'
import type {SglangDestination} from './sglang-destination.ts'
import type {SglangSequence} from './sglang-sequence.ts'
import type {TokenPool} from './token-pool.ts'

interface EmissionInputs {
  readonly isPrefill: boolean
  readonly pool: TokenPool
  readonly destination: SglangDestination | null
  readonly observer: PassObserver
  readonly outcome: OutcomeRow16
}

/**
 * Tokens at the end of a pass, and what becomes of requests that have all of theirs (sglang-trtllm-1.6.md 1.7). A token
 * but the last takes a slot, which the caller has seen to; a request that completes gives its memory back at once, on a
 * prefill instance when its destination has the KV cache.
 */
export class TokenEmission {
  readonly #isPrefill: boolean
  readonly #pool: TokenPool
  readonly #destination: SglangDestination | null
  readonly #observer: PassObserver
  readonly #outcome: OutcomeRow16
  /** Of a prefill instance: finished prompts whose KV cache the destination does not have yet. */
  readonly #sources = new Map<number, SglangSequence>()

  constructor({isPrefill, pool, destination, observer, outcome}: EmissionInputs) {
    this.#isPrefill = isPrefill
    this.#pool = pool
    this.#destination = destination
    this.#observer = observer
    this.#outcome = outcome
  }

  get sourceCount(): number {
    return this.#sources.size
  }

  releaseSource(request: number): void {
    const sequence = this.#sources.get(request)
    if (sequence === undefined) return
    this.#sources.delete(request)
    this.#pool.finish(sequence)
  }

  emit(sequence: SglangSequence, atMs: number): void {
    this.#pool.extend(sequence, sequence.length + 1)
    sequence.generated++
    sequence.materialized++
    this.#observer.token(sequence.request, atMs)
    if (sequence.left === 0) return
    if (sequence.generated === 1) this.#outcome.signal(sequence.request, FIRST_TOKEN)
    this.#pool.cachePrefix(sequence)
  }

  /** The one token of a request that wants no more out of its prompt's pass: it takes no slot. */
  emitOnly(sequence: SglangSequence, atMs: number): void {
    sequence.generated++
    this.#observer.token(sequence.request, atMs)
  }

  complete(sequence: SglangSequence): void {
    this.#outcome.signal(sequence.request, COMPLETED)
    if (this.#isPrefill) {
      this.#sources.set(sequence.request, sequence)
      return
    }
    this.#pool.finish(sequence)
    this.#destination?.spaceChanged()
  }
}
