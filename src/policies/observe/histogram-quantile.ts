/**
 * Prometheus' `histogram_quantile` over counts by bucket: straight inside a bucket, the largest bound for what lies beyond, NaN
 * without a single count.
 */
export function histogramQuantile(bounds: readonly number[], counts: Float64Array, quantile: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return Number.NaN
  const rank = quantile * total
  let below = 0
  for (const [i, bound] of bounds.entries()) {
    const count = counts[i] ?? 0
    if (count > 0 && below + count >= rank) {
      const lower = bounds[i - 1] ?? 0
      return lower + ((bound - lower) * (rank - below)) / count
    }
    below += count
  }
  return bounds.at(-1) ?? Number.NaN
}
