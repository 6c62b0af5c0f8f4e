import type {RandomStream} from '../../core/random.ts'

/**
 * Random samples for the trace generators. Only + - * / and rounding are used: `Math.exp` and its kind may differ in the
 * last bit between engines, and a generated trace must have the same bytes everywhere.
 */

/** A distribution by points of its quantile function, both coordinates rising: [share, value]. */
export type QuantileTable = readonly (readonly [share: number, value: number])[]

/** The value at `share` in [0, 1), straight between the points. */
export function quantileAt(table: QuantileTable, share: number): number {
  let i = 1
  while (i < table.length - 1 && share >= table[i]![0]) i++
  const [shareLow, low] = table[i - 1]!
  const [shareHigh, high] = table[i]!
  return low + ((high - low) * (share - shareLow)) / (shareHigh - shareLow)
}

/** Whole number from `low` to `high`, both included. */
export function sampleBetween(random: RandomStream, low: number, high: number): number {
  return low + random.nextInt(high - low + 1)
}

/** Bell-shaped with the given mean and deviation, never beyond six deviations: twelve uniforms summed. */
export function sampleBell(random: RandomStream, mean: number, deviation: number): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += random.next()
  return mean + deviation * sum
}

/**
 * How many of `total` events fall into each slot when each picks a slot by weight. Counts are then Poisson per
 * slot, given that their sum is `total`.
 */
export function sampleSlotCounts(
  random: RandomStream,
  total: number,
  weights: readonly number[],
): Int32Array {
  const cumulative = new Float64Array(weights.length)
  let sum = 0
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!
    cumulative[i] = sum
  }
  const counts = new Int32Array(weights.length)
  for (let event = 0; event < total; event++) {
    const slot = firstAbove(cumulative, random.next() * sum)
    counts[slot] = counts[slot]! + 1
  }
  return counts
}

function firstAbove(cumulative: Float64Array, value: number): number {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (cumulative[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}
