import {flagsFromScenario, formatCommand} from '../../../config/command-line/command-line.ts'
import type {FieldValue} from '../../../config/field-text.ts'
import {isFinished, type SweepRow} from '../../../sweep/points.ts'
import {type ChartTable, tableToCsv} from '../../kit/charts/frame/chart-table.ts'
import type {SweepBase, SweepPlan} from '../../model/sweep/plan.ts'
import {presetOf, type SettledSpec, textOfKnob} from '../../model/sweep/spec.ts'

/** The rows as the command line writes them, one JSON object to a line of `sweep.jsonl`. */
export function rowsJsonLines(rows: readonly SweepRow[]): string {
  return rows.map(row => `${JSON.stringify(row)}\n`).join('')
}

/** What the points of a sweep cost. */
export interface PointPrices {
  /** Of a GPU-hour of a point; null = nobody said. */
  readonly priceOf: (pointId: string) => number | null
  /** '' = none is named. */
  readonly currency: string
}

/** The same as a table: one column per knob and figure, under the names of the JSON; then the money of billed hours that have a price. */
export function rowsCsv(
  rows: readonly SweepRow[],
  {axes}: SweepPlan,
  {priceOf, currency}: PointPrices,
): string {
  const prices = rows.map(({id}) => priceOf(id))
  const money = prices.every(price => price === null) ? [] : ['price_per_gpu_hour', 'cost', 'currency']
  const knobs = axes.map(({key}) => key.name)
  const figures = new Set(
    rows.flatMap(row => Object.keys(row)).filter(key => key !== 'axes' && key !== 'id' && key !== 'key'),
  )
  const table: ChartTable = {
    columns: ['id', ...knobs, ...figures, ...money],
    rows: rows.map((row, i) => {
      const values: Readonly<Record<string, unknown>> = {...row}
      return [
        row.id,
        ...knobs.map(knob => cell(row.axes[knob] ?? null)),
        ...[...figures].map(key => cell(values[key] as FieldValue | undefined)),
        ...(money.length === 0 ? [] : [...moneyOf(row, prices[i] ?? null), currency]),
      ]
    }),
  }
  return tableToCsv(table)
}

function moneyOf(
  row: SweepRow,
  price: number | null,
): readonly [price: number | string, cost: number | string] {
  return price === null || !isFinished(row) ? ['', ''] : [price, price * row.billed_gpu_hours]
}

function cell(value: FieldValue | undefined): string | number {
  if (value === null || value === undefined) return ''
  return typeof value === 'boolean' ? String(value) : value
}

/** The sweep for the project's command line, to be pasted into a shell at its root. */
export function sweepCommand(spec: SettledSpec, base: SweepBase, tracePath: string): string {
  const {ours} = flagsFromScenario(base.scenario, {trace: tracePath})
  const preset = presetOf(spec)
  const knobs = spec.second === null ? [spec.first] : [spec.first, spec.second]
  const what = preset === null ? knobs.flatMap(knob => ['--vary', textOfKnob(knob)]) : ['--preset', preset.id]
  const {of, count} = spec.repeats
  const repeats = count === 1 ? [] : ['--repeats', String(count)]
  if (count > 1 && of !== 'phase') repeats.push('--repeats-of', of)
  const isSized = spec.sizesKv === true
  const kv = isSized === (preset?.sizesKv === true) ? [] : ['--kv-capacity', isSized ? 'estimated' : 'kept']
  return formatCommand('npm run --silent replay -- sweep', [
    ...ours,
    ...what,
    ...repeats,
    ...kv,
    '--out',
    'sweep-out',
  ])
}
