import {
  type Configuration,
  cheapestHolding,
  configurationsOf,
  nearestHolding,
} from '../../../answers/configurations.ts'
import {type FieldValue, formatFieldValue} from '../../../config/field-text.ts'
import type {SweepAxis} from '../../../sweep/axis.ts'
import {titleOfKnob} from '../../../sweep/keys.ts'
import {type FinishedRow, isFinished, type SweepRow} from '../../../sweep/points.ts'
import {formatCount, formatDigits, formatFixed, formatMs, formatValue, NONE} from '../../kit/format.ts'
import type {PlannedPoint} from '../../model/sweep/plan.ts'

/** One column of the table of points: what it shows, and what it is sorted by. */
export interface PointColumn {
  readonly key: string
  readonly title: string
  /** Reading as well as sorting; null = nothing is known yet. */
  readonly value: (point: TablePoint) => number | string | null
  readonly text: (point: TablePoint) => string
}

export interface TablePoint {
  readonly point: PlannedPoint
  readonly row: SweepRow | undefined
  /** Of a GPU-hour; null = nobody said. */
  readonly price: number | null
}

interface Figure {
  readonly key: string
  readonly title: string
  readonly value: (row: FinishedRow, price: number | null) => number | null
  readonly text: (value: number) => string
}

const FIGURES: readonly Figure[] = [
  {key: 'ttft', title: 'TTFT avg', value: row => row.mean_ttft_ms, text: formatMs},
  {key: 'ttft-p90', title: 'p90', value: row => row.p90_ttft_ms, text: formatMs},
  {key: 'itl', title: 'ITL avg', value: row => row.mean_itl_ms, text: formatMs},
  {key: 'itl-p90', title: 'p90', value: row => row.p90_itl_ms, text: formatMs},
  {key: 'hours', title: 'GPU-hours', value: row => row.gpu_hours, text: formatDigits},
  {key: 'billed', title: 'Billed', value: row => row.billed_gpu_hours, text: formatDigits},
  {
    key: 'cost',
    title: 'Cost',
    value: (row, price) => (price === null ? null : row.billed_gpu_hours * price),
    text: value => formatFixed(value, 2),
  },
  {
    key: 'share',
    title: 'SLA met',
    value: row => row.sla_attainment,
    text: value => formatValue(value, 'share'),
  },
  {key: 'ups', title: 'Ups', value: row => row.scale_ups, text: formatCount},
  {key: 'downs', title: 'Downs', value: row => row.scale_downs, text: formatCount},
]

export interface ColumnOptions {
  readonly axes: readonly SweepAxis[]
  readonly hasRepeats: boolean
  readonly hasPrices: boolean
  readonly currency: string
}

/** A column per knob, then what tells repeats apart, then the figures. */
export function pointColumns({axes, hasRepeats, hasPrices, currency}: ColumnOptions): readonly PointColumn[] {
  const knobs = axes.map(({key}): PointColumn => {
    const knobOf = ({point}: TablePoint): FieldValue => point.facts.axes[key.name] ?? null
    return {
      key: `knob ${key.name}`,
      title: titleOfKnob(key),
      value: at => sortable(knobOf(at)),
      text: at => formatFieldValue(key.field, knobOf(at)),
    }
  })
  const repeat: PointColumn = {
    key: 'repeat',
    title: 'Repeat',
    value: ({point}) => point.facts.repeat,
    text: ({point}) => (point.facts.repeat === 0 ? '' : point.facts.id.replace(/^[^@]*@?/, '')),
  }
  const figures = FIGURES.filter(({key}) => hasPrices || key !== 'cost').map(
    ({key, title, value, text}): PointColumn => {
      const read = ({row, price}: TablePoint) =>
        row !== undefined && isFinished(row) ? value(row, price) : null
      return {
        key,
        title: key === 'cost' && currency !== '' ? `${title}, ${currency}` : title,
        value: read,
        text: at => {
          const found = read(at)
          return found === null ? NONE : text(found)
        },
      }
    },
  )
  return [...knobs, ...(hasRepeats ? [repeat] : []), ...figures]
}

function sortable(value: FieldValue): number | string | null {
  return value === null || typeof value === 'number' ? value : String(value)
}

export interface Order {
  readonly key: string
  readonly isRising: boolean
}

/** In the order of a column; of equal ones, and without a column, the plan's. What is not known yet comes last. */
export function sortPoints(
  points: readonly TablePoint[],
  columns: readonly PointColumn[],
  order: Order | null,
): readonly TablePoint[] {
  const column = columns.find(({key}) => key === order?.key)
  if (column === undefined || order === null) return points
  const sign = order.isRising ? 1 : -1
  return [...points].sort((a, b) => {
    const [left, right] = [column.value(a), column.value(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
    return sign * String(left).localeCompare(String(right), 'en', {numeric: true})
  })
}

/** Points whose id holds every word: `ttft=500 off`. */
export function filterPoints(points: readonly TablePoint[], text: string): readonly TablePoint[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return points.filter(({point}) => words.every(word => point.facts.id.toLowerCase().includes(word)))
}

export interface BestPoint {
  readonly axes: Configuration['axes']
  readonly words: string
}

/** What the table marks: by medians over the repeats, as the findings say it. */
export function bestPoint(
  rows: readonly SweepRow[],
  share: number | null,
  priceOf: (pointId: string) => number | null,
): BestPoint | null {
  if (share === null) return null
  const all = configurationsOf(rows.filter(isFinished), ({id}) => priceOf(id))
  if (all.length < 2) return null
  const holding = cheapestHolding(all, share)
  if (holding !== null) return {axes: holding.axes, words: 'cheapest that holds'}
  const nearest = nearestHolding(all)
  return nearest === null ? null : {axes: nearest.axes, words: 'nearest to the objective'}
}
