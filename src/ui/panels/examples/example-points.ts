import type {CostMark, CostPoint} from '../../kit/charts/cost-share.ts'
import type {ChartTable} from '../../kit/charts/frame/chart-table.ts'
import {formatDigits, formatValue} from '../../kit/format.ts'

/** One setting of an example, medians over its repeats. */
export interface ExampleLine {
  readonly label: string
  /** Of the requests that keep the objective. */
  readonly share: number
  readonly gpuHours: number
  readonly ttftMsP90: number | null
  /** Joined by the line of what can be had for a cost. */
  readonly isOnFront: boolean
  /** What stands beside it in the picture, where that is not the label; '' = nothing. */
  readonly name?: string
}

/** As the view itself draws them. */
const MARKS: ReadonlyMap<string, CostMark> = new Map([
  ['today', 'cross'],
  ['recommended', 'diamond'],
  ['fixed fleet', 'plus'],
])

/** In rising order of cost. */
export function examplePoints(lines: readonly ExampleLine[]): readonly CostPoint[] {
  return lines
    .map(({label, share, gpuHours, isOnFront, name = label}): CostPoint => {
      const words = `${label}: ${formatValue(share, 'share')} in time for ${formatDigits(gpuHours)} GPU-hours`
      return {
        ...{id: label, name, words, brief: words},
        ...{cost: gpuHours, share},
        costs: {min: gpuHours, max: gpuHours},
        shares: {min: share, max: share},
        mark: MARKS.get(name) ?? (isOnFront ? 'disc' : 'diamond'),
        slot: isOnFront && !MARKS.has(name) ? 0 : 1,
        isOnFront,
      }
    })
    .sort((a, b) => a.cost - b.cost || a.share - b.share)
}

export function exampleTable(lines: readonly ExampleLine[]): ChartTable {
  return {
    columns: ['setting', 'share', 'gpu_hours', 'ttft_ms_p90'],
    rows: lines.map(({label, share, gpuHours, ttftMsP90}) => [
      label,
      share,
      gpuHours,
      ttftMsP90 ?? Number.NaN,
    ]),
  }
}
