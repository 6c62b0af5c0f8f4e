import {exactExp10, exactLog10} from '../core/exact-math.ts'

/** Counts in bins of equal width on a log axis: `edges[i] … edges[i + 1]` holds `count[i]`. */
export interface LogHistogram {
  readonly edges: Float64Array
  readonly count: Float64Array
  readonly total: number
}

/** Bins per factor of ten: 5 % wide, finer than a screen shows. */
const BINS_PER_DECADE = 48

/** Counts values, each as often as its weight says; values of zero or less fall into the lowest bin. */
export function logHistogram(values: Float64Array, weights: Uint32Array | null = null): LogHistogram {
  let lowest = Number.POSITIVE_INFINITY
  let highest = 0
  for (const value of values) {
    if (value > 0 && value < lowest) lowest = value
    if (value > highest) highest = value
  }
  if (highest === 0) return {edges: new Float64Array(0), count: new Float64Array(0), total: 0}
  const binOf = (value: number) => Math.floor(exactLog10(value) * BINS_PER_DECADE)
  const first = binOf(lowest)
  const count = new Float64Array(binOf(highest) - first + 1)
  let total = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const weight = weights === null ? 1 : weights[i]!
    count[value > 0 ? binOf(value) - first : 0]! += weight
    total += weight
  }
  const edges = Float64Array.from({length: count.length + 1}, (_, i) =>
    exactExp10((first + i) / BINS_PER_DECADE),
  )
  return {edges, count, total}
}
