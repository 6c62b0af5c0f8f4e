import {bisectRight} from 'd3-array'
import type {LogHistogram} from '../../../report/log-histogram.ts'
import {formatCount, formatMs, formatValue} from '../format.ts'
import {type Axis, formatTick, type Tick, ticksWithRoom, valueAxis} from './base/axis.ts'
import {type Margin, plotRange, roundPx, TITLED_MARGIN} from './base/geometry.ts'
import {
  type InvertibleScale,
  linearScale,
  logScale,
  logTickTiers,
  type ValueScale,
} from './base/value-scale.ts'
import type {ChartTable} from './frame/chart-table.ts'

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
  const {count} = histogram
  return mergeGroups(histogram, Math.max(1, Math.ceil((count.length * minBarPx) / Math.max(widthPx, 1))))
}

function mergeGroups(histogram: LogHistogram, group: number): LogHistogram {
  const {edges, count, total} = histogram
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

export function distributionTable(histogram: LogHistogram, noun: string, unit: DistributionUnit): ChartTable {
  const rows = Array.from(histogram.count, (n, i) => {
    const upper = histogram.edges[i + 1]!
    return [histogram.edges[i]!, upper, n, shareBelow(histogram, upper)]
  })
  return {columns: [`from_${unit}`, `to_${unit}`, noun, 'share_below'], rows}
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

/** Of the values on the axis along the bottom. */
export type DistributionUnit = 'ms' | 'tokens'

/** The drawn geometry of a histogram. */
export interface DistributionShape {
  readonly bars: LogHistogram
  readonly low: number
  readonly x: InvertibleScale
  readonly y: ValueScale
  readonly xAxis: Axis
  readonly yAxis: Axis
  readonly margin: Margin
  readonly outline: string
  /** Of the baseline; null without one. */
  readonly ghostOutline: string | null
}

/** Bars narrower than this are noise. */
const MIN_BAR_PX = 3

export interface DistributionSize {
  readonly width: number
  readonly height: number
  readonly target: number | null
  readonly unit: DistributionUnit
  /** What the values are. */
  readonly quantity: string
  /** Of a baseline, in bins of the same width; null = there is none. */
  readonly ghost?: LogHistogram | null
}

export function distributionShape(
  histogram: LogHistogram,
  {width, height, target, unit, quantity, ghost = null}: DistributionSize,
): DistributionShape {
  const margin = TITLED_MARGIN
  const plain = ghost === null || ghost.total === 0
  const bars = mergeBins(histogram, width - margin.left - margin.right, MIN_BAR_PX)
  // As wide as the bars in front of it, or their shares could not be compared.
  const behind = plain ? null : mergeGroups(ghost, Math.ceil(histogram.count.length / bars.count.length))
  const low = Math.min(
    bars.edges[0] ?? 1,
    behind?.edges[0] ?? Number.POSITIVE_INFINITY,
    target ?? Number.POSITIVE_INFINITY,
  )
  const high = Math.max(bars.edges.at(-1) ?? 10, behind?.edges.at(-1) ?? 0, (target ?? 0) * 1.1)
  const x = logScale([low, high], {range: plotRange(width), wanted: 2, unit})
  const ticks = ticksWithRoom(
    logTickTiers(low, high, unit)
      .flat()
      .map(tick => ({px: x(tick), label: formatTick(tick, unit)})),
    width,
  )
  const highest = Math.max(highestShare(bars), behind === null ? 0 : highestShare(behind))
  const range = [height - margin.bottom, margin.top] as const
  const y = linearScale([0, highest || 1], {range, wanted: 3, unit: 'share'})
  return {
    bars,
    low,
    x,
    y,
    xAxis: {ticks, title: `${quantity} (${unitWords(ticks, unit)}; log scale)`, hasGrid: false},
    yAxis: valueAxis(y, 'share'),
    margin,
    outline: outlineOf(bars, x, y),
    ghostOutline: behind === null ? null : outlineOf(behind, x, y),
  }
}

/** The units along the axis, the smallest first. */
function unitWords(ticks: readonly Tick[], unit: DistributionUnit): string {
  if (unit !== 'ms') return unit
  const words = ticks.flatMap(({label}) => label.split(' ')[1] ?? [])
  return [...new Set(words)].join(', ') || unit
}

function highestShare({count, total}: LogHistogram): number {
  return count.reduce((max, n) => Math.max(max, n), 0) / Math.max(total, 1)
}

function outlineOf({edges, count, total}: LogHistogram, x: ValueScale, y: ValueScale): string {
  let outline = `M${roundPx(x(edges[0] ?? 1))} ${y(0)}`
  count.forEach((n, i) => {
    const top = roundPx(y(n / total))
    outline += `L${roundPx(x(edges[i]!))} ${top}L${roundPx(x(edges[i + 1]!))} ${top}`
  })
  return `${outline}V${y(0)}`
}
