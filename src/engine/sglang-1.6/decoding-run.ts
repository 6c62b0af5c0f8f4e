import type {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {PassTimes16} from '../pass-times-1.6.ts'
import type {PassObserver} from '../scheduler.ts'
import type {NewTokenRatio} from '../sglang-1.2/new-token-ratio.ts'
import {createSteadyBatch, runSteadyPasses, type SteadyBatch} from '../sglang-1.2/steady-passes.ts'
import type {RequestQueue} from './request-queue.ts'
import type {SglangDestination} from './sglang-destination.ts'
import type {SglangSequence} from './sglang-sequence.ts'
import type {TokenPool} from './token-pool.ts'

interface DecodingRunInputs {
  readonly isCaching: boolean
  readonly pool: TokenPool
  readonly queue: RequestQueue
  readonly running: readonly SglangSequence[]
  readonly destination: SglangDestination | null
  readonly ratio: NewTokenRatio
  readonly times: PassTimes16
  readonly observer: PassObserver
  readonly outcome: OutcomeRow16
}

/**
 * Passes in which every running request gets one more token and nothing else happens: nobody waits, completes, is
 * retracted, takes or fills a page. All that they do is written down at once, at the end of the call.
 */
export class DecodingRun {
  readonly #inputs: DecodingRunInputs
  readonly #steady: SteadyBatch

  constructor(inputs: DecodingRunInputs) {
    this.#inputs = inputs
    this.#steady = createSteadyBatch(inputs.observer, (count, total) => inputs.times.decodeMs(count, total))
  }

  /** Passes of the last call of `run`, and when the last of them began. */
  get passes(): number {
    return this.#steady.passes
  }

  get lastStartMs(): number {
    return this.#steady.lastStartMs
  }

  /** As `Scheduler16.runSteadyPasses`. */
  run(nowMs: number, horizonMs: number): number {
    this.#steady.passes = 0
    const limit = this.#limit()
    if (limit <= 0) return nowMs
    const end = runSteadyPasses(this.#steady, this.#inputs.running, limit, nowMs, horizonMs, null)
    if (end > nowMs) this.#advance(this.#steady.passes, end)
    return end
  }

  /** Passes that can run before one of them admits, completes, evicts, retracts or adds a node; 0 if none. */
  #limit(): number {
    const {running, queue, destination, pool} = this.#inputs
    const count = running.length
    if (count === 0 || queue.size > 0 || destination?.mayReserve || destination?.isBlocking) return 0
    let limit = pool.page === 1 ? Math.floor(pool.free / count) - 1 : Number.POSITIVE_INFINITY
    for (let i = 0; i < count && limit > 0; i++) {
      const sequence = running[i]!
      if (sequence.materialized !== sequence.length) return 0
      limit = Math.min(limit, sequence.left - 1, this.#passesInPlace(sequence))
    }
    return limit
  }

  /** Passes in which its tokens just lengthen what it has. */
  #passesInPlace(sequence: SglangSequence): number {
    const {pool, isCaching} = this.#inputs
    const {materialized, node} = sequence
    const {page} = pool
    if (page > 1) {
      // The pass that opens a page takes it, the one that fills it puts it into the tree.
      const inPage = materialized % page
      return inPage === 0 ? 0 : page - 1 - inPage
    }
    if (!isCaching) return Number.POSITIVE_INFINITY
    const grows =
      sequence.cached === materialized && node !== null && pool.tree.growsInPlace(node, sequence.name)
    return grows ? Number.POSITIVE_INFINITY : 0
  }

  #advance(passes: number, endMs: number): void {
    const {running, pool, ratio, observer} = this.#inputs
    const count = running.length
    const firstUse = pool.tree.nextOperations(passes * count)
    let kvTokens = 0
    for (let i = 0; i < count; i++) {
      const sequence = running[i]!
      sequence.generated += passes
      sequence.materialized += passes
      kvTokens += sequence.length - 1
      if (pool.page === 1) this.#lengthen(sequence, passes, firstUse + (passes - 1) * count + i)
      if (passes > 1) observer.tokensUntil(sequence.request, passes - 1, endMs)
    }
    if (pool.page === 1) pool.takeSteady(passes * count)
    ratio.decay(passes)
    this.#fillOutcome(passes, endMs, kvTokens)
  }

  #lengthen(sequence: SglangSequence, passes: number, lastUse: number): void {
    const {pool, isCaching} = this.#inputs
    sequence.allocated += passes
    if (!isCaching) return
    pool.tree.grow(sequence.node!, sequence.materialized)
    sequence.cached = sequence.materialized
    sequence.lastUse = lastUse
  }

  #fillOutcome(passes: number, endMs: number, kvTokens: number): void {
    const {running, queue, destination, outcome} = this.#inputs
    outcome.clearCounts()
    outcome.clearSignals()
    outcome.endMs = endMs
    outcome.decodeTokens = passes * running.length
    outcome.numDecodeRequests = running.length
    outcome.sumDecodeKvTokens = kvTokens
    queue.countIn(outcome, destination)
  }
}
