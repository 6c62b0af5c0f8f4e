import {scaleLinear} from 'd3-scale'
import {area, curveLinear, curveStepAfter, line} from 'd3-shape'
import type {Span} from './time-axis.svelte.ts'
import {type Timeline, type TimeSeries, thinIndices, valueDomain, windowOf} from './timeline.ts'
import {linearScale, logScale, type ValueScale} from './value-scale.ts'

/** Room around a plot for its axes, px. */
export interface Margin {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

/** Equal on every timeline, so that the same moment stands at the same place in all of them. */
export const MARGIN: Margin = {top: 8, right: 12, bottom: 20, left: 52}

/** Where the axis along the bottom has a title. */
export const TITLED_MARGIN: Margin = {...MARGIN, bottom: 36}

export interface TimeScale {
  (seconds: number): number
  invert(px: number): number
}

/** Pixels of the left and right edge of a plot; never empty, so that a scale over it can be inverted. */
export function plotRange(width: number): [number, number] {
  return [MARGIN.left, Math.max(width - MARGIN.right, MARGIN.left + 1)]
}

export function timeScale(view: Span, width: number): TimeScale {
  return scaleLinear([view[0], view[1]], plotRange(width))
}

/** Room for one label of a value axis. */
const VALUE_LABEL_PX = 36

export function wantedTicks(height: number): number {
  return Math.max(2, Math.floor(height / VALUE_LABEL_PX))
}

export function valueScale(timeline: Timeline, view: Span, height: number): ValueScale {
  const domain = valueDomain(timeline, view)
  const options = {
    range: [height - MARGIN.bottom, MARGIN.top],
    wanted: wantedTicks(height),
    unit: timeline.unit,
  } as const
  return timeline.scale === 'log' ? logScale(domain, options) : linearScale(domain, options)
}

export type Corners = readonly (readonly [x: number, y: number])[]

/** As wide as a line is drawn: what is nearer lies under it. */
const LINE_PX = 2
/** Columns of a line in which its corners are told apart. */
const CORNER_PX = 4

export interface SeriesPath {
  readonly stroke: string
  /** Closed to the base line, for areas. */
  readonly fill: string | null
  readonly markers: readonly {readonly x: number; readonly y: number}[]
  /** Of the line, enough for whoever looks for room beside it; NaN breaks it. Made for those who ask. */
  readonly corners: () => Corners
}

export function seriesPath(series: TimeSeries, x: TimeScale, y: ValueScale, view: Span): SeriesPath {
  const widthPx = Math.max(x(view[1]) - x(view[0]), 1)
  const isDefined = (i: number) => !Number.isNaN(series.y[i]!)
  const pointsBy = (columnPx: number) => {
    const inView = thinIndices(series.y, windowOf(series.x, view), Math.ceil(widthPx / columnPx))
    return series.bridgesGaps ? inView.filter(isDefined) : inView
  }
  const indices = pointsBy(LINE_PX)
  const curve = series.shape === 'step' ? curveStepAfter : curveLinear
  const xOf = (i: number) => roundPx(x(series.x[i]!))
  const yOf = (i: number) => roundPx(y(series.y[i]!))
  const stroke = line<number>(xOf, yOf).defined(isDefined).curve(curve)(indices) ?? ''
  const fill = series.fillsArea
    ? area<number>(xOf, roundPx(y(0)), yOf)
        .defined(isDefined)
        .curve(curve)(indices)
    : null
  const markers = series.markers ? [...indices].filter(isDefined).map(i => ({x: xOf(i), y: yOf(i)})) : []
  return {
    stroke,
    fill,
    markers,
    corners: () =>
      cornersOf(
        Array.from(pointsBy(CORNER_PX), i => [xOf(i), yOf(i)] as const),
        series.shape,
      ),
  }
}

function cornersOf(points: Corners, shape: TimeSeries['shape']): Corners {
  if (shape === 'line') return points
  const corners: [number, number][] = []
  for (let i = 0; i < points.length; i++) {
    const y = points[i]![1]
    corners.push([points[i]![0], y])
    if (i + 1 < points.length) corners.push([points[i + 1]![0], y])
  }
  return corners
}

/** Tenths of a pixel: finer cannot be seen and triples the path's length. */
export function roundPx(px: number): number {
  return Math.round(px * 10) / 10
}
