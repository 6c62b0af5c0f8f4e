/** Lengths of time as a person counts them, in milliseconds: an axis of "1M" ms would have to be divided in the head. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Of a straight axis. */
const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20, 30].map(seconds => seconds * SECOND),
  ...[1, 2, 5, 10, 20, 30].map(minutes => minutes * MINUTE),
  ...[1, 2, 6, 12, 24].map(hours => hours * HOUR),
]

/** The least round step that is no shorter; below a millisecond and beyond a day, decimal ones. */
export function durationStep(leastMs: number): number {
  const round = STEPS_MS.find(step => step >= leastMs * (1 - 1e-9))
  if (round !== undefined && leastMs > 0.5) return round
  const decade = Number(`1e${Math.floor(Math.log10(Math.max(leastMs, 1e-6)))}`)
  return [1, 2, 5, 10].map(factor => factor * decade).find(step => step >= leastMs * (1 - 1e-9)) ?? decade
}

/** Of a log axis: roughly tenfold, then what stands between as fives and twos do between decades. */
export function durationTiers(): readonly (readonly number[])[] {
  return TIERS
}

const BELOW_SECOND = [0.001, 0.01, 0.1, 1, 10, 100]
const TIERS = [
  [...BELOW_SECOND, SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 10 * HOUR, 100 * HOUR],
  [
    ...BELOW_SECOND.map(decade => 5 * decade),
    ...[5 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE, 5 * HOUR, 50 * HOUR],
  ],
  [
    ...BELOW_SECOND.map(decade => 2 * decade),
    ...[2 * SECOND, 20 * SECOND, 2 * MINUTE, 20 * MINUTE, 2 * HOUR, 20 * HOUR],
  ],
]

/** A tick in the largest unit that holds it exactly: `500 ms`, `1.5 s`, `2 min`. */
export function formatDurationTick(ms: number): string {
  const size = Math.abs(ms)
  const sign = ms < 0 ? '−' : ''
  if (size < 1e-9) return '0'
  if (isWhole(size / HOUR)) return `${sign}${decimal(size / HOUR)} h`
  if (isWhole(size / MINUTE)) return `${sign}${decimal(size / MINUTE)} min`
  if (size >= SECOND) return `${sign}${decimal(size / SECOND)} s`
  return `${sign}${decimal(size)} ms`
}

function isWhole(value: number): boolean {
  return value > 0.5 && Math.abs(value - Math.round(value)) < 1e-9
}

function decimal(value: number): string {
  return String(Number(value.toPrecision(3)))
}
