import type {LoadPredictor} from '../predictors/predictor.ts'
import type {TrafficForecast16} from './throughput-scaling.ts'
import type {TrafficObservation16} from './traffic-windows.ts'

/** Requests and mean lengths of one interval of a warm-up trace. */
export interface WarmupInterval {
  readonly numReq: number
  readonly isl: number
  readonly osl: number
}

/** What is predicted, each by a predictor of its own. */
export type TrafficSeries = 'numReq' | 'isl' | 'osl'

/**
 * Expects the next interval's traffic from those before (planner-1.6.md 9.1). Hit rate and accept length are not
 * predicted: the last ones observed are passed on.
 */
export class Forecaster {
  readonly #numReq: LoadPredictor
  readonly #isl: LoadPredictor
  readonly #osl: LoadPredictor
  readonly #speculativeDepth: number
  #lastShape = {isl: 0, osl: 0}
  #isLive = false
  #lastHitRate: number | null = null
  #lastAcceptLength = 1

  constructor(create: (series: TrafficSeries) => LoadPredictor, speculativeDepth: number) {
    this.#numReq = create('numReq')
    this.#isl = create('isl')
    this.#osl = create('osl')
    this.#speculativeDepth = speculativeDepth
  }

  /** Afterwards leading zeros of live traffic are skipped again, but the last lengths are remembered. */
  warmUp(intervals: readonly WarmupInterval[]): void {
    for (const interval of intervals) this.#observeLoad(interval)
    for (const predictor of [this.#numReq, this.#isl, this.#osl]) predictor.expectIdle()
    this.#isLive = false
  }

  /** Takes in a window and expects the next. */
  forecast(traffic: TrafficObservation16): TrafficForecast16 {
    this.#observeLoad(traffic)
    if (!Number.isNaN(traffic.kvHitRate)) this.#lastHitRate = traffic.kvHitRate
    const {acceptLength} = traffic
    if (acceptLength !== null && Number.isFinite(acceptLength)) {
      this.#lastAcceptLength = clampAcceptLength(acceptLength, this.#speculativeDepth)
    }
    return {
      numReq: this.#numReq.predictNext(),
      isl: this.#isl.predictNext(),
      osl: this.#osl.predictNext(),
      kvHitRate: this.#lastHitRate,
      acceptLength: clampAcceptLength(this.#lastAcceptLength, this.#speculativeDepth),
      windowS: traffic.durationS,
    }
  }

  /** Idle windows have no lengths: the last ones go on, so that time passes without zeros being learned. */
  #observeLoad({numReq, isl, osl}: WarmupInterval): void {
    this.#numReq.addDataPoint(numReq)
    if (numReq > 0) {
      this.#isLive = true
      this.#lastShape = {
        isl: Number.isFinite(isl) ? isl : this.#lastShape.isl,
        osl: Number.isFinite(osl) ? osl : this.#lastShape.osl,
      }
    }
    const shape = numReq === 0 && this.#isLive ? this.#lastShape : {isl, osl}
    if (Number.isFinite(shape.isl)) this.#isl.addDataPoint(shape.isl)
    if (Number.isFinite(shape.osl)) this.#osl.addDataPoint(shape.osl)
  }
}

/** Tokens per decode pass that speculation of this depth can give; 1 without any (planner-1.6.md 9.4). */
export function clampAcceptLength(acceptLength: number | null, depth: number): number {
  if (depth <= 0 || acceptLength === null || !Number.isFinite(acceptLength)) return 1
  return Math.min(Math.max(acceptLength, 1), depth + 1)
}
