import type {OutsideFlag} from './outside.ts'

/** One measured axis: keys rising, one latency in ms per key. */
export interface Curve {
  readonly keys: ArrayLike<number>
  readonly values: Float64Array
}

/** Roofline time of one point of a curve, ms. */
export type CurveRoofline = (key: number) => number

/**
 * Linear between the keys; beyond the ends the utilisation of the end point is held: time grows
 * with the roofline (perf-model-012.md 6.2).
 */
export function curveAt(curve: Curve, query: number, roofline: CurveRoofline, outside: OutsideFlag): number {
  const {keys, values} = curve
  const last = keys.length - 1
  if (query < keys[0]! || query > keys[last]!) {
    outside.hit = true
    const end = query < keys[0]! ? 0 : last
    return roofline(query) / (roofline(keys[end]!) / values[end]!)
  }
  const upper = lowerBound(keys, 0, last + 1, query)
  if (keys[upper] === query) return values[upper]!
  const a = values[upper - 1]!
  const weight = (query - keys[upper - 1]!) / (keys[upper]! - keys[upper - 1]!)
  return a + (values[upper]! - a) * weight
}

/** First index in [start, end) whose key is not below the query; `end` if there is none. */
export function lowerBound(keys: ArrayLike<number>, start: number, end: number, query: number): number {
  let low = start
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < query) low = middle + 1
    else high = middle
  }
  return low
}
