import type {PassRows} from '../pass-rows.ts'
import {atLeastShortest, computedShare, type RegressionOptions, sumOverChunks} from './model.ts'
import {MovingAverage} from './moving-average.ts'
import {RegressionSamples} from './regression-samples.ts'

/** Pass time of an aggregated instance as fitted at one moment: plain numbers, enough to repeat any estimate. */
export interface AggFit {
  readonly interceptS: number
  /** Seconds per prefill token of the pass. */
  readonly prefillTokenS: number
  /** Seconds per KV token of the decoding requests. */
  readonly kvTokenS: number
  /** Mean prefill tokens per scheduled prefill and pass, which stands for a new request's length. */
  readonly avgIsl: number
  /** Mean context of a decoding request, tokens. */
  readonly avgDecodeLength: number
  /** Mean prefill tokens per pass. */
  readonly avgPrefillTokens: number
}

/** Learns wall time = f(prefill tokens, decode KV tokens) from forward passes (planner.md 8.5). */
export class AggModel {
  readonly #samples: RegressionSamples
  readonly #avgIsl: MovingAverage
  readonly #avgDecodeLength: MovingAverage
  readonly #avgPrefillTokens: MovingAverage

  constructor(options: RegressionOptions) {
    const {maxSamples} = options
    this.#samples = new RegressionSamples(options, 2)
    this.#avgIsl = new MovingAverage(maxSamples)
    this.#avgDecodeLength = new MovingAverage(maxSamples)
    this.#avgPrefillTokens = new MovingAverage(maxSamples)
  }

  get sampleCount(): number {
    return this.#samples.count
  }

  get hasSufficientData(): boolean {
    return this.#samples.isEnough
  }

  addObservations(seen: PassRows): void {
    const {rows, count, passes} = seen
    const {numPrefillRequests, sumPrefillTokens, numDecodeRequests, sumDecodeKvTokens} = passes
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const prefillTokens = sumPrefillTokens[row]!
      const prefills = numPrefillRequests[row]!
      const decodes = numDecodeRequests[row]!
      if (prefills > 0) this.#avgIsl.add(prefillTokens / prefills)
      if (decodes > 0) this.#avgDecodeLength.add(sumDecodeKvTokens[row]! / decodes)
      this.#avgPrefillTokens.add(prefillTokens)
    }
    this.#samples.add(sumPrefillTokens, sumDecodeKvTokens, seen)
  }

  /** null when samples are too few or say that more load takes less time. */
  fit(): AggFit | null {
    const plane = this.#samples.fit()
    if (plane === null || plane.slope0 < 0 || plane.slope1 < 0) return null
    return {
      interceptS: plane.intercept,
      prefillTokenS: plane.slope0,
      kvTokenS: plane.slope1,
      avgIsl: this.#avgIsl.value,
      avgDecodeLength: this.#avgDecodeLength.value,
      avgPrefillTokens: this.#avgPrefillTokens.value,
    }
  }
}

function aggPassS(fit: AggFit, prefillTokens: number, kvTokens: number): number {
  return atLeastShortest(prefillTokens * fit.prefillTokenS + kvTokens * fit.kvTokenS + fit.interceptS)
}

export interface AggTtftInputs {
  readonly queuedPrefillTokens: number
  readonly maxBatchedTokens: number
  readonly decodeKvTokens: number
  readonly kvHitRate: number | null
}

/** Seconds until the first token of a request that arrives now: the queue and itself, chunk by chunk. */
export function estimateAggTtftS(fit: AggFit, inputs: AggTtftInputs): number {
  const totalTokens = (inputs.queuedPrefillTokens + fit.avgIsl) * computedShare(inputs.kvHitRate)
  return sumOverChunks(totalTokens, inputs.maxBatchedTokens, tokens =>
    aggPassS(fit, tokens, inputs.decodeKvTokens),
  )
}

/** Seconds of the next decode pass with the usual amount of prefill riding along. */
export function estimateAggItlS(fit: AggFit, scheduledKvTokens: number, queuedKvTokens: number): number {
  return aggPassS(fit, fit.avgPrefillTokens, scheduledKvTokens + queuedKvTokens + fit.avgDecodeLength)
}

export interface AggCapacityInputs {
  readonly isl: number
  readonly osl: number
  readonly maxBatchedTokens: number
  readonly ttftSlaMs: number
  readonly itlSlaMs: number
  readonly maxKvTokens: number | null
  readonly maxSeqs: number | null
  readonly kvHitRate: number | null
}

export interface AggCapacity {
  /** Requests per second one instance serves within both targets; at batch size 1 if none is met. */
  readonly instanceRps: number
  readonly batchSize: number
  readonly ttftMs: number
  readonly itlMs: number
}

/** Largest request rate of one instance within both targets, by a sweep over batch sizes; null = no answer. */
export function computeAggCapacity(fit: AggFit, inputs: AggCapacityInputs): AggCapacity | null {
  const {isl, osl, maxBatchedTokens} = inputs
  if (isl <= 0 || osl <= 0 || maxBatchedTokens <= 0) return null
  const effectiveIsl = isl * computedShare(inputs.kvHitRate)
  const context = isl + osl / 2
  const maxBatchSize = balancedBatchSize(effectiveIsl, context, inputs)

  let best: AggCapacity | null = null
  for (let batchSize = 1; batchSize <= maxBatchSize; batchSize++) {
    const kvTokens = batchSize * context
    const perIteration = Math.min((batchSize * effectiveIsl) / Math.max(1, osl), maxBatchedTokens)
    const wallS = aggPassS(fit, perIteration, kvTokens)
    // The TTFT estimate applies the hit rate itself, hence the undiscounted tokens here.
    const rawPerIteration = Math.min((batchSize * isl) / Math.max(1, osl), maxBatchedTokens)
    const ttftS = estimateAggTtftS(fit, {
      queuedPrefillTokens: Math.trunc(rawPerIteration),
      maxBatchedTokens,
      decodeKvTokens: Math.trunc(kvTokens),
      kvHitRate: inputs.kvHitRate,
    })
    const ttftMs = ttftS * 1000
    const itlMs = wallS * 1000
    const candidate = {instanceRps: batchSize / (osl * wallS), batchSize, ttftMs, itlMs}
    if (itlMs > inputs.itlSlaMs || ttftMs > inputs.ttftSlaMs) return best ?? candidate
    best = candidate
  }
  return best
}

/** Largest batch the KV pool holds and for which prefill keeps up with finishing requests. */
function balancedBatchSize(effectiveIsl: number, context: number, inputs: AggCapacityInputs): number {
  const {osl, maxBatchedTokens, maxKvTokens, maxSeqs} = inputs
  const kvCap =
    maxKvTokens !== null && maxKvTokens > 0
      ? Math.max(1, Math.trunc(maxKvTokens / Math.max(1, context)))
      : 1024
  const seqCap = maxSeqs !== null && maxSeqs > 0 ? maxSeqs : kvCap
  let low = 1
  let high = Math.max(1, Math.min(kvCap, seqCap, maxBatchedTokens - 1))
  while (low < high) {
    const middle = Math.floor((low + high + 1) / 2)
    const prefillBudget = maxBatchedTokens - middle
    if (prefillBudget > 0 && effectiveIsl / prefillBudget <= osl) low = middle
    else high = middle - 1
  }
  return low
}
