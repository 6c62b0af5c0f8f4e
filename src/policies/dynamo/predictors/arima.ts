import {exactExpm1, exactLog1p} from '../../../core/exact-math.ts'
import {type ArimaFit, updateArima} from './arima/fit.ts'
import {searchArima} from './arima/order-search.ts'
import {IdleFilter, type LoadPredictor} from './predictor.ts'

/** Fewer values than this and the last one is expected again. */
const FEWEST_VALUES = 5

/**
 * ARIMA of an order chosen once, at the fifth value, and kept from then on (planner.md 7.2). A series that shows
 * no autocorrelation is modelled in logarithms instead, for good.
 *
 * Not exact: the reference stops its optimiser after 50 steps, and after 5 when it adds a value, wherever it has got
 * to. This one takes the same steps and mostly agrees to 6 digits and more. On series where the steps go far (an
 * autoregression of large numbers) they multiply the rounding of the first ones: there the reference itself gives
 * figures some percent apart on different machines, and so does this.
 */
export class ArimaPredictor implements LoadPredictor {
  readonly #filter = new IdleFilter()
  readonly #usesLog1p: boolean
  readonly #raw: number[] = []
  /** The series the model was fitted to, in the model's space. */
  #fitted: number[] = []
  #pending: number[] = []
  #model: ArimaFit | null = null
  #isLog: boolean

  constructor(options: {readonly usesLog1p: boolean}) {
    this.#usesLog1p = options.usesLog1p
    this.#isLog = options.usesLog1p
  }

  expectIdle(): void {
    this.#filter.expectIdle()
  }

  addDataPoint(value: number): void {
    const kept = this.#filter.accept(value)
    if (kept === null) return
    const raw = Math.max(0, kept)
    this.#raw.push(raw)
    this.#pending.push(raw)
  }

  predictNext(): number {
    const last = this.#raw.at(-1) ?? 0
    if (this.#raw.length < FEWEST_VALUES || this.#raw.every(value => value === last)) return last
    try {
      const model = this.#model === null ? this.#fitFirst() : this.#update(this.#model)
      const forecast = this.#isLog ? exactExpm1(model.forecast) : model.forecast
      return Math.max(0, forecast)
    } catch {
      // The reference swallows every failure here, and with it the values it had not yet used.
      return last
    } finally {
      this.#pending = []
    }
  }

  #fitFirst(): ArimaFit {
    const series = this.#toModelSpace(this.#raw)
    let model = searchArima(series)
    this.#fitted = series
    if (!this.#usesLog1p && model.order.p === 0 && model.order.q === 0) {
      const logs = this.#raw.map(exactLog1p)
      const logModel = tryToSearch(logs)
      if (logModel !== null) {
        model = logModel
        this.#fitted = logs
        this.#isLog = true
      }
    }
    this.#model = model
    return model
  }

  #update(model: ArimaFit): ArimaFit {
    if (this.#pending.length === 0) return model
    const series = [...this.#fitted, ...this.#toModelSpace(this.#pending)]
    const updated = updateArima(series, model)
    if (updated === null) throw new Error('the ARIMA model cannot be updated')
    this.#fitted = series
    this.#model = updated
    return updated
  }

  #toModelSpace(values: readonly number[]): number[] {
    return this.#isLog ? values.map(exactLog1p) : [...values]
  }
}

function tryToSearch(series: readonly number[]): ArimaFit | null {
  try {
    return searchArima(series)
  } catch {
    return null
  }
}
