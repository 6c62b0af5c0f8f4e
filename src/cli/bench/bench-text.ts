import type {BenchLine, BenchResult} from '../../bench/bench-result.ts'
import {tellVerdict} from '../../bench/bench-verdict.ts'
import {linePrice} from '../../bench/priced-bench.ts'
import {formatThousands} from '../../core/python/python-number.ts'
import type {Band} from '../../sweep/repeats.ts'

/** Table and verdict for the terminal: medians, with the range behind them where the phases differ. */
export function formatBench(result: BenchResult): string {
  const columns = COLUMNS.filter(({title}) => title !== 'cost' || result.pricePerGpuHour !== null)
  const rows = [columns.map(({title}) => title)]
  for (const line of result.lines) rows.push(columns.map(({cell}) => cell(line, result)))
  const widths = columns.map((_, i) => Math.max(...rows.map(row => row[i]!.length)))
  const table = rows.map(row =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
  return [...table, '', ...tellVerdict(result), ''].join('\n')
}

interface Column {
  readonly title: string
  readonly cell: (line: BenchLine, result: BenchResult) => string
}

const COLUMNS: readonly Column[] = [
  {title: 'policy', cell: ({label}) => label},
  {
    title: 'holds',
    cell: ({holds, runs}) => (runs === 1 ? (holds === 1 ? 'yes' : 'no') : `${holds} of ${runs}`),
  },
  {title: 'in time %', cell: ({share}) => spread(share, 1, 100)},
  {title: 'TTFT p50 ms', cell: ({ttftMsP50}) => spread(ttftMsP50, 0)},
  {title: 'p90', cell: ({ttftMsP90}) => spread(ttftMsP90, 0)},
  {title: 'GPU-hours', cell: ({gpuHours}) => spread(gpuHours, 2)},
  {title: 'cost', cell: (line, result) => spread(line.gpuHours, 2, linePrice(line, result) ?? 0)},
  {title: 'scalings', cell: ({scalings}) => spread(scalings, 0)},
  {title: 'min out', cell: ({outOfObjectiveS}) => spread(outOfObjectiveS, 0, 1 / 60)},
  {title: 'regret GPU-h', cell: ({regret}) => (regret === null ? '-' : formatThousands(regret.gpuHours, 2))},
  {
    title: 'in time',
    cell: ({regret}) =>
      regret === null ? '-' : `${formatThousands(Math.round(-regret.share * 1000) / 10 + 0, 1)} pt`,
  },
]

function spread({min, median, max}: Band, digits: number, factor = 1): string {
  const text = (value: number) => formatThousands(value * factor, digits)
  return text(min) === text(max) ? text(median) : `${text(median)} (${text(min)}-${text(max)})`
}
