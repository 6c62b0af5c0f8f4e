/** At most `max` rows, evenly over all of them, the first and the last among them. */
export function thinRows<Row>(rows: readonly Row[], max: number): readonly Row[] {
  if (rows.length <= max) return rows
  return Array.from({length: max}, (_, i) => rows[Math.round((i * (rows.length - 1)) / (max - 1))]!)
}
