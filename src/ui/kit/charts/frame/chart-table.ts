import {bisectLeft} from 'd3-array'
import {formatClock} from '../../format.ts'
import type {Span} from '../base/time-axis.svelte.ts'
import type {Timeline, TimeSeries} from '../base/timeline.ts'

export interface ChartTable {
  readonly columns: readonly string[]
  /** First column: seconds. NaN = no value. */
  readonly rows: readonly (readonly (number | string)[])[]
}

/** All series over the union of their times, cut to a view. */
export function timelineTable(timeline: Timeline, view: Span | null): ChartTable {
  const {series} = timeline
  const [from, to] = view ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const places = series.map(({x}) => bisectLeft(x, from))
  const rows: number[][] = []
  for (;;) {
    let next = Number.POSITIVE_INFINITY
    for (let s = 0; s < series.length; s++) next = Math.min(next, series[s]!.x[places[s]!] ?? next)
    if (!(next <= to) || next === Number.POSITIVE_INFINITY) break
    const row = [next]
    for (let s = 0; s < series.length; s++) row.push(valueAt(series[s]!, places, s, next))
    rows.push(row)
  }
  return {columns: ['time_s', ...series.map(({label}) => label)], rows}
}

/** Of a series at a moment, the last where it has several; its place goes on behind it. NaN = none. */
function valueAt({x, y}: TimeSeries, places: number[], s: number, seconds: number): number {
  let value = Number.NaN
  for (; x[places[s]!] === seconds; places[s]!++) value = y[places[s]!]!
  return value
}

/** A cell for reading: positions on the simulated clock as such, other numbers rounded to three decimals. */
export function formatTableCell(value: number | string, column: string): string {
  if (typeof value === 'string') return value
  if (Number.isNaN(value)) return ''
  return column === 'time_s' ? formatClock(value) : String(Math.round(value * 1000) / 1000)
}

export function tableToCsv(table: ChartTable): string {
  const lines = table.rows.map(row => row.map(csvValue).join(','))
  return [table.columns.map(csvCell).join(','), ...lines, ''].join('\n')
}

function csvValue(value: number | string): string {
  if (typeof value === 'string') return csvCell(value)
  return Number.isNaN(value) ? '' : String(value)
}

function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
