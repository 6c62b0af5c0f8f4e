/** One run of a curve: the swept value and its p90 TTFT. */
export interface CliffPoint {
  readonly x: number
  readonly ttftMsP90: number
}

export interface Cliff {
  /** The swept value it begins at; null = none found. */
  readonly at: number | null
  /** The last value before it; null without a cliff. */
  readonly lastGoodX: number | null
  /** p90 TTFT of the first point, ms. */
  readonly firstMs: number
  /** What the cliff is measured against: the larger of the SLA and `firstMs`. */
  readonly baseMs: number
  readonly thresholdMs: number
  /** The SLA is missed before anything is varied. */
  readonly missedFromStart: boolean
}

const FACTOR = 3
const LOOK_AHEAD = 3
const CONFIRMATIONS = 2

/** The rule in words, for captions. */
export const CLIFF_RULE =
  `The cliff is the first value from which p90 TTFT is over ${FACTOR} times the larger of the SLA and its first value, ` +
  `at this point and at ${CONFIRMATIONS} of the next ${LOOK_AHEAD}: a single ragged point is none.`

/**
 * Where p90 TTFT leaves its level for good (`CLIFF_RULE`). Points in rising order of x.
 * @returns null without points
 */
export function findCliff(points: readonly CliffPoint[], slaMs: number): Cliff | null {
  const first = points[0]
  if (first === undefined) return null
  const baseMs = Math.max(slaMs, first.ttftMsP90)
  const thresholdMs = FACTOR * baseMs
  const isOver = points.map(point => point.ttftMsP90 > thresholdMs)
  const index = isOver.findIndex((over, i) => over && confirmations(isOver, i) >= CONFIRMATIONS)
  return {
    at: points[index]?.x ?? null,
    lastGoodX: points[index - 1]?.x ?? null,
    firstMs: first.ttftMsP90,
    baseMs,
    thresholdMs,
    missedFromStart: first.ttftMsP90 > slaMs,
  }
}

function confirmations(isOver: readonly boolean[], index: number): number {
  return isOver.slice(index + 1, index + 1 + LOOK_AHEAD).filter(over => over).length
}
