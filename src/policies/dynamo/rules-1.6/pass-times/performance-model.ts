import type {InstanceRole} from '../regression/features.ts'
import {MovingAverage} from '../regression/moving-average.ts'
import {estimatePassS, type PassTimeFits} from '../regression/pass-time-regression.ts'
import {type ForwardPass, inIdOrder} from './forward-pass.ts'
import {type Capacity, type CapacityQuestion, findCapacity} from './instance-capacity.ts'
import {estimateItlS, estimateTtftS, type ItlQuestion, type TtftQuestion} from './instance-latency.ts'
import type {InstanceLimits, InstanceQuery, LoadAverages, PassTimeEstimator} from './instance-query.ts'

/** How long a pass takes. Learned from passes, or asked of tables. */
export interface PassTimes {
  /** @returns false where the reference fails on the pass, and on all that came with it */
  observe(pass: ForwardPass): boolean
  readonly isReady: boolean
  /** A snapshot: later passes do not change it. */
  estimator(): PassTimeEstimator
  /** What the answers are worked out from, a snapshot likewise; null where tables have a part in them. */
  fits(): PassTimeFits | null
}

/**
 * Answers about instances as they are at one tick: TTFT, ITL and capacity are queries on synthetic passes
 * (planner-1.6.md 7). Later passes do not change it, so that a decision can be taken again.
 */
export interface InstanceEstimates {
  /** All that they are made from; null where tables have a part in them. */
  readonly grounds: EstimateGrounds | null
  /** Some kind of pass can be estimated; not necessarily the one a question needs. */
  readonly isReady: boolean
  ttftS(pass: ForwardPass, question: TtftQuestion): number | null
  itlS(pass: ForwardPass, question: ItlQuestion): number | null
  capacity(question: CapacityQuestion): Capacity | null
}

/** Estimates as the data they are made from. */
export interface EstimateGrounds {
  readonly role: InstanceRole
  readonly limits: InstanceLimits
  readonly averages: LoadAverages
  readonly isReady: boolean
  readonly fits: PassTimeFits
}

/** The estimates again. */
export function estimatesFrom(grounds: EstimateGrounds): InstanceEstimates {
  const {isReady, fits, ...query} = grounds
  const estimateS: PassTimeEstimator = pass => estimatePassS(query.role, fits, pass)
  return answersOf({...query, estimateS}, isReady, grounds)
}

function answersOf(
  query: InstanceQuery,
  isReady: boolean,
  grounds: EstimateGrounds | null,
): InstanceEstimates {
  return {
    grounds,
    isReady,
    ttftS: (pass, question) => (isReady ? estimateTtftS(query, pass, question) : null),
    itlS: (pass, question) => (isReady ? estimateItlS(query, pass, question) : null),
    capacity: question => (isReady ? findCapacity(query, question) : null),
  }
}

/** What the planner knows of one role's instances. */
export class PerformanceModel {
  readonly role: InstanceRole
  readonly #limits: InstanceLimits
  readonly #times: PassTimes
  readonly #averages: Record<keyof LoadAverages, MovingAverage>

  constructor(options: {
    readonly role: InstanceRole
    readonly limits: InstanceLimits
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

  /** One tick's observation, in the order in which the instances came to be known (planner-1.6.md 6.4). */
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

  estimates(): InstanceEstimates {
    const query = {role: this.role, limits: this.#limits, averages: this.averages()}
    const isReady = this.isReady
    const fits = this.#times.fits()
    if (fits !== null) return estimatesFrom({...query, isReady, fits})
    return answersOf({...query, estimateS: this.#times.estimator()}, isReady, null)
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

function areSound({maxBatchedTokens, maxSeqs, maxKvTokens}: InstanceLimits): boolean {
  return maxBatchedTokens > 0 && maxSeqs > 0 && maxKvTokens > 0
}
