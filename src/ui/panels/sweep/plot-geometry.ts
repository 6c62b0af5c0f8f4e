import {scaleLinear, scaleLog} from 'd3-scale'
import {area, line} from 'd3-shape'
import {logTicks, MARGIN, type ValueScale} from '../../kit/charts/geometry.ts'
import type {Plot, PlotPoint, PlotSeries} from './plots.ts'
import type {XScale} from './x-axis.ts'

/** Values of the whole plot, bands and targets included, from zero or on a log axis from below the lowest. */
export function plotScale(plot: Plot, height: number): ValueScale {
  const points = plot.series.flatMap(series => series.points)
  const range = [height - MARGIN.bottom, MARGIN.top]
  const wanted = Math.max(2, Math.floor(height / 36))
  const high = points.reduce((most, point) => Math.max(most, point.high), 0)
  if (plot.scale === 'log') {
    const positive = points.filter(point => point.low > 0)
    const low = positive.reduce((least, point) => Math.min(least, point.low), high || 10)
    const scale = scaleLog([Math.min(low, (high || 10) / 2) / 1.25, (high || 10) * 1.25], range).clamp(true)
    const [from = 1, to = 10] = scale.domain()
    return Object.assign((value: number) => scale(Math.max(value, from)), {ticks: logTicks(from, to, wanted)})
  }
  // A share is of one; its axis must not end at 1.06.
  const top = plot.unit === 'share' ? 1 : high > 0 ? high * 1.06 : 1
  const scale = scaleLinear([0, top], range).nice(wanted)
  const ticks = scale.ticks(wanted).filter(tick => plot.unit !== 'count' || Number.isInteger(tick))
  return Object.assign((value: number) => scale(value), {ticks})
}

export interface PlotPath {
  readonly series: PlotSeries
  readonly stroke: string
  /** Spread of the repeats; '' without any. */
  readonly band: string
  readonly marks: readonly {readonly x: number; readonly y: number; readonly point: PlotPoint}[]
}

export function plotPaths(plot: Plot, x: XScale, y: ValueScale): readonly PlotPath[] {
  return plot.series.map(series => {
    const {points} = series
    const xOf = (point: PlotPoint) => round(x(point.x))
    const hasBand = points.some(({low, high}) => low < high)
    return {
      series,
      stroke: line<PlotPoint>(xOf, point => round(y(point.y)))(points) ?? '',
      band: hasBand
        ? (area<PlotPoint>(
            xOf,
            point => round(y(point.low)),
            point => round(y(point.high)),
          )(points) ?? '')
        : '',
      marks:
        series.kind === 'target' ? [] : points.map(point => ({x: xOf(point), y: round(y(point.y)), point})),
    }
  })
}

/** The mark nearest to a place, if it is near enough to be meant. */
export function markNear(
  paths: readonly PlotPath[],
  at: {readonly x: number; readonly y: number},
  reachPx: number,
): PlotPoint | null {
  let best: PlotPoint | null = null
  let bestPx = reachPx
  for (const {marks} of paths) {
    for (const {x, y, point} of marks) {
      const distance = Math.hypot(x - at.x, y - at.y)
      if (point.pointId === null || distance > bestPx) continue
      best = point
      bestPx = distance
    }
  }
  return best
}

function round(px: number): number {
  return Math.round(px * 10) / 10
}
