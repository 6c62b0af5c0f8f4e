/** What one metric asks for. */
export interface Proposal {
  readonly replicas: number
  /** As the HPA's status shows it: thousandths, or per cent for a utilisation; null where it means nothing. */
  readonly current: number | null
  /** Use over target, after missing and unready pods were filled in. */
  readonly ratio: number
  /** The ratio lay within the tolerance, so the size is kept. */
  readonly isWithinTolerance: boolean
}

/** The band of ratios that change nothing, closed on both sides (policies.md 1.3). */
export interface ToleranceBand {
  readonly low: number
  readonly high: number
}

export function isWithin(band: ToleranceBand, ratio: number): boolean {
  return band.low <= ratio && ratio <= band.high
}
