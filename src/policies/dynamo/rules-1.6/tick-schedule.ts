/** One planned tick, and what is collected for it (planner-1.6.md 3.1). */
export interface ScheduledTick16 {
  readonly atS: number
  readonly isLoad: boolean
  readonly isThroughput: boolean
  /** Built-in plugins whose turn it is. */
  readonly predictIsDue: boolean
  readonly throughputIsDue: boolean
  readonly loadIsDue: boolean
  readonly needsTraffic: boolean
  readonly needsPasses: boolean
}

export interface TickScheduleOptions {
  /** Seconds from tick to tick. */
  readonly cadenceS: number
  readonly loadIntervalS: number
  /** null without throughput scaling. */
  readonly throughputIntervalS: number | null
  readonly hasLoadScaling: boolean
  readonly isSla: boolean
  /** Every tick this much later; 0 is the reference. */
  readonly phaseShiftS: number
}

/** What ran at a tick, which is what the next turns are counted from. */
export interface PluginCalls {
  readonly predict: boolean
  readonly throughput: boolean
  readonly load: boolean
}

/** Allowance for sums of cadences that are no exact numbers; the plugins have none. */
const TOLERANCE_S = 1e-9

/** Ticks at exact multiples of one cadence, at the planned time whatever happened last. */
export class TickSchedule16 {
  readonly #options: TickScheduleOptions
  #lastTickS: number
  #lastLoadS: number
  #lastThroughputS: number
  #lastCallS: {predict: number; throughput: number; load: number}

  constructor(options: TickScheduleOptions) {
    const {phaseShiftS} = options
    this.#options = options
    this.#lastTickS = phaseShiftS
    this.#lastLoadS = phaseShiftS
    this.#lastThroughputS = phaseShiftS
    this.#lastCallS = {predict: phaseShiftS, throughput: phaseShiftS, load: phaseShiftS}
  }

  next(): ScheduledTick16 {
    const {cadenceS, loadIntervalS, throughputIntervalS, hasLoadScaling, isSla} = this.#options
    const atS = this.#lastTickS + cadenceS
    const isLoad = atS - this.#lastLoadS >= loadIntervalS - TOLERANCE_S
    const isThroughput =
      throughputIntervalS !== null && atS - this.#lastThroughputS >= throughputIntervalS - TOLERANCE_S
    const predictIsDue = throughputIntervalS !== null && atS - this.#lastCallS.predict >= throughputIntervalS
    const throughputIsDue =
      throughputIntervalS !== null && atS - this.#lastCallS.throughput >= throughputIntervalS
    const loadIsDue = hasLoadScaling && atS - this.#lastCallS.load >= loadIntervalS
    return {
      atS,
      isLoad,
      isThroughput,
      predictIsDue,
      throughputIsDue,
      loadIsDue,
      needsTraffic: predictIsDue || throughputIsDue || (loadIsDue && isSla && throughputIntervalS === null),
      needsPasses: loadIsDue || (isSla && isLoad),
    }
  }

  advance({atS, isLoad, isThroughput}: ScheduledTick16, calls: PluginCalls): void {
    this.#lastTickS = atS
    if (isLoad) this.#lastLoadS = atS
    if (isThroughput) this.#lastThroughputS = atS
    if (calls.predict) this.#lastCallS.predict = atS
    if (calls.throughput) this.#lastCallS.throughput = atS
    if (calls.load) this.#lastCallS.load = atS
  }
}
