import {formatClock} from '../../format.ts'
import type {Span} from '../base/time-axis.svelte.ts'
import type {Timeline} from '../base/timeline.ts'

export interface ChartTable {
  readonly columns: readonly string[]
  /** First column: seconds. NaN = no value. */
  readonly rows: readonly (readonly (number | string)[])[]
}

/** All series over the union of their times, cut to a view. */
export function timelineTable(timeline: Timeline, view: Span | null): ChartTable {
  const times = new Set<number>()
  for (const series of timeline.series) {
    for (const x of series.x) if (view === null || (x >= view[0] && x <= view[1])) times.add(x)
  }
  const sorted = Float64Array.from(times).sort()
  const lookups = timeline.series.map(series => new Map(Array.from(series.x, (x, i) => [x, series.y[i]!])))
  const rows = Array.from(sorted, x => [x, ...lookups.map(lookup => lookup.get(x) ?? Number.NaN)])
  return {columns: ['time_s', ...timeline.series.map(series => series.label)], rows}
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
