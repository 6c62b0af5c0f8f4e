import {exactPower} from '../../../../core/exact-math.ts'

/**
 * Coefficients of a stationary autoregression and the free numbers an optimiser may vary (Monahan 1984): each
 * free number maps to a partial autocorrelation in (-1, 1). Moving averages use the same map with the sign turned.
 */
export function constrainStationary(free: readonly number[]): number[] {
  let row: number[] = []
  for (const [k, value] of free.entries()) {
    const r = value / Math.sqrt(1 + value * value)
    row = [...row.map((previous, i) => previous + r * row[k - 1 - i]!), r]
  }
  return row.map(value => -value)
}

export function unconstrainStationary(coefficients: readonly number[]): number[] {
  return partialAutocorrelations(coefficients).map(r => r / Math.sqrt(1 - r * r))
}

/** Whether all inverse roots of 1 - c1 z - c2 z² … lie within a circle of the given radius. */
export function hasInverseRootsWithin(coefficients: readonly number[], radius: number): boolean {
  const scaled = coefficients.map((value, i) => value / exactPower(radius, i + 1))
  return partialAutocorrelations(scaled).every(r => Math.abs(r) < 1)
}

/** With the sign convention of `constrainStationary`. NaN where the polynomial is not stationary. */
function partialAutocorrelations(coefficients: readonly number[]): number[] {
  let row = coefficients.map(value => -value)
  const found: number[] = []
  while (row.length > 0) {
    const last = row.length - 1
    const r = row[last]!
    found.unshift(r)
    row = row.slice(0, last).map((value, i) => (value - r * row[last - 1 - i]!) / (1 - r * r))
  }
  return found
}
