import type {PassRows} from '../pass-rows.ts'
import {atLeastShortest, computedShare, type RegressionOptions, sumOverChunks} from './model.ts'
import {MovingAverage} from './moving-average.ts'
import {RegressionSamples} from './regression-samples.ts'

/** Pass time of a prefill instance as fitted at one moment. */
export interface PrefillFit {
  readonly interceptS: number
  /** Seconds per prefill token of the pass. */
  readonly prefillTokenS: number
  /** Mean prefill tokens per scheduled prefill and pass; passes without prefill count as 0. */
  readonly avgIsl: number
}

/** Learns wall time = f(prefill tokens) from forward passes (planner.md 8.6). */
export class PrefillModel {
  readonly #samples: RegressionSamples
  readonly #avgIsl: MovingAverage

  constructor(options: RegressionOptions) {
    this.#samples = new RegressionSamples(options, 1)
    this.#avgIsl = new MovingAverage(options.maxSamples)
  }

  get sampleCount(): number {
    return this.#samples.count
  }

  get hasSufficientData(): boolean {
    return this.#samples.isEnough
  }

  addObservations(seen: PassRows): void {
    const {rows, count, passes} = seen
    const {numPrefillRequests, sumPrefillTokens} = passes
    for (let i = 0; i < count; i++) {
      const prefills = numPrefillRequests[rows[i]!]!
      this.#avgIsl.add(prefills > 0 ? sumPrefillTokens[rows[i]!]! / prefills : 0)
    }
    this.#samples.add(sumPrefillTokens, null, seen)
  }

  /** null when samples are too few or say that more load takes less time. */
  fit(): PrefillFit | null {
    const line = this.#samples.fit()
    if (line === null || line.slope0 < 0) return null
    return {interceptS: line.intercept, prefillTokenS: line.slope0, avgIsl: this.#avgIsl.value}
  }
}

export function prefillPassS(fit: PrefillFit, prefillTokens: number): number {
  return atLeastShortest(prefillTokens * fit.prefillTokenS + fit.interceptS)
}

export interface PrefillTtftInputs {
  readonly queuedPrefillTokens: number
  readonly maxBatchedTokens: number
  readonly kvHitRate: number | null
}

/** Seconds until the first token of a request that arrives now: the queue and itself, chunk by chunk. */
export function estimatePrefillTtftS(fit: PrefillFit, inputs: PrefillTtftInputs): number {
  const totalTokens = (inputs.queuedPrefillTokens + fit.avgIsl) * computedShare(inputs.kvHitRate)
  return sumOverChunks(totalTokens, inputs.maxBatchedTokens, tokens => prefillPassS(fit, tokens))
}

export interface PrefillCapacity {
  /** Requests per second of one instance, whether or not the target is met. */
  readonly instanceRps: number
  readonly ttftMs: number
}

/** Request rate of one instance that prefills `isl` tokens at a time; null = no answer. */
export function computePrefillCapacity(
  fit: PrefillFit,
  isl: number,
  maxBatchedTokens: number | null,
): PrefillCapacity | null {
  if (isl <= 0) return null
  let wallS: number
  if (maxBatchedTokens !== null && maxBatchedTokens > 0 && isl > maxBatchedTokens) {
    const chunks = Math.ceil(isl / maxBatchedTokens)
    const rest = isl - (chunks - 1) * maxBatchedTokens
    wallS = (chunks - 1) * prefillPassS(fit, maxBatchedTokens) + prefillPassS(fit, rest)
  } else {
    wallS = prefillPassS(fit, isl)
  }
  return {instanceRps: 1 / wallS, ttftMs: wallS * 1000}
}
