import {exactExpm1, exactLog1p} from '../../../core/exact-math.ts'
import {IdleFilter, type LoadPredictor} from './predictor.ts'

export interface KalmanOptions {
  readonly levelNoise: number
  readonly trendNoise: number
  readonly observationNoise: number
  readonly usesLog1p: boolean
  /** Fewer values than this and the last one is expected again; 1.2.1 asks the filter from the first one on. */
  readonly minPoints?: number
  /** Whether a negative forecast becomes 0; 1.2.1 lets it stand. */
  readonly isClamped?: boolean
}

/** Uncertainty of level and trend before the first value. */
const INITIAL_VARIANCE = 1000

/**
 * Kalman filter with a local linear trend, state [level, trend] (planner.md 7.3). Exact: the covariance update is
 * Joseph's form, as in the reference, with its products in the same order.
 */
export class KalmanPredictor implements LoadPredictor {
  readonly #filter = new IdleFilter()
  readonly #usesLog1p: boolean
  readonly #levelNoise: number
  readonly #trendNoise: number
  readonly #observationNoise: number
  readonly #minPoints: number
  readonly #isClamped: boolean

  #count = 0
  #last = 0
  #level = 0
  #trend = 0
  #p00 = INITIAL_VARIANCE
  #p01 = 0
  #p10 = 0
  #p11 = INITIAL_VARIANCE
  #isInitialised = false
  /** Level forecast since the last value; the filter steps once per value however often it is asked. */
  #forecast: number | null = null

  constructor(options: KalmanOptions) {
    this.#usesLog1p = options.usesLog1p
    this.#levelNoise = Math.max(1e-12, options.levelNoise)
    this.#trendNoise = Math.max(1e-12, options.trendNoise)
    this.#observationNoise = Math.max(1e-9, options.observationNoise)
    this.#minPoints = options.minPoints ?? 0
    this.#isClamped = options.isClamped ?? false
  }

  expectIdle(): void {
    this.#filter.expectIdle()
  }

  addDataPoint(value: number): void {
    const kept = this.#filter.accept(value)
    if (kept === null) return
    this.#count++
    this.#last = kept
    const z = this.#usesLog1p ? exactLog1p(Math.max(0, kept)) : kept
    if (this.#isInitialised) {
      if (this.#forecast === null) this.#stepForward()
      this.#update(z)
    } else {
      this.#level = z
      this.#trend = 0
      this.#isInitialised = true
    }
    this.#forecast = null
  }

  /** Without log1p the forecast may be negative in 1.2.1. A filter of too few values is not stepped forward either. */
  predictNext(): number {
    if (!this.#isInitialised) return 0
    if (this.#count < this.#minPoints) return this.#last
    if (this.#forecast === null) {
      this.#stepForward()
      this.#forecast = this.#level
    }
    if (this.#usesLog1p) return Math.max(0, exactExpm1(this.#forecast))
    return this.#isClamped ? Math.max(0, this.#forecast) : this.#forecast
  }

  /** x = F x, P = F P F' + Q with F = [[1, 1], [0, 1]]. */
  #stepForward(): void {
    this.#level += this.#trend
    const a00 = this.#p00 + this.#p10
    const a01 = this.#p01 + this.#p11
    this.#p00 = a00 + a01 + this.#levelNoise
    this.#p01 = a01
    this.#p10 = this.#p10 + this.#p11
    this.#p11 = this.#p11 + this.#trendNoise
  }

  #update(z: number): void {
    const residual = z - this.#level
    const innovation = this.#p00 + this.#observationNoise
    const inverse = 1 / innovation
    const k0 = this.#p00 * inverse
    const k1 = this.#p10 * inverse
    this.#level += k0 * residual
    this.#trend += k1 * residual

    // (I - K H) P (I - K H)' + K R K'
    const m00 = 1 - k0
    const m10 = -k1
    const a00 = m00 * this.#p00
    const a01 = m00 * this.#p01
    const a10 = m10 * this.#p00 + this.#p10
    const a11 = m10 * this.#p01 + this.#p11
    const r = this.#observationNoise
    this.#p00 = a00 * m00 + k0 * r * k0
    this.#p01 = a00 * m10 + a01 + k0 * r * k1
    this.#p10 = a10 * m00 + k1 * r * k0
    this.#p11 = a10 * m10 + a11 + k1 * r * k1
  }
}
