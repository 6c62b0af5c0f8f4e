import {scaleLinear, scaleLog} from 'd3-scale'
import {area, curveLinear, curveStepAfter, line} from 'd3-shape'
import {formatCompact, type Unit} from '../format.ts'
import type {Span} from './time-axis.svelte.ts'
import {type Timeline, type TimeSeries, thinIndices, valueDomain, windowOf} from './timeline.ts'

/** Equal on every timeline, so that the same moment stands at the same place in all of them. */
export const MARGIN = {top: 8, right: 12, bottom: 20, left: 52} as const

export interface TimeScale {
  (seconds: number): number
  invert(px: number): number
}

export interface ValueScale {
  (value: number): number
  readonly ticks: readonly number[]
}

export function timeScale(view: Span, width: number): TimeScale {
  return scaleLinear([view[0], view[1]], [MARGIN.left, Math.max(width - MARGIN.right, MARGIN.left + 1)])
}

export function valueScale(timeline: Timeline, view: Span, height: number): ValueScale {
  const [low, high] = valueDomain(timeline, view)
  const range = [height - MARGIN.bottom, MARGIN.top]
  const wanted = Math.max(2, Math.floor(height / 36))
  if (timeline.scale === 'log') {
    const scale = scaleLog([low, high], range)
    return Object.assign((value: number) => scale(value), {ticks: logTicks(low, high, wanted)})
  }
  const scale = scaleLinear([low, high], range).nice(wanted)
  const ticks = scale.ticks(wanted).filter(tick => timeline.unit !== 'count' || Number.isInteger(tick))
  return Object.assign((value: number) => scale(value), {ticks})
}

/** Decades with 2 and 5 between them, thinned to the decades when there are many. */
export function logTicks(low: number, high: number, wanted: number): number[] {
  const factors = Math.log10(high / low) * 3 > wanted * 1.7 ? [1] : [1, 2, 5]
  const ticks: number[] = []
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
    for (const factor of factors) {
      const tick = Number(`${factor}e${exponent}`)
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  return ticks
}

/** Axis numbers without their unit, which stands once in the title. */
export function formatTick(value: number, unit: Unit): string {
  const text = formatCompact(unit === 'share' ? value * 100 : value)
  // `100.0k` and `1.20M` are for reading off; an axis has round numbers.
  return text.includes('.') ? text.replace(/\.?0+(?=[kMG]?$)/, '') : text
}

export interface SeriesPath {
  readonly stroke: string
  /** Closed to the base line, for areas. */
  readonly fill: string | null
  readonly markers: readonly {readonly x: number; readonly y: number}[]
}

export function seriesPath(series: TimeSeries, x: TimeScale, y: ValueScale, view: Span): SeriesPath {
  const buckets = Math.max(Math.round(x(view[1]) - x(view[0])), 1)
  const inView = thinIndices(series.y, windowOf(series.x, view), buckets)
  const indices = series.bridgesGaps ? inView.filter(i => !Number.isNaN(series.y[i]!)) : inView
  const curve = series.shape === 'step' ? curveStepAfter : curveLinear
  const isDefined = (i: number) => !Number.isNaN(series.y[i]!)
  const xOf = (i: number) => round(x(series.x[i]!))
  const yOf = (i: number) => round(y(series.y[i]!))
  const stroke = line<number>(xOf, yOf).defined(isDefined).curve(curve)(indices) ?? ''
  const fill = series.fillsArea
    ? area<number>(xOf, round(y(0)), yOf)
        .defined(isDefined)
        .curve(curve)(indices)
    : null
  const markers = series.markers ? [...indices].filter(isDefined).map(i => ({x: xOf(i), y: yOf(i)})) : []
  return {stroke, fill, markers}
}

/** Tenths of a pixel: finer cannot be seen and triples the path's length. */
function round(px: number): number {
  return Math.round(px * 10) / 10
}
