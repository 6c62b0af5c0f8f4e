import {MARGIN} from './base/geometry.ts'
import type {Span} from './base/time-axis.svelte.ts'
import type {TimeSeries} from './base/timeline.ts'
import type {ChartTable} from './frame/chart-table.ts'

/** One kind of decision over time, a lane per reason that occurred. */
export interface Decisions {
  readonly id: string
  readonly title: string
  readonly note: string
  readonly summary: string
  /** Width of a mark: one decision holds until the next. */
  readonly intervalS: number
  readonly lanes: readonly Lane[]
  /** Every decision in order, for walking with the keyboard. */
  readonly walk: TimeSeries
  at(seconds: number): {readonly timeS: number; readonly label: string} | null
  table(view: Span | null): ChartTable
}

export interface Lane {
  readonly reason: string
  readonly label: string
  readonly colour: string
  readonly x: Float64Array
}

/** A line of text over a row of marks: names beside the marks would need a margin the other charts do not have. */
export const LANE_PX = 30

export function decisionPlotHeight({lanes}: Decisions): number {
  return lanes.length * LANE_PX + MARGIN.top + MARGIN.bottom
}
