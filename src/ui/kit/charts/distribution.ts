import {bisectRight} from 'd3-array'
import {type ScaleLinear, type ScaleLogarithmic, scaleLinear, scaleLog} from 'd3-scale'
import type {LogHistogram} from '../../../report/log-histogram.ts'
import {formatCount, formatMs, formatValue} from '../format.ts'
import {formatTick, logTicks, MARGIN} from './geometry.ts'

/** Share of values in the bins up to `value`; exact at bin edges. */
export function shareBelow({edges, count, total}: LogHistogram, value: number): number {
  let below = 0
  for (let i = 0; i < count.length && edges[i + 1]! <= value * (1 + 1e-12); i++) below += count[i]!
  return total > 0 ? below / total : Number.NaN
}

/** Bin that holds a value, or -1 outside. */
export function binAt({edges}: LogHistogram, value: number): number {
  const bin = bisectRight(edges, value) - 1
  return bin >= 0 && bin < edges.length - 1 ? bin : -1
}

export function readBin(
  histogram: LogHistogram,
  bin: number,
  {noun, format = formatMs}: {readonly noun: string; readonly format?: (value: number) => string},
): string {
  const {edges, count} = histogram
  const upper = edges[bin + 1]!
  const range = `${format(edges[bin]!)} to ${format(upper)}`
  const below = formatValue(shareBelow(histogram, upper), 'share')
  return `${range}: ${formatCount(count[bin]!)} ${noun}; ${below} are at most ${format(upper)}`
}

/**
 * Bins merged in groups until each is at least so many pixels wide: bars thinner than that are noise, and the
 * share axis then reads "per bar".
 */
export function mergeBins(histogram: LogHistogram, widthPx: number, minBarPx: number): LogHistogram {
  const {edges, count, total} = histogram
  const group = Math.max(1, Math.ceil((count.length * minBarPx) / Math.max(widthPx, 1)))
  if (group === 1) return histogram
  const bars = Math.ceil(count.length / group)
  const merged = new Float64Array(bars)
  count.forEach((n, i) => {
    merged[Math.floor(i / group)]! += n
  })
  const last = edges.length - 1
  const mergedEdges = Float64Array.from({length: bars + 1}, (_, i) => edges[Math.min(i * group, last)]!)
  return {edges: mergedEdges, count: merged, total}
}

/** A named place on the value axis. */
export interface Mark {
  readonly label: string
  readonly value: number
}

interface DistributionWords {
  readonly percentiles: readonly Mark[]
  readonly target: number | null
  /** A value with its unit. */
  readonly format: (value: number) => string
}

/** What the picture says, for those who do not see it. */
export function describeDistribution(
  histogram: LogHistogram,
  {percentiles, target, format}: DistributionWords,
): string {
  const marks = percentiles.map(mark => `${mark.label} ${format(mark.value)}`).join(', ')
  if (target === null) return `${marks}.`
  return `${marks}; ${formatValue(shareBelow(histogram, target), 'share')} within SLA ${format(target)}.`
}

/** The drawn geometry of a histogram. */
export interface DistributionShape {
  readonly bars: LogHistogram
  readonly low: number
  readonly x: ScaleLogarithmic<number, number>
  readonly y: ScaleLinear<number, number>
  readonly xTicks: readonly number[]
  readonly outline: string
}

/** Bars narrower than this are noise. */
const MIN_BAR_PX = 3

/** Of a tick's label; the axis is set in 11 px figures. */
const CHARACTER_PX = 6.6
const LABEL_GAP_PX = 6

/** Ticks whose labels neither touch nor run out of the picture; decades first, then fives, then twos. */
export function ticksWithRoom(
  ticks: readonly number[],
  x: (value: number) => number,
  width: number,
): number[] {
  const factor = (tick: number) => Math.round(tick / 10 ** Math.floor(Math.log10(tick) + 1e-9))
  const order = [1, 5, 2]
  const rank = (tick: number) => (order.includes(factor(tick)) ? order.indexOf(factor(tick)) : order.length)
  const taken: {readonly tick: number; readonly from: number; readonly to: number}[] = []
  for (const tick of [...ticks].sort((a, b) => rank(a) - rank(b) || a - b)) {
    const half = (formatTick(tick, 'ms').length * CHARACTER_PX) / 2
    const [from, to] = [x(tick) - half, x(tick) + half]
    const touches = taken.some(other => from < other.to + LABEL_GAP_PX && to > other.from - LABEL_GAP_PX)
    if (!touches && from >= 0 && to <= width) taken.push({tick, from, to})
  }
  return taken.map(({tick}) => tick).sort((a, b) => a - b)
}

export function distributionShape(
  histogram: LogHistogram,
  {width, height, target}: {readonly width: number; readonly height: number; readonly target: number | null},
): DistributionShape {
  const bars = mergeBins(histogram, width - MARGIN.left - MARGIN.right, MIN_BAR_PX)
  const low = Math.min(bars.edges[0] ?? 1, target ?? Number.POSITIVE_INFINITY)
  const high = Math.max(bars.edges.at(-1) ?? 10, (target ?? 0) * 1.1)
  const x = scaleLog([low, high], [MARGIN.left, Math.max(width - MARGIN.right, MARGIN.left + 1)])
  const highest = bars.count.reduce((max, n) => Math.max(max, n), 0) / Math.max(bars.total, 1)
  const y = scaleLinear([0, highest || 1], [height - MARGIN.bottom, MARGIN.top]).nice(3)
  let outline = `M${x(low).toFixed(1)} ${y(0)}`
  bars.count.forEach((n, i) => {
    const top = y(n / bars.total).toFixed(1)
    outline += `L${x(bars.edges[i]!).toFixed(1)} ${top}L${x(bars.edges[i + 1]!).toFixed(1)} ${top}`
  })
  return {
    bars,
    low,
    x,
    y,
    xTicks: ticksWithRoom(logTicks(low, high, Math.max(width / 60, 2)), x, width),
    outline: `${outline}V${y(0)}`,
  }
}
