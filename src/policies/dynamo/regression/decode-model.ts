import type {PassRows} from '../pass-rows.ts'
import {atLeastShortest, type RegressionOptions} from './model.ts'
import {MovingAverage} from './moving-average.ts'
import {RegressionSamples} from './regression-samples.ts'

/** Pass time of a decode instance as fitted at one moment. */
export interface DecodeFit {
  readonly interceptS: number
  /** Seconds per decoding request. */
  readonly requestS: number
  /** Seconds per KV token of the decoding requests. */
  readonly kvTokenS: number
  /** Mean context of a decoding request, tokens. */
  readonly avgDecodeLength: number
  /** Mean decoding requests per pass. */
  readonly avgNumDecode: number
  /** Largest KV load seen in one pass, tokens. */
  readonly maxObservedKvTokens: number
}

/** A request slope below minus this is set to 0; between that and 0 it is noise and kept. */
const NOISE = 1e-6

/** Learns wall time = f(decoding requests, their KV tokens) from forward passes (planner.md 8.7). */
export class DecodeModel {
  readonly #samples: RegressionSamples
  readonly #avgDecodeLength: MovingAverage
  readonly #avgNumDecode: MovingAverage
  #maxObservedKvTokens = 0

  constructor(options: RegressionOptions) {
    const {maxSamples} = options
    this.#samples = new RegressionSamples(options, 2)
    this.#avgDecodeLength = new MovingAverage(maxSamples)
    this.#avgNumDecode = new MovingAverage(maxSamples)
  }

  get sampleCount(): number {
    return this.#samples.count
  }

  get hasSufficientData(): boolean {
    return this.#samples.isEnough
  }

  addObservations(seen: PassRows): void {
    const {rows, count, passes} = seen
    const {numDecodeRequests, sumDecodeKvTokens} = passes
    for (let i = 0; i < count; i++) {
      const row = rows[i]!
      const decodes = numDecodeRequests[row]!
      const kvTokens = sumDecodeKvTokens[row]!
      if (decodes > 0) this.#avgDecodeLength.add(kvTokens / decodes)
      this.#avgNumDecode.add(decodes)
      if (kvTokens > this.#maxObservedKvTokens) this.#maxObservedKvTokens = kvTokens
    }
    this.#samples.add(numDecodeRequests, sumDecodeKvTokens, seen)
  }

  /**
   * null when samples are too few or say that more KV takes less time. A negative slope of requests, usual
   * because requests and their KV grow together, is set to 0 without a new fit, as the reference does.
   */
  fit(): DecodeFit | null {
    const plane = this.#samples.fit()
    if (plane === null || plane.slope1 < 0) return null
    return {
      interceptS: plane.intercept,
      requestS: plane.slope0 < -NOISE ? 0 : plane.slope0,
      kvTokenS: plane.slope1,
      avgDecodeLength: this.#avgDecodeLength.value,
      avgNumDecode: this.#avgNumDecode.value,
      maxObservedKvTokens: this.#maxObservedKvTokens,
    }
  }
}

export function decodePassS(fit: DecodeFit, requests: number, kvTokens: number): number {
  return atLeastShortest(requests * fit.requestS + kvTokens * fit.kvTokenS + fit.interceptS)
}

/** Seconds of the next decode pass with one more request of usual length. */
export function estimateDecodeItlS(
  fit: DecodeFit,
  scheduledKvTokens: number,
  queuedKvTokens: number,
): number {
  const kvTokens = scheduledKvTokens + queuedKvTokens + fit.avgDecodeLength
  return decodePassS(fit, fit.avgNumDecode + 1, kvTokens)
}

export interface DecodeCapacityInputs {
  readonly itlSlaMs: number
  /** Mean context during decoding, tokens. */
  readonly context: number
  readonly osl: number
  readonly maxKvTokens: number | null
  readonly maxSeqs: number | null
}

export interface DecodeCapacity {
  /** Requests per second one instance serves within the target; at batch size 1 if it is not met. */
  readonly instanceRps: number
  readonly batchSize: number
  readonly itlMs: number
}

/** Largest request rate of one instance within the ITL target, by bisection over batch sizes; null = no answer. */
export function computeDecodeCapacity(fit: DecodeFit, inputs: DecodeCapacityInputs): DecodeCapacity | null {
  const {itlSlaMs, context, osl} = inputs
  if (context <= 0 || osl <= 0 || itlSlaMs <= 0) return null
  let bestSize = 1
  let bestWallS = decodePassS(fit, 1, context)
  if (bestWallS * 1000 <= itlSlaMs) {
    let low = 1
    let high = largestBatch(fit, inputs)
    while (low <= high) {
      const middle = Math.floor((low + high) / 2)
      const wallS = decodePassS(fit, middle, middle * context)
      if (wallS * 1000 <= itlSlaMs) {
        bestSize = middle
        bestWallS = wallS
        low = middle + 1
      } else {
        high = middle - 1
      }
    }
  }
  return {instanceRps: bestSize / (osl * bestWallS), batchSize: bestSize, itlMs: bestWallS * 1000}
}

/** What the KV pool and the limit on running requests allow. */
function largestBatch(fit: DecodeFit, inputs: DecodeCapacityInputs): number {
  const {context, maxKvTokens, maxSeqs} = inputs
  let kvCap = 256
  if (maxKvTokens !== null && maxKvTokens > 0) kvCap = Math.max(1, Math.trunc(maxKvTokens / context))
  else if (fit.maxObservedKvTokens > 0) kvCap = Math.max(1, Math.trunc(fit.maxObservedKvTokens / context))
  const seqCap = maxSeqs !== null && maxSeqs > 0 ? maxSeqs : kvCap
  return Math.max(1, Math.min(kvCap, seqCap))
}
