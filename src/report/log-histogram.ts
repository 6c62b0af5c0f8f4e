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
export function logHistogram(
  values: Float64Array,
  weights: Uint32Array | Float64Array | null = null,
): LogHistogram {
  let lowest = Number.POSITIVE_INFINITY
  let highest = 0
  for (const value of values) {
    if (value > 0 && value < lowest) lowest = value
    if (value > highest) highest = value
  }
  if (highest === 0) return {edges: new Float64Array(0), count: new Float64Array(0), total: 0}
  const first = binOf(lowest)
  const count = new Float64Array(binOf(highest) - first + 1)
  const edges = Float64Array.from({length: count.length + 1}, (_, i) =>
    exactExp10((first + i) / BINS_PER_DECADE),
  )
  let total = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const weight = weights === null ? 1 : weights[i]!
    count[value > 0 ? (binBetween(edges, value) ?? binOf(value) - first) : 0]! += weight
    total += weight
  }
  return {edges, count, total}
}

function binOf(value: number): number {
  return Math.floor(exactLog10(value) * BINS_PER_DECADE)
}

/** So close to an edge only the logarithm itself tells on which side a value is; both are exact to far more. */
const AT_EDGE = 1e-9

/** The bin whose edges a value clearly lies between, found without its logarithm; null where it is too close to one. */
function binBetween(edges: Float64Array, value: number): number | null {
  let low = 0
  let high = edges.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (edges[middle]! <= value) low = middle
    else high = middle
  }
  const isInside = value > edges[low]! * (1 + AT_EDGE) && value < edges[high]! * (1 - AT_EDGE)
  return isInside ? low : null
}
