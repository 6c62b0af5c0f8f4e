/** Spread of one figure over the repeats of a point, for a band. */
export interface Band {
  readonly min: number
  readonly median: number
  readonly max: number
}

/**
 * Phase shifts that spread `count` repeats evenly over one planner interval, the reference's own phase first. Where
 * in a burst the planner happens to look decides much, and nobody chooses it: the spread is luck, not the knob.
 */
export function phaseShiftsS(loadIntervalS: number, count: number): readonly number[] {
  // Milliseconds are short enough to read in a file name and far finer than any interval.
  return Array.from({length: count}, (_, i) => Math.round((i * loadIntervalS * 1000) / count) / 1000)
}

/** The band of some values; null without any. An even count takes the lower of the two middle values. */
export function computeBand(values: readonly number[]): Band | null {
  const sorted = Float64Array.from(values).sort()
  const last = sorted.length - 1
  if (last < 0) return null
  return {min: sorted[0]!, median: sorted[last >> 1]!, max: sorted[last]!}
}
