import type {BenchLine, BenchResult} from '../../../bench/bench-result.ts'
import {computeFrontier} from '../../../sweep/frontier.ts'
import type {CostPoint} from '../../kit/charts/cost-share.ts'
import type {ChartTable} from '../../kit/charts/frame/chart-table.ts'
import {formatDigits, formatValue} from '../../kit/format.ts'

/** The lines of the bench by cost and share in time, in rising order of cost. */
export function benchPoints({lines}: BenchResult): readonly CostPoint[] {
  const fixed = lines
    .filter(({kind}) => kind === 'fixed')
    .map(({id, gpuHours, share}) => ({id, gpuHours: gpuHours.median, attainment: share.median}))
  const best = new Set(computeFrontier(fixed).map(({id}) => id))
  return lines
    .map((line): CostPoint => {
      const {id, label, kind, gpuHours, share} = line
      const isOnFront = best.has(id)
      return {
        id,
        name: label,
        words: wordsOf(line),
        brief: `${label}: ${formatValue(share.median, 'share')}, ${formatDigits(gpuHours.median)} h`,
        cost: gpuHours.median,
        share: share.median,
        costs: gpuHours,
        shares: share,
        mark: kind === 'hindsight' ? 'star' : kind !== 'fixed' ? 'diamond' : isOnFront ? 'disc' : 'ring',
        slot: kind === 'hindsight' ? 2 : kind === 'fixed' ? 0 : 1,
        isOnFront,
      }
    })
    .sort((a, b) => a.cost - b.cost || a.share - b.share)
}

function wordsOf({label, runs, holds, share, gpuHours}: BenchLine): string {
  const held = runs === 1 ? (holds === 1 ? 'holds' : 'does not hold') : `holds in ${holds} of ${runs} phases`
  return `${label}, ${held}: ${formatValue(share.median, 'share')} in time for ${formatDigits(gpuHours.median)} GPU-hours`
}

export function benchChartTable({lines}: BenchResult): ChartTable {
  const byCost = [...lines].sort((a, b) => a.gpuHours.median - b.gpuHours.median)
  return {
    columns: [
      'policy',
      ...['gpu_hours', 'share_in_time'].flatMap(name => [name, `${name} lowest`, `${name} highest`]),
    ],
    rows: byCost.map(({label, gpuHours, share}) => [
      label,
      ...[gpuHours.median, gpuHours.min, gpuHours.max],
      ...[share.median, share.min, share.max],
    ]),
  }
}
