import {exactExpm1, exactLog1p} from '../../../core/exact-math.ts'
import {IdleFilter, type LoadPredictor} from './predictor.ts'
import {fitTrend, type PiecewiseTrend, trendAt} from './prophet/trend.ts'

export interface ProphetOptions {
  /** Most recent values that are fitted. */
  readonly windowSize: number
  /** Seconds between values. */
  readonly stepS: number
  readonly usesLog1p: boolean
}

/** Fewer values than this and the last one is expected again. */
const FEWEST_VALUES = 5

/**
 * Prophet's default model on equally spaced values: a piecewise linear trend, refitted at every prediction
 * (planner.md 7.4).
 *
 * Exact to about 8 digits, in which the reference passes its parameters on. Daily, weekly and yearly terms, which
 * Prophet adds to windows of two days and more, are left out, and so is its other optimiser for windows of 100
 * values and more: no ordinary replay is that long.
 */
export class ProphetPredictor implements LoadPredictor {
  readonly #filter = new IdleFilter()
  readonly #windowSize: number
  readonly #usesLog1p: boolean
  #values: number[] = []

  constructor({windowSize, usesLog1p}: ProphetOptions) {
    this.#windowSize = windowSize
    this.#usesLog1p = usesLog1p
  }

  expectIdle(): void {
    this.#filter.expectIdle()
  }

  addDataPoint(value: number): void {
    const kept = this.#filter.accept(value)
    if (kept === null) return
    this.#values.push(this.#usesLog1p ? exactLog1p(Math.max(0, kept)) : kept)
    if (this.#values.length > this.#windowSize) this.#values = this.#values.slice(-this.#windowSize)
  }

  predictNext(): number {
    const count = this.#values.length
    const last = this.#values.at(-1) ?? 0
    if (count < FEWEST_VALUES) return this.#usesLog1p ? Math.max(0, exactExpm1(last)) : last
    const forecast = this.#forecast()
    return Math.max(0, this.#usesLog1p ? exactExpm1(forecast) : forecast)
  }

  #forecast(): number {
    const values = this.#values
    const last = values.at(-1)!
    if (values.every(value => value === last)) return last
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const trend: PiecewiseTrend = fitTrend(values.map(value => value / scale))
    // Time runs from 0 to 1 over the window.
    return trendAt(trend, values.length / (values.length - 1)) * scale
  }
}
