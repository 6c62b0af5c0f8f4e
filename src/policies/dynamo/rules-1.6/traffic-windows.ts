/** Traffic of one window as the engine counts it (planner-1.6.md 4.3). Means are 0 where nothing was counted. */
export interface TrafficCounts {
  readonly durationS: number
  /** Requests that arrived. */
  readonly numReq: number
  /** Means over requests that finished, and how many those were. */
  readonly avgIsl: number
  readonly avgOsl: number
  readonly shapeCount: number
  readonly avgTtftMs: number
  readonly ttftCount: number
  readonly avgItlMs: number
  readonly itlCount: number
  readonly avgKvHitRate: number
  readonly hitRateCount: number
  /** Tokens accepted per decode pass of a request; null where none decoded. */
  readonly avgAcceptLength: number | null
  readonly acceptLengthForwardCount: number
}

/** What the planner gets to see of it. */
export interface TrafficObservation16 {
  readonly durationS: number
  readonly numReq: number
  readonly isl: number
  readonly osl: number
  readonly kvHitRate: number
  readonly acceptLength: number | null
}

/**
 * The windows of all ticks since traffic was last read, merged one by one. The means differ from one division over the
 * whole in their last bits, so the order is the reference's.
 */
export class TrafficWindows {
  #merged: TrafficCounts | null = null

  add(window: TrafficCounts): void {
    this.#merged = this.#merged === null ? window : merge(this.#merged, window)
  }

  /** Everything since the last call; null for a window of no length. */
  consume(): TrafficObservation16 | null {
    const merged = this.#merged
    this.#merged = null
    if (merged === null || !(merged.durationS > 0)) return null
    return {
      durationS: merged.durationS,
      numReq: merged.numReq,
      isl: merged.avgIsl,
      osl: merged.avgOsl,
      kvHitRate: merged.avgKvHitRate,
      acceptLength: merged.avgAcceptLength,
    }
  }
}

function merge(a: TrafficCounts, b: TrafficCounts): TrafficCounts {
  return {
    durationS: a.durationS + b.durationS,
    numReq: a.numReq + b.numReq,
    avgIsl: weightedMean(a.avgIsl, a.shapeCount, b.avgIsl, b.shapeCount),
    avgOsl: weightedMean(a.avgOsl, a.shapeCount, b.avgOsl, b.shapeCount),
    shapeCount: a.shapeCount + b.shapeCount,
    avgTtftMs: weightedMean(a.avgTtftMs, a.ttftCount, b.avgTtftMs, b.ttftCount),
    ttftCount: a.ttftCount + b.ttftCount,
    avgItlMs: weightedMean(a.avgItlMs, a.itlCount, b.avgItlMs, b.itlCount),
    itlCount: a.itlCount + b.itlCount,
    avgKvHitRate: weightedMean(a.avgKvHitRate, a.hitRateCount, b.avgKvHitRate, b.hitRateCount),
    hitRateCount: a.hitRateCount + b.hitRateCount,
    avgAcceptLength: acceptLengthOf(a, b),
    acceptLengthForwardCount: a.acceptLengthForwardCount + b.acceptLengthForwardCount,
  }
}

function weightedMean(a: number, weightA: number, b: number, weightB: number): number {
  const weight = weightA + weightB
  return weight > 0 ? (a * weightA + b * weightB) / weight : 0
}

/** A window without any decode pass is left out rather than counted as 0. */
function acceptLengthOf(a: TrafficCounts, b: TrafficCounts): number | null {
  if (a.avgAcceptLength === null) return b.avgAcceptLength
  if (b.avgAcceptLength === null) return a.avgAcceptLength
  const passes = a.acceptLengthForwardCount + b.acceptLengthForwardCount
  if (!(passes > 0)) return null
  return weightedMean(
    a.avgAcceptLength,
    a.acceptLengthForwardCount,
    b.avgAcceptLength,
    b.acceptLengthForwardCount,
  )
}
