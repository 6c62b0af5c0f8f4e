/** When the planner looks next, and what it does then. Seconds. */
export interface ScheduledTick {
  readonly atS: number
  /** Reads forward passes and takes load decisions. */
  readonly isLoad: boolean
  readonly isThroughput: boolean
  readonly needsTraffic: boolean
}

export interface ScheduleOptions {
  readonly loadIntervalS: number
  /** null: throughput scaling is off. */
  readonly throughputIntervalS: number | null
  /** Shifts the first ticks; 0 is the reference. */
  readonly phaseShiftS: number
}

/** Load and throughput ticks closer than this become one. */
const MERGE_TOLERANCE_S = 0.5

/**
 * Two cadences, merged where they nearly coincide (planner.md 2). Every next tick is counted from the time the
 * planner saw, not from the scheduled one, so ticks creep earlier and never catch up; that is the reference's.
 */
export class TickSchedule {
  readonly #options: ScheduleOptions
  #nextLoadS: number
  #nextThroughputS: number

  constructor(options: ScheduleOptions) {
    this.#options = options
    this.#nextLoadS = options.phaseShiftS + options.loadIntervalS
    this.#nextThroughputS = options.phaseShiftS + (options.throughputIntervalS ?? Infinity)
  }

  next(): ScheduledTick {
    const atS = Math.min(this.#nextLoadS, this.#nextThroughputS)
    const isLoad = this.#nextLoadS <= atS + MERGE_TOLERANCE_S
    const isThroughput = this.#nextThroughputS <= atS + MERGE_TOLERANCE_S
    // Where no throughput tick ever comes, load ticks read the traffic for its cache hit rate.
    const needsTraffic = isThroughput || this.#options.throughputIntervalS === null
    return {atS, isLoad, isThroughput, needsTraffic}
  }

  /** Marks a tick as handled at `nowS`. */
  advance(tick: ScheduledTick, nowS: number): void {
    const {phaseShiftS, loadIntervalS, throughputIntervalS} = this.#options
    // A trace may be over before a shifted planner began; counted from there, the next tick would come before this one.
    const fromS = Math.max(nowS, phaseShiftS)
    if (tick.isThroughput) this.#nextThroughputS = fromS + (throughputIntervalS ?? Infinity)
    if (tick.isLoad) this.#nextLoadS = fromS + loadIntervalS
  }
}
