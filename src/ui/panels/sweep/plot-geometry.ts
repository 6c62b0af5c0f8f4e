import {area, line} from 'd3-shape'
import {type Corners, roundPx, TITLED_MARGIN, wantedTicks} from '../../kit/charts/base/geometry.ts'
import {linearScale, logScale, type ValueScale} from '../../kit/charts/base/value-scale.ts'
import type {Plot, PlotPoint, PlotSeries} from './plots.ts'
import type {XScale} from './x-axis.ts'

/** Values of the whole plot, bands and targets included, from zero or on a log axis from below the lowest. */
export function plotScale(plot: Plot, height: number): ValueScale {
  const points = plot.series.flatMap(series => series.points)
  const options = {
    range: [height - TITLED_MARGIN.bottom, TITLED_MARGIN.top],
    wanted: wantedTicks(height),
    unit: plot.unit,
  } as const
  const high = points.reduce((most, point) => Math.max(most, point.high), 0)
  if (plot.scale === 'log') {
    const positive = points.filter(point => point.low > 0)
    const least = positive.reduce((low, point) => Math.min(low, point.low), high || 10)
    const from = Math.min(least, (high || 10) / 2) / 1.25
    const scale = logScale([from, (high || 10) * 1.25], options)
    return Object.assign((value: number) => scale(Math.max(value, from)), {ticks: scale.ticks})
  }
  // A share is of one; its axis must not end at 1.06.
  const top = plot.unit === 'share' ? 1 : high > 0 ? high * 1.06 : 1
  return linearScale([0, top], options)
}

export interface PlotPath {
  readonly series: PlotSeries
  readonly stroke: string
  /** Spread of the repeats as an area; '' without any. */
  readonly band: string
  /** The same as a line at each value, where nothing lies between values. */
  readonly ranges: string
  readonly marks: readonly PlotMark[]
  /** Its corners, from left to right. */
  readonly points: Corners
}

export interface PlotMark {
  readonly x: number
  readonly y: number
  /** Of the scenario itself; null where it is the median, as far as the eye can tell. */
  readonly ownY: number | null
  readonly point: PlotPoint
}

/** @param isContinuous there is something between two values; else no line joins them */
export function plotPaths(
  plot: Plot,
  {x, y, isContinuous}: {readonly x: XScale; readonly y: ValueScale; readonly isContinuous: boolean},
): readonly PlotPath[] {
  return plot.series.map(series => {
    const {points} = series
    const xOf = (point: PlotPoint) => roundPx(x(point.x))
    const hasBand = points.some(({low, high}) => low < high)
    const joins = isContinuous || series.kind === 'target'
    return {
      series,
      points: points.map(point => [xOf(point), roundPx(y(point.y))] as const),
      stroke: joins ? (line<PlotPoint>(xOf, point => roundPx(y(point.y)))(points) ?? '') : '',
      ranges: joins ? '' : rangesPath(points, xOf, y),
      band:
        hasBand && joins
          ? (area<PlotPoint>(
              xOf,
              point => roundPx(y(point.low)),
              point => roundPx(y(point.high)),
            )(points) ?? '')
          : '',
      marks:
        series.kind === 'target'
          ? []
          : points.map(point => ({
              x: xOf(point),
              y: roundPx(y(point.y)),
              ownY: ownPx(point, y),
              point,
            })),
    }
  })
}

function rangesPath(points: readonly PlotPoint[], xOf: (point: PlotPoint) => number, y: ValueScale): string {
  return points
    .filter(({low, high}) => low < high)
    .map(point => `M${xOf(point)} ${roundPx(y(point.low))}V${roundPx(y(point.high))}`)
    .join('')
}

/** Nearer to the median's mark it would only hide it. */
const APART_PX = 3

function ownPx({own, y: median}: PlotPoint, y: ValueScale): number | null {
  if (own === undefined || Math.abs(y(own) - y(median)) < APART_PX) return null
  return roundPx(y(own))
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
