/** How a quantity is spread; values in one unit, which whoever holds it names. */
export type Distribution =
  | {readonly kind: 'constant'; readonly value: number}
  | {readonly kind: 'lognormal'; readonly median: number; readonly p95: number}
  /** Points of the quantile function, both coordinates rising, straight between them and level beyond the ends. */
  | {readonly kind: 'quantiles'; readonly points: readonly (readonly [share: number, value: number])[]}

/** The value that half of all samples stay below: without what a sample from a tail needs, which the page's first load has no use for. */
export function medianOfDistribution(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value
    case 'lognormal':
      return distribution.median
    case 'quantiles':
      return quantileBetween(distribution.points, 0.5)
  }
}

/** Of a quantile function by its points: straight between them, level beyond the ends. */
export function quantileBetween(
  points: readonly (readonly [share: number, value: number])[],
  share: number,
): number {
  const next = points.findIndex(([at]) => at > share)
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return 0
  if (next === 0) return first[1]
  const [low, high] = [points[next - 1], points[next]]
  if (low === undefined || high === undefined) return last[1]
  return low[1] + ((high[1] - low[1]) * (share - low[0])) / (high[0] - low[0])
}
