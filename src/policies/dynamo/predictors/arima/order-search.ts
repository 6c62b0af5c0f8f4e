import {type ArimaFit, fitArima, isNearUnitRoot} from './fit.ts'
import type {ArimaOrder} from './state-space.ts'
import {differences, differencingOrder, isConstant} from './stationarity.ts'

/** Largest lag order considered, and the part of the series it may take up. */
const MAX_LAGS = 5
const POINTS_PER_LAG = 3
/** Models tried at most. */
const MAX_FITS = 100

/**
 * Chooses and fits a model as pmdarima's `auto_arima` does with its defaults: differences by KPSS, then a stepwise
 * search over the numbers of AR and MA terms and the constant for the lowest AIC.
 * @throws Error if no model can be fitted
 */
export function searchArima(series: readonly number[]): ArimaFit {
  const d = differencingOrder(series)
  let differenced: readonly number[] = series
  for (let i = 0; i < d; i++) differenced = differences(differenced)
  if (isConstant(differenced)) {
    const only = fitArima(series, {p: 0, d, q: 0, hasConstant: true})
    if (only === null) throw new Error('no ARIMA model fits')
    return only
  }
  const mostLags = Math.min(MAX_LAGS, Math.floor(series.length / POINTS_PER_LAG))
  return new StepwiseSearch(series, d, mostLags).run()
}

class StepwiseSearch {
  readonly #series: readonly number[]
  readonly #d: number
  readonly #mostLags: number
  /** Every model tried, with its AIC; infinite for those not fitted or too close to a unit root. */
  readonly #tried = new Map<string, {fit: ArimaFit | null; aic: number}>()
  #bestAic = Infinity
  #p: number
  #q: number
  #hasConstant: boolean

  constructor(series: readonly number[], d: number, mostLags: number) {
    this.#series = series
    this.#d = d
    this.#mostLags = mostLags
    const start = Math.min(series.length < 10 ? 1 : 2, mostLags)
    this.#p = start
    this.#q = start
    this.#hasConstant = d < 2
  }

  run(): ArimaFit {
    this.#tryStartingModels()
    for (let before = 0; before < this.#tried.size && this.#tried.size < MAX_FITS; ) {
      before = this.#tried.size
      this.#tryNeighbours()
    }
    let best: ArimaFit | null = null
    let bestAic = Infinity
    for (const {fit, aic} of this.#tried.values()) {
      if (aic >= bestAic) continue
      best = fit
      bestAic = aic
    }
    if (best === null) throw new Error('no ARIMA model fits')
    return best
  }

  #tryStartingModels(): void {
    this.#improves(this.#p, this.#q)
    if (this.#improves(0, 0)) this.#moveTo(0, 0)
    if (this.#mostLags > 0) {
      if (this.#improves(1, 0)) this.#moveTo(1, 0)
      if (this.#improves(0, 1)) this.#moveTo(0, 1)
    }
    if (this.#hasConstant && this.#improves(0, 0, false)) this.#moveTo(0, 0)
  }

  /** Takes the first neighbour that is better, so the order of this list matters. */
  #tryNeighbours(): void {
    const steps = [
      [-1, 0],
      [0, -1],
      [1, 0],
      [0, 1],
      [-1, -1],
      [-1, 1],
      [1, -1],
      [1, 1],
    ] as const
    for (const [dp, dq] of steps) {
      const p = this.#p + dp
      const q = this.#q + dq
      if (Math.min(p, q) < 0 || Math.max(p, q) > this.#mostLags || this.#tried.size >= MAX_FITS) continue
      if (this.#improves(p, q)) {
        this.#moveTo(p, q)
        return
      }
    }
    if (this.#tried.size < MAX_FITS && this.#improves(this.#p, this.#q, !this.#hasConstant)) {
      this.#hasConstant = !this.#hasConstant
    }
  }

  #moveTo(p: number, q: number): void {
    this.#p = p
    this.#q = q
  }

  /** Fits a model not tried before and tells whether it is the best so far. */
  #improves(p: number, q: number, hasConstant = this.#hasConstant): boolean {
    const order: ArimaOrder = {p, d: this.#d, q, hasConstant}
    const key = `${p},${q},${hasConstant}`
    if (this.#tried.has(key)) return false
    const fit = fitArima(this.#series, order)
    const isUsable = fit !== null && Number.isFinite(fit.aic) && !isNearUnitRoot(fit)
    const aic = isUsable ? fit.aic : Infinity
    this.#tried.set(key, {fit, aic})
    if (aic >= this.#bestAic) return false
    this.#bestAic = aic
    return true
  }
}
