import type {SweepAxis} from './axis.ts'
import {medianRow} from './median-row.ts'
import {type FinishedRow, isFinished, type SweepRow} from './points.ts'

/** The finished runs of one series (one value of the second axis, one repeat), in rising order of x. */
export interface Curve {
  /** Text of the second axis' value; '' with one axis. */
  readonly series: string
  /** 0 = the scenario itself. */
  readonly repeat: number
  readonly points: readonly CurvePoint[]
}

export interface CurvePoint {
  readonly x: number
  readonly row: FinishedRow
}

/**
 * Rows as curves, in the order their series first appear. An axis of words counts its values 0, 1, 2 … in the order
 * given. Failed runs leave a gap.
 */
export function curvesOf(rows: readonly SweepRow[], axes: readonly SweepAxis[]): readonly Curve[] {
  const [xAxis, seriesAxis] = axes
  if (xAxis === undefined) return []
  const curves = new Map<string, Curve & {readonly points: CurvePoint[]}>()
  for (const row of rows.filter(isFinished)) {
    const series = seriesAxis === undefined ? '' : String(row.axes[seriesAxis.key.name])
    const id = `${row.repeat} ${series}`
    const curve = curves.get(id) ?? {series, repeat: row.repeat, points: []}
    curves.set(id, curve)
    const value = row.axes[xAxis.key.name] ?? null
    curve.points.push({x: typeof value === 'number' ? value : xAxis.values.indexOf(value), row})
  }
  for (const curve of curves.values()) curve.points.sort((a, b) => a.x - b.x)
  return [...curves.values()]
}

/** The repeats of one series as one curve of medians: a cliff or a trend is not read off one of them. */
export function medianCurve(repeats: readonly Curve[]): readonly CurvePoint[] {
  const rows = new Map<number, FinishedRow[]>()
  for (const {x, row} of repeats.flatMap(({points}) => points)) rows.set(x, [...(rows.get(x) ?? []), row])
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([x, of]) => ({x, row: medianRow(of as [FinishedRow, ...FinishedRow[]])}))
}
