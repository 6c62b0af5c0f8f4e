import {bisectLeft, bisectRight} from 'd3-array'
import type {Unit} from '../../format.ts'
import {extremesOf} from './column-levels.ts'
import {type LegendEntry, RULE} from './legend.ts'
import type {Span} from './time-axis.svelte.ts'

/** What a timeline shows, as plain data: the same description draws, reads out, tabulates and exports it. */
export interface Timeline {
  readonly id: string
  readonly title: string
  /** One sentence: what it is and how it was measured. */
  readonly note: string
  readonly unit: Unit
  readonly series: readonly TimeSeries[]
  readonly thresholds: readonly Threshold[]
  readonly scale: 'linear' | 'log'
}

export interface TimeSeries {
  readonly key: string
  readonly label: string
  /** Seconds, rising. */
  readonly x: Float64Array
  /** NaN = no value there. */
  readonly y: Float64Array
  /** `step` holds a value until the next point. */
  readonly shape: 'line' | 'step'
  /** Shades down to zero. */
  readonly fillsArea?: boolean
  /** Which of the five series colours. */
  readonly slot: 0 | 1 | 2 | 3 | 4
  readonly dash?: string
  /** Draws the points too: for series so sparse that a line alone would hide them. */
  readonly markers?: boolean
  /** Bridges missing values: for series that only some ticks have. */
  readonly bridgesGaps?: boolean
  /** May run out of the picture rather than flatten the others; its values still read out and tabulate. */
  readonly mayOverflow?: boolean
  /** Of another run: drawn behind the others, without a colour of its own. */
  readonly isGhost?: boolean
}

export function seriesColour({slot, isGhost = false}: TimeSeries): string {
  return isGhost ? 'var(--ghost)' : `var(--series-${slot})`
}

/** @param extra what an entry has besides, as the value under the cursor */
export function timelineLegend(
  {series, thresholds}: Pick<Timeline, 'series' | 'thresholds'>,
  extra: (series: TimeSeries, index: number) => Partial<LegendEntry> = () => ({}),
): LegendEntry[] {
  return [
    ...series.map((each, i) => ({
      key: each.key,
      label: each.label,
      colour: seriesColour(each),
      mark: each.markers ? ('marked-line' as const) : ('line' as const),
      ...(each.dash === undefined ? {} : {dash: each.dash}),
      ...extra(each, i),
    })),
    ...thresholds.map(({label}) => ({...RULE, key: `rule ${label}`, label})),
  ]
}

export interface Threshold {
  readonly label: string
  readonly value: number
}

/** A series cut to a view, with the neighbours on both sides so that lines run on to the edges. */
export interface Window {
  readonly from: number
  readonly to: number
}

export function windowOf(x: Float64Array, [from, to]: Span): Window {
  return {from: Math.max(bisectLeft(x, from) - 1, 0), to: Math.min(bisectRight(x, to) + 1, x.length)}
}

/**
 * At most four points per bucket (first, lowest, highest, last), so that a line over any number of points keeps
 * every spike and gap and costs no more than the pixels it has.
 */
export function thinIndices(y: Float64Array, {from, to}: Window, buckets: number): Int32Array {
  const count = to - from
  if (count <= buckets * 4) return Int32Array.from({length: Math.max(count, 0)}, (_, i) => from + i)
  const kept: number[] = []
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = from + Math.floor((count * bucket) / buckets)
    const end = from + Math.floor((count * (bucket + 1)) / buckets)
    pushExtremes(kept, y, start, end)
  }
  return Int32Array.from(kept)
}

/** First, lowest, highest, last and the last gap of a bucket, each place once and in order. */
function pushExtremes(kept: number[], y: Float64Array, start: number, end: number): void {
  const {low, high, gap} = extremesOf(y, start, end)
  kept.push(start)
  // Sorted by hand: a zoom does this for every pixel of every line.
  const first = Math.min(low, high, gap)
  const third = Math.max(low, high, gap)
  for (const place of [first, low + high + gap - first - third, third, end - 1])
    if (place > kept.at(-1)!) kept.push(place)
}

/** How much further than the others a series that may overflow can push the axis. */
const OVERFLOW_ROOM = 2

/** Lowest and highest value within a view, thresholds included; null when there is nothing to show. */
function valueExtent(timeline: Timeline, view: Span): Span | null {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let overflow = Number.NEGATIVE_INFINITY
  for (const series of timeline.series) {
    const {from, to} = windowOf(series.x, view)
    const extremes = extremesOf(series.y, from, to)
    if (extremes.low < 0) continue
    low = Math.min(low, series.y[extremes.low]!)
    const highest = series.y[extremes.high]!
    if (series.mayOverflow) overflow = Math.max(overflow, highest)
    else high = Math.max(high, highest)
  }
  high = Math.max(high, Math.min(overflow, high * OVERFLOW_ROOM))
  if (low > high) return null
  for (const threshold of timeline.thresholds) {
    if (threshold.value > high) high = threshold.value
    if (threshold.value < low) low = threshold.value
  }
  return [low, high]
}

/** The y domain to draw: from zero, or on a log scale from the decade-ish below the lowest positive value. */
export function valueDomain(timeline: Timeline, view: Span): Span {
  const extent = valueExtent(timeline, view)
  if (timeline.scale === 'log') {
    const high = extent === null || extent[1] <= 0 ? 10 : extent[1]
    const low = lowestPositive(timeline, view) ?? high / 10
    return [Math.min(low, high / 2) / 1.15, high * 1.15]
  }
  const high = extent === null ? 1 : extent[1]
  const low = Math.min(0, extent?.[0] ?? 0)
  // A share has an end.
  if (timeline.unit === 'share' && high <= 1) return [low, Math.min(high * 1.06, 1) || 1]
  return [low, high > 0 ? high * 1.06 : 1]
}

function lowestPositive(timeline: Timeline, view: Span): number | null {
  let low = Number.POSITIVE_INFINITY
  for (const series of timeline.series) {
    const {from, to} = windowOf(series.x, view)
    const {positive} = extremesOf(series.y, from, to)
    if (positive >= 0) low = Math.min(low, series.y[positive]!)
  }
  for (const threshold of timeline.thresholds) if (threshold.value > 0) low = Math.min(low, threshold.value)
  return Number.isFinite(low) ? low : null
}

/** Index of the point a cursor reads: for steps the one that still holds, else the nearest with a value; or -1. */
export function pointAt(series: TimeSeries, seconds: number): number {
  const {x, y} = series
  if (x.length === 0) return -1
  if (series.shape === 'step') {
    const i = bisectRight(x, seconds) - 1
    return i >= 0 && !Number.isNaN(y[i]!) ? i : -1
  }
  const right = Math.min(bisectLeft(x, seconds), x.length - 1)
  const left = Math.max(right - 1, 0)
  const nearest = seconds - x[left]! <= x[right]! - seconds ? left : right
  if (!Number.isNaN(y[nearest]!)) return nearest
  return series.bridgesGaps ? nearestValue(series, nearest) : -1
}

function nearestValue({x, y}: TimeSeries, index: number): number {
  for (let away = 1; away < x.length; away++) {
    if (index - away >= 0 && !Number.isNaN(y[index - away]!)) return index - away
    if (index + away < x.length && !Number.isNaN(y[index + away]!)) return index + away
  }
  return -1
}

/** Where ←/→ go from `seconds`: the next point with a value, or null at the end. */
export function neighbourPoint(series: TimeSeries, seconds: number | null, direction: 1 | -1): number | null {
  const {x, y} = series
  let i: number
  if (seconds === null) i = direction === 1 ? 0 : x.length - 1
  else i = direction === 1 ? bisectRight(x, seconds) : bisectLeft(x, seconds) - 1
  while (i >= 0 && i < x.length && Number.isNaN(y[i]!)) i += direction
  return x[i] ?? null
}
