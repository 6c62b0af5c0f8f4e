import {isEqual} from '../../../core/is-equal.ts'
import {medianRow} from '../../../sweep/median-row.ts'
import {type FinishedRow, isFinished, type SweepRow} from '../../../sweep/points.ts'
import {computeBand} from '../../../sweep/repeats.ts'
import {formatDigits, formatMs, formatValue} from '../../kit/format.ts'
import type {SweepPlan} from '../../model/sweep/plan.ts'

/** What a heat map shows of each pair of values. */
export interface HeatFigure {
  readonly id: string
  readonly title: string
  readonly value: (row: FinishedRow) => number | null
  readonly text: (value: number) => string
  /** Steps of the scale are ratios. */
  readonly isLog: boolean
}

export const HEAT_FIGURES: readonly HeatFigure[] = [
  {
    id: 'share',
    title: 'Objective met',
    value: row => row.sla_attainment,
    text: value => formatValue(value, 'share'),
    isLog: false,
  },
  {id: 'ttft', title: 'Mean TTFT', value: row => row.mean_ttft_ms, text: formatMs, isLog: true},
  {
    id: 'hours',
    title: 'GPU-hours',
    value: row => row.gpu_hours,
    text: formatDigits,
    isLog: false,
  },
]

/** One pair of values: medians over its repeats. */
export interface HeatCell {
  readonly column: number
  readonly row: number
  readonly value: number | null
  /** Share of requests that met the objective, whatever figure is shown; null = nobody judges. */
  readonly share: number | null
  /** The run to open; null while none is finished. */
  readonly pointId: string | null
  /** How dark it is, 0 to 5; null without a value. */
  readonly step: number | null
}

export interface HeatMap {
  readonly columns: readonly string[]
  readonly rows: readonly string[]
  /** Row by row, each from left to right. */
  readonly cells: readonly HeatCell[]
}

const STEPS = 6

/** Values of the first knob from left to right, of the second from the bottom up. */
export function heatMap(plan: SweepPlan, rows: readonly SweepRow[], figure: HeatFigure): HeatMap {
  const [xAxis, yAxis] = plan.axes
  if (xAxis === undefined || yAxis === undefined) return {columns: [], rows: [], cells: []}
  const finished = rows.filter(isFinished)
  const bare = yAxis.values.flatMap((y, row) =>
    xAxis.values.map((x, column) => {
      const own = finished.filter(
        ({axes}) => isEqual(axes[xAxis.key.name] ?? null, x) && isEqual(axes[yAxis.key.name] ?? null, y),
      )
      const median = (read: (row: FinishedRow) => number | null) =>
        computeBand(own.flatMap(each => read(each) ?? []))?.median ?? null
      const [first, ...others] = own
      return {
        column,
        row,
        value: median(figure.value),
        share: median(({sla_attainment}) => sla_attainment),
        pointId: first === undefined ? null : medianRow([first, ...others]).id,
      }
    }),
  )
  const values = bare.flatMap(({value}) => value ?? [])
  const scale = figure.isLog ? (value: number) => Math.log(Math.max(value, 1e-3)) : (value: number) => value
  const [low, high] = [scale(Math.min(...values)), scale(Math.max(...values))]
  const stepOf = (value: number) =>
    high > low ? Math.min(Math.floor(((scale(value) - low) / (high - low)) * STEPS), STEPS - 1) : 0
  const text = (value: SweepPlan['axes'][number]['values'][number]) =>
    value === null ? 'none' : String(value)
  return {
    columns: xAxis.values.map(text),
    rows: yAxis.values.map(text),
    cells: bare.map(cell => ({...cell, step: cell.value === null ? null : stepOf(cell.value)})),
  }
}

/** An edge between a cell that holds the objective and one that does not, in cells from the lower left corner. */
export interface Edge {
  readonly from: readonly [column: number, row: number]
  readonly to: readonly [column: number, row: number]
}

/** The contour of the objective: on its one side every pair of values holds it, on its other none does. */
export function objectiveContour({cells, columns, rows}: HeatMap, goal: number): readonly Edge[] {
  const at = (column: number, row: number) =>
    column < columns.length && row < rows.length ? cells[row * columns.length + column] : undefined
  const holds = (cell: HeatCell | undefined) =>
    cell === undefined || cell.share === null ? null : cell.share >= goal
  const differ = (a: HeatCell | undefined, b: HeatCell | undefined) => {
    const [one, other] = [holds(a), holds(b)]
    return one !== null && other !== null && one !== other
  }
  return cells.flatMap(({column, row}): readonly Edge[] => {
    const here = at(column, row)
    const toRight: Edge = {from: [column + 1, row], to: [column + 1, row + 1]}
    const above: Edge = {from: [column, row + 1], to: [column + 1, row + 1]}
    return [
      ...(differ(here, at(column + 1, row)) ? [toRight] : []),
      ...(differ(here, at(column, row + 1)) ? [above] : []),
    ]
  })
}
