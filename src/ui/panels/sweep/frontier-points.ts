import {computeFrontier, type FrontierRun} from '../../../sweep/frontier.ts'
import {medianRow} from '../../../sweep/median-row.ts'
import {type FinishedRow, isFinished, type SweepRow} from '../../../sweep/points.ts'
import {type Band, computeBand} from '../../../sweep/repeats.ts'
import type {CostPoint} from '../../kit/charts/cost-share.ts'
import type {ChartTable} from '../../kit/charts/frame/chart-table.ts'
import {formatDigits, formatValue} from '../../kit/format.ts'

/** A configuration as cost and attainment: medians over its repeats, and how far they lie apart. */
export interface FrontierPoint extends FrontierRun {
  /** The scenario itself. */
  readonly row: FinishedRow
  readonly hours: Band
  /** Of what is paid for. */
  readonly billed: Band
  readonly shares: Band
  readonly isPlanned: boolean
  /** No other fixed fleet beats it. */
  readonly isOnFrontier: boolean
}

/** In rising order of cost. */
export function frontierPoints(rows: readonly SweepRow[]): readonly FrontierPoint[] {
  const points = [...byValues(rows.filter(isFinished))].flatMap(repeats => {
    const hours = computeBand(repeats.map(row => row.gpu_hours))
    const shares = computeBand(repeats.flatMap(row => row.sla_attainment ?? []))
    const billed = computeBand(repeats.map(row => row.billed_gpu_hours))
    if (hours === null || billed === null || shares === null) return []
    const row = medianRow(repeats)
    const isPlanned = row.total_ticks > 0
    const medians = {gpuHours: hours.median, attainment: shares.median}
    return [{id: row.id, ...medians, hours, billed, shares, row, isPlanned}]
  })
  const best = new Set(computeFrontier(points.filter(({isPlanned}) => !isPlanned)).map(({id}) => id))
  return points
    .map(point => ({...point, isOnFrontier: best.has(point.id)}))
    .sort((a, b) => a.gpuHours - b.gpuHours || a.attainment - b.attainment)
}

/** The same as marks of a chart. */
export function costPoints(points: readonly FrontierPoint[]): readonly CostPoint[] {
  return points.map(({id, isPlanned, isOnFrontier, gpuHours, attainment, hours, billed, shares}) => {
    const figures = `${formatValue(attainment, 'share')}, ${formatDigits(gpuHours)} h`
    const kind = isPlanned ? 'planner' : isOnFrontier ? 'fixed fleet on the frontier' : 'fixed fleet'
    return {
      id,
      name: id,
      words: `${id}, ${kind}: ${formatValue(attainment, 'share')} meet the objective for ${formatDigits(gpuHours)} GPU-hours`,
      brief: `${id}: ${figures}`,
      cost: gpuHours,
      share: attainment,
      costs: hours,
      paid: billed,
      shares,
      mark: isPlanned ? 'diamond' : isOnFrontier ? 'disc' : 'ring',
      slot: isPlanned ? 1 : 0,
      isOnFront: isOnFrontier,
    }
  })
}

export function frontierTable(points: readonly FrontierPoint[]): ChartTable {
  const columns = ['gpu_hours', 'sla_attainment'].flatMap(name => [name, `${name} lowest`, `${name} highest`])
  return {
    columns: ['point', 'fleet', ...columns],
    rows: points.map(({id, isPlanned, isOnFrontier, hours, shares}) => [
      id,
      isPlanned ? 'planner' : isOnFrontier ? 'fixed, on the frontier' : 'fixed',
      ...[hours.median, hours.min, hours.max],
      ...[shares.median, shares.min, shares.max],
    ]),
  }
}

function byValues(rows: readonly FinishedRow[]): Iterable<readonly [FinishedRow, ...FinishedRow[]]> {
  const groups = new Map<string, [FinishedRow, ...FinishedRow[]]>()
  for (const row of rows) {
    const key = JSON.stringify(row.axes)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups.values()
}
