import {constrainStationary, hasInverseRootsWithin, negated, unconstrainStationary} from './lag-polynomial.ts'
import {minimise} from './lbfgs.ts'
import {solveMinimumNorm} from './pseudo-inverse.ts'
import {type ArimaOrder, type ArimaParameters, filterArima} from './state-space.ts'
import {differences} from './stationarity.ts'

export interface ArimaFit {
  readonly order: ArimaOrder
  readonly parameters: ArimaParameters
  readonly aic: number
  readonly forecast: number
}

/** Iterations of a first fit, as pmdarima sets them. */
const FIRST_FIT_ITERATIONS = 50
/** Iterations when one or a few points have been added. */
const UPDATE_ITERATIONS = 5

/** A model whose inverse roots come closer to 1 than this is not considered. */
const MAX_INVERSE_ROOT = 0.99

export function fitArima(series: readonly number[], order: ArimaOrder): ArimaFit | null {
  return optimise(series, order, startParameters(series, order), FIRST_FIT_ITERATIONS)
}

/** Refits the same order to a longer series from the old parameters, with few iterations. */
export function updateArima(series: readonly number[], previous: ArimaFit): ArimaFit | null {
  return optimise(series, previous.order, previous.parameters, UPDATE_ITERATIONS)
}

export function isNearUnitRoot({parameters}: ArimaFit): boolean {
  return ![parameters.ar, negated(parameters.ma)].every(side => hasInverseRootsWithin(side, MAX_INVERSE_ROOT))
}

function optimise(
  series: readonly number[],
  order: ArimaOrder,
  start: ArimaParameters,
  maxIterations: number,
): ArimaFit | null {
  const values = Float64Array.from(series)
  const objective = (free: Float64Array) => {
    const filtered = filterArima(values, order, toParameters(free, order))
    return filtered === null ? Number.NaN : -filtered.logLikelihood / series.length
  }
  const parameters = toParameters(minimise(objective, toFree(start, order), maxIterations), order)
  const filtered = filterArima(values, order, parameters)
  if (filtered === null || !Number.isFinite(filtered.logLikelihood)) return null
  const count = order.p + order.q + (order.hasConstant ? 2 : 1)
  return {order, parameters, aic: -2 * filtered.logLikelihood + 2 * count, forecast: filtered.forecast}
}

/** The optimiser's numbers: constant, AR, MA, standard deviation. */
function toFree(
  {constant, ar, ma, variance}: ArimaParameters,
  {p, q, hasConstant}: ArimaOrder,
): Float64Array {
  const offset = hasConstant ? 1 : 0
  const free = new Float64Array(offset + p + q + 1)
  if (hasConstant) free[0] = constant
  free.set(unconstrainStationary(ar), offset)
  free.set(unconstrainStationary(negated(ma)), offset + p)
  free[offset + p + q] = Math.sqrt(variance)
  return free
}

function toParameters(free: Float64Array, {p, q, hasConstant}: ArimaOrder): ArimaParameters {
  const offset = hasConstant ? 1 : 0
  const deviation = free[offset + p + q]!
  return {
    constant: hasConstant ? free[0]! : 0,
    ar: constrainStationary(free.subarray(offset, offset + p)),
    ma: negated(constrainStationary(free.subarray(offset + p, offset + p + q))),
    variance: deviation * deviation,
  }
}

/** Conditional least squares: residuals of a long autoregression stand for the shocks (Hannan and Rissanen). */
function startParameters(series: readonly number[], order: ArimaOrder): ArimaParameters {
  let x: readonly number[] = series
  for (let i = 0; i < order.d; i++) x = differences(x)
  const {p, q} = order
  const regression = conditionalRegression(x, order) ?? zeroStart(x, order)
  const {coefficients, residuals} = regression
  const offset = order.hasConstant ? 1 : 0
  const ar = Float64Array.from(coefficients.slice(offset, offset + p))
  const ma = Float64Array.from(coefficients.slice(offset + p))
  return {
    constant: order.hasConstant ? coefficients[0]! : 0,
    ar: hasInverseRootsWithin(ar, 1) ? ar : ar.fill(0),
    ma: hasInverseRootsWithin(negated(ma), 1) ? ma : ma.fill(0),
    variance: Math.max(1e-10, startVariance(x, residuals, q)),
  }
}

interface Regression {
  /** Constant if there is one, then AR, then MA. */
  readonly coefficients: readonly number[]
  /** null where nothing was regressed. */
  readonly residuals: readonly number[] | null
}

/** null if the series is too short. */
function conditionalRegression(x: readonly number[], order: ArimaOrder): Regression | null {
  const {p, q, hasConstant} = order
  if (p + q === 0 && !hasConstant) return {coefficients: [], residuals: null}
  const longLags = 2 * q
  const skipped = Math.max(longLags + q, p)
  if (x.length <= skipped || (q > 0 && x.length <= longLags)) return null
  const shocks = q > 0 ? autoregressionResiduals(x, longLags) : []
  const targets = x.slice(skipped)
  const rows = targets.map((_, i) => {
    const t = skipped + i
    const constant = hasConstant ? [1] : []
    const ar = Array.from({length: p}, (__, lag) => x[t - 1 - lag]!)
    const ma = Array.from({length: q}, (__, lag) => shocks[t - longLags - 1 - lag]!)
    return [...constant, ...ar, ...ma]
  })
  const coefficients = solveMinimumNorm(rows, targets)
  return {coefficients, residuals: residualsOf(rows, targets, coefficients)}
}

function autoregressionResiduals(x: readonly number[], lags: number): readonly number[] {
  const targets = x.slice(lags)
  const rows = targets.map((_, i) => Array.from({length: lags}, (__, lag) => x[lags + i - 1 - lag]!))
  return residualsOf(rows, targets, solveMinimumNorm(rows, targets))
}

function residualsOf(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  coefficients: readonly number[],
): readonly number[] {
  return rows.map((row, i) => {
    let fitted = 0
    for (const [k, value] of row.entries()) fitted += value * coefficients[k]!
    return targets[i]! - fitted
  })
}

function zeroStart(x: readonly number[], {p, q, hasConstant}: ArimaOrder): Regression {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length
  return {
    coefficients: new Array<number>(p + q + (hasConstant ? 1 : 0)).fill(0),
    residuals: [...new Array<number>(2 * q).fill(0), ...x.map(value => value - mean)],
  }
}

function startVariance(x: readonly number[], residuals: readonly number[] | null, q: number): number {
  // Without any regression the reference takes the mean square of the series.
  if (residuals === null) return meanSquare(x)
  if (residuals.length > Math.max(1, q)) return meanSquare(residuals.slice(q))
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length
  return meanSquare(x.map(value => value - mean))
}

function meanSquare(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length
}
