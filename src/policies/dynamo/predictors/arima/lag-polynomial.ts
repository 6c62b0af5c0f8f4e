import {exactPower} from '../../../../core/exact-math.ts'

/**
 * Coefficients of a stationary autoregression and the free numbers an optimiser may vary (Monahan 1984): each
 * free number maps to a partial autocorrelation in (-1, 1). Moving averages use the same map with the sign turned.
 */
export function constrainStationary(free: Float64Array): Float64Array {
  const row = new Float64Array(free.length)
  for (let k = 0; k < free.length; k++) {
    const value = free[k]!
    const r = value / Math.sqrt(1 + value * value)
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const left = row[i]!
      const right = row[j]!
      row[i] = left + r * right
      row[j] = right + r * left
    }
    row[k] = r
  }
  return negated(row)
}

export function unconstrainStationary(coefficients: Float64Array): Float64Array {
  return partialAutocorrelations(coefficients).map(r => r / Math.sqrt(1 - r * r))
}

export function negated(values: Float64Array): Float64Array {
  const result = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) result[i] = -values[i]!
  return result
}

/** Whether all inverse roots of 1 - c1 z - c2 z² … lie within a circle of the given radius. */
export function hasInverseRootsWithin(coefficients: Float64Array, radius: number): boolean {
  const scaled = coefficients.map((value, i) => value / exactPower(radius, i + 1))
  return partialAutocorrelations(scaled).every(r => Math.abs(r) < 1)
}

/** With the sign convention of `constrainStationary`. NaN where the polynomial is not stationary. */
function partialAutocorrelations(coefficients: Float64Array): Float64Array {
  const row = negated(coefficients)
  for (let k = row.length - 1; k > 0; k--) {
    const r = row[k]!
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const left = row[i]!
      const right = row[j]!
      row[i] = (left - r * right) / (1 - r * r)
      row[j] = (right - r * left) / (1 - r * r)
    }
  }
  return row
}
