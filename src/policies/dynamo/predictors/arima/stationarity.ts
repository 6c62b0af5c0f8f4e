/** Number of differences after which KPSS no longer finds a unit root, at most 2 (pmdarima's `ndiffs`). */
export function differencingOrder(series: readonly number[]): number {
  let x = series
  let d = 0
  if (isConstant(x)) return d
  while (d < 2 && kpssStatistic(x) > CRITICAL_5_PERCENT) {
    d++
    x = differences(x)
    if (isConstant(x)) break
  }
  return d
}

export function differences(series: readonly number[]): number[] {
  return series.slice(1).map((value, i) => value - series[i]!)
}

export function isConstant(series: readonly number[]): boolean {
  return series.every(value => value === series[0])
}

/** Level stationarity is rejected above this value of the statistic. */
const CRITICAL_5_PERCENT = 0.463

function kpssStatistic(series: readonly number[]): number {
  const n = series.length
  const mean = series.reduce((sum, value) => sum + value, 0) / n
  const residuals = series.map(value => value - mean)
  let partial = 0
  let eta = 0
  for (const residual of residuals) {
    partial += residual
    eta += partial * partial
  }
  return eta / n ** 2 / longRunVariance(residuals)
}

/** Bartlett weights, short truncation lag. */
function longRunVariance(residuals: readonly number[]): number {
  const n = residuals.length
  const lags = Math.trunc(4 * Math.sqrt(Math.sqrt(n / 100)))
  let covariances = 0
  for (let lag = 1; lag <= lags; lag++) {
    let sum = 0
    for (let i = lag; i < n; i++) sum += residuals[i]! * residuals[i - lag]!
    covariances += sum * (1 - lag / (lags + 1))
  }
  return residuals.reduce((sum, value) => sum + value * value, 0) / n + (2 * covariances) / n
}
