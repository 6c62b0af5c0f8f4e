/** Of any values; NaN without any. */
export function median(values: Float64Array): number {
  return percentileOf(values.slice().sort(), 50)
}

/** Of sorted values, between neighbours; NaN without any. */
export function percentileOf(sorted: Float64Array, percent: number): number {
  if (sorted.length === 0) return Number.NaN
  const at = ((sorted.length - 1) * percent) / 100
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low)
}

/** Values more alike than that tell an offset from a factor by nothing. */
const LEAST_SPREAD = 1.3
const MOST_SLOPE = 3

/**
 * How much faster measured values grow than simulated ones, between the medians of the lowest and of the highest quarter of the
 * simulated; 1 where those hardly differ.
 */
export function slopeOf(points: {
  readonly measuredMs: Float64Array
  readonly simulatedMs: Float64Array
}): number {
  const {measuredMs, simulatedMs} = points
  const order = Array.from(simulatedMs.keys()).sort((a, b) => simulatedMs[a]! - simulatedMs[b]!)
  const quarter = Math.max(Math.floor(order.length / 4), 1)
  const middle = (part: readonly number[], values: Float64Array) =>
    median(Float64Array.from(part, i => values[i]!))
  const [low, high] = [order.slice(0, quarter), order.slice(-quarter)]
  const [fromMs, toMs] = [middle(low, simulatedMs), middle(high, simulatedMs)]
  if (!(toMs >= LEAST_SPREAD * fromMs)) return 1
  const slope = (middle(high, measuredMs) - middle(low, measuredMs)) / (toMs - fromMs)
  return Math.min(Math.max(slope, 1 / MOST_SLOPE), MOST_SLOPE)
}
