import type {ForwardPasses} from '../../engine/observation.ts'
import {fitLine} from './least-squares.ts'
import {atLeastShortest, computedShare, type RegressionOptions, sumOverChunks} from './model.ts'
import {MovingAverage} from './moving-average.ts'
import {SampleStore} from './sample-store.ts'

/** Pass time of a prefill engine as fitted at one moment. */
export interface PrefillFit {
  readonly interceptS: number
  /** Seconds per prefill token of the pass. */
  readonly prefillTokenS: number
  /** Mean prefill tokens per scheduled prefill and pass; passes without prefill count as 0. */
  readonly avgIsl: number
}

/** Learns wall time = f(prefill tokens) from forward passes (planner.md 8.6). */
export class PrefillModel {
  readonly #options: RegressionOptions
  readonly #samples: SampleStore
  readonly #avgIsl: MovingAverage
  readonly #x: Float64Array
  readonly #unused: Float64Array
  readonly #y: Float64Array

  constructor(options: RegressionOptions) {
    this.#options = options
    const {maxSamples, bucketCount} = options
    this.#samples = new SampleStore({maxSamples, bucketCount, axes: 1})
    this.#avgIsl = new MovingAverage(maxSamples)
    this.#x = new Float64Array(maxSamples)
    this.#unused = new Float64Array(maxSamples)
    this.#y = new Float64Array(maxSamples)
  }

  get sampleCount(): number {
    return this.#samples.count
  }

  get hasSufficientData(): boolean {
    return this.#samples.count >= this.#options.minObservations
  }

  addObservation(passes: ForwardPasses, index: number): void {
    const prefills = passes.numPrefillRequests[index]!
    this.#avgIsl.add(prefills > 0 ? passes.sumPrefillTokens[index]! / prefills : 0)
    if (passes.wallTimeS[index] === 0) return
    this.#samples.add(passes.sumPrefillTokens, null, passes.wallTimeS, index)
  }

  /** null when samples are too few or say that more load takes less time. */
  fit(): PrefillFit | null {
    if (!this.hasSufficientData) return null
    const count = this.#samples.copyTo(this.#x, this.#unused, this.#y)
    const {intercept, slope0} = fitLine(this.#x, this.#y, count)
    if (slope0 < 0) return null
    return {interceptS: intercept, prefillTokenS: slope0, avgIsl: this.#avgIsl.value}
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
  /** Requests per second of one engine, whether or not the target is met. */
  readonly engineRps: number
  readonly ttftMs: number
}

/** Request rate of one engine that prefills `isl` tokens at a time; null = no answer. */
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
  return {engineRps: 1 / wallS, ttftMs: wallS * 1000}
}
