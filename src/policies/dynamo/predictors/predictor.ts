/** One series (requests, ISL, OSL or hit rate), one value per throughput tick (planner.md 7). */
export interface LoadPredictor {
  addDataPoint(value: number): void
  /** Value expected for the next interval; 0 before the first one counted. */
  predictNext(): number
  /** Zeros are idle time again until the next other value: called between a warm-up and live traffic. */
  expectIdle(): void
}

/** Drops the zeros of the idle time before traffic starts; later zeros count. NaN counts as 0. */
export class IdleFilter {
  #hasSeenTraffic = false

  /** Returns the value to keep, or null to drop it. */
  accept(value: number): number | null {
    const kept = Number.isNaN(value) ? 0 : value
    if (kept === 0 && !this.#hasSeenTraffic) return null
    if (kept !== 0) this.#hasSeenTraffic = true
    return kept
  }

  expectIdle(): void {
    this.#hasSeenTraffic = false
  }
}
