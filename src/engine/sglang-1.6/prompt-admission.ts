import type {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {PassObserver} from '../scheduler.ts'
import type {NewTokenRatio} from '../sglang-1.2/new-token-ratio.ts'
import type {PromptBatch} from '../sglang-1.2/prompt-batch.ts'
import type {SglangParameters} from '../sglang-1.2/sglang-parameters.ts'
import type {RequestQueue} from './request-queue.ts'
import type {SglangSequence} from './sglang-sequence.ts'
import type {TokenPool} from './token-pool.ts'

interface AdmissionInputs {
  readonly parameters: SglangParameters
  readonly maxRunning: number
  readonly pool: TokenPool
  readonly queue: RequestQueue
  readonly running: readonly SglangSequence[]
  readonly ratio: NewTokenRatio
  readonly batch: PromptBatch<SglangSequence>
  readonly observer: PassObserver
  readonly outcome: OutcomeRow16
}

/**
 * Whose prompts a pass computes, and how much of each (sglang-trtllm-1.6.md 1.4): waiting requests in order, as long as
 * there is memory, prompt budget and a place in the batch. What is taken has its memory and is off the queue.
 */
export class PromptAdmission {
  readonly #parameters: SglangParameters
  readonly #maxRunning: number
  readonly #pool: TokenPool
  readonly #queue: RequestQueue
  readonly #running: readonly SglangSequence[]
  readonly #ratio: NewTokenRatio
  readonly #batch: PromptBatch<SglangSequence>
  readonly #observer: PassObserver
  readonly #outcome: OutcomeRow16

  constructor(inputs: AdmissionInputs) {
    this.#parameters = inputs.parameters
    this.#maxRunning = inputs.maxRunning
    this.#pool = inputs.pool
    this.#queue = inputs.queue
    this.#running = inputs.running
    this.#ratio = inputs.ratio
    this.#batch = inputs.batch
    this.#observer = inputs.observer
    this.#outcome = inputs.outcome
  }

  take(nowMs: number): void {
    const {waiting} = this.#queue
    if (waiting.length === 0) return
    const {maxPrefillTokens, chunkSize} = this.#parameters
    const most = Math.max(this.#maxRunning - this.#running.length, 0)
    let memoryLeft = this.#memory()
    let inputLeft = maxPrefillTokens
    let chunkLeft = chunkSize
    let next = 0
    while (this.#batch.size < most && next < waiting.length && chunkLeft > 0) {
      const sequence = waiting[next]!
      const chunk = this.#nextChunk(sequence, chunkLeft)
      if (chunk === null) break
      const {end, charge, reserve} = chunk
      if (charge + reserve >= memoryLeft || charge > inputLeft || charge > chunkLeft) break
      if (!this.#materialize(sequence, end, nowMs)) break
      next++
      memoryLeft -= charge + reserve
      inputLeft -= charge
      chunkLeft -= charge
    }
    if (next > 0) waiting.splice(0, next)
  }

  /** Free and unlocked memory, less what running requests may still need. */
  #memory(): number {
    let promised = 0
    for (const sequence of this.#running)
      promised += Math.min(sequence.left, this.#parameters.clip) * this.#ratio.value
    return this.#pool.available - promised
  }

  #nextChunk(sequence: SglangSequence, chunkLeft: number) {
    const {page, clip} = this.#parameters
    const {materialized, length, left, maxOutput} = sequence
    const lookedUp =
      materialized === 0 ? this.#pool.cachedTokens(sequence.name, maxOutput === 0 ? length : length - 1) : 0
    const start = Math.max(materialized, lookedUp)
    const extend = length - start
    if (extend === 0 && materialized > 0) return null
    const whole = Math.ceil(extend / page) * page <= chunkLeft
    const size = whole ? extend : Math.min(chunkLeft - (chunkLeft % page), extend)
    if (size === 0 && !whole) return null
    const charge = Math.ceil(size / page) * page
    return {end: start + size, charge, reserve: size < extend ? 0 : Math.min(left, clip)}
  }

  /** Gives a request the pages of its next chunk; false when they are not there. */
  #materialize(sequence: SglangSequence, end: number, nowMs: number): boolean {
    const isFirst = sequence.materialized === 0
    if (isFirst) this.#pool.attach(sequence, end)
    const prefix = isFirst ? sequence.cached : sequence.materialized
    if (!this.#pool.extend(sequence, end)) {
      if (isFirst) this.#pool.drop(sequence)
      return false
    }
    sequence.materialized = end
    this.#batch.add(sequence, end, prefix)
    const outcome = this.#outcome
    if (end > prefix) {
      outcome.numPrefillRequests++
      outcome.sumPrefillTokens += end - prefix
      outcome.sumPrefillKvTokens += prefix
    }
    if (isFirst) this.#observer.admitted(sequence.request, nowMs, prefix)
    outcome.hadEffect = true
    return true
  }
}
