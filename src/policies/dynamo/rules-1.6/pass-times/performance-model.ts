import type {EngineRole} from '../regression/features.ts'
import {MovingAverage} from '../regression/moving-average.ts'
import {type Capacity, type CapacityQuestion, findCapacity} from './engine-capacity.ts'
import {estimateItlS, estimateTtftS, type ItlQuestion, type TtftQuestion} from './engine-latency.ts'
import type {EngineLimits, LoadAverages, PassTimeEstimator} from './engine-query.ts'
import {type ForwardPass, inIdOrder} from './forward-pass.ts'

/** How long a pass takes. Learned from passes, or asked of tables. */
export interface PassTimes {
  /** @returns false where the reference fails on the pass, and on all that came with it */
  observe(pass: ForwardPass): boolean
  readonly isReady: boolean
  /** A snapshot: later passes do not change it. */
  estimator(): PassTimeEstimator
}

/**
 * Answers about engines as they are at one tick: TTFT, ITL and capacity are queries on synthetic passes
 * (planner-1.6.md 7). Later passes do not change it, so that a decision can be taken again.
 */
export interface EngineEstimates {
  /** Some kind of pass can be estimated; not necessarily the one a question needs. */
  readonly isReady: boolean
  ttftS(pass: ForwardPass, question: TtftQuestion): number | null
  itlS(pass: ForwardPass, question: ItlQuestion): number | null
  capacity(question: CapacityQuestion): Capacity | null
}

/** What the planner knows of one role's engines. */
export class PerformanceModel {
  readonly role: EngineRole
  readonly #limits: EngineLimits
  readonly #times: PassTimes
  readonly #averages: Record<keyof LoadAverages, MovingAverage>

  constructor(options: {
    readonly role: EngineRole
    readonly limits: EngineLimits
    readonly times: PassTimes
    /** Passes that count for the averages. */
    readonly window: number
  }) {
    this.role = options.role
    this.#limits = options.limits
    this.#times = options.times
    const average = () => new MovingAverage(options.window)
    this.#averages = {
      isl: average(),
      decodeLength: average(),
      prefillRequests: average(),
      prefillTokens: average(),
    }
  }

  get isReady(): boolean {
    return areSound(this.#limits) && this.#times.isReady
  }

  /** One tick's observation, in the order in which the engines came to be known (planner-1.6.md 6.4). */
  observe(passes: readonly ForwardPass[]): void {
    this.#observe(passes, inIdOrder(passes))
  }

  /** Passes of a benchmark, in the order of their list. */
  observeBenchmark(passes: readonly ForwardPass[]): void {
    this.#observe(passes, passes)
  }

  averages(): LoadAverages {
    const {isl, decodeLength, prefillRequests, prefillTokens} = this.#averages
    return {
      isl: isl.value,
      decodeLength: decodeLength.value,
      prefillRequests: prefillRequests.value,
      prefillTokens: prefillTokens.value,
    }
  }

  estimates(): EngineEstimates {
    const limits = this.#limits
    const isReady = this.isReady
    const estimateS = isReady ? this.#times.estimator() : NO_ANSWER
    const query = {role: this.role, limits, averages: this.averages(), estimateS}
    return {
      isReady,
      ttftS: (pass, question) => (isReady ? estimateTtftS(query, pass, question) : null),
      itlS: (pass, question) => (isReady ? estimateItlS(query, pass, question) : null),
      capacity: question => (isReady ? findCapacity(query, question) : null),
    }
  }

  #observe(known: readonly ForwardPass[], trained: readonly ForwardPass[]): void {
    const {isl, decodeLength, prefillRequests, prefillTokens} = this.#averages
    for (const pass of known) {
      isl.add(pass.prefillRequests > 0 ? pass.prefillTokens / pass.prefillRequests : 0)
      if (pass.decodeRequests > 0) decodeLength.add(pass.decodeKvTokens / pass.decodeRequests)
    }
    for (const pass of trained) if (!this.#times.observe(pass)) return
    for (const pass of trained) {
      prefillRequests.add(pass.prefillRequests)
      prefillTokens.add(pass.prefillTokens)
    }
  }
}

const NO_ANSWER: PassTimeEstimator = () => null

function areSound({maxBatchedTokens, maxSeqs, maxKvTokens}: EngineLimits): boolean {
  return maxBatchedTokens > 0 && maxSeqs > 0 && maxKvTokens > 0
}
