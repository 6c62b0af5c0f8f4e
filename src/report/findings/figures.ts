/** The middle value; of an even count the lower one, so that it is a value that occurred. NaN without any. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN
}
