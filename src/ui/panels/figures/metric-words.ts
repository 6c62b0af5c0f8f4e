import type {ComparedCell} from '../../../report/comparison/compare.ts'
import type {Metric, MetricUnit} from '../../../report/comparison/compared-metrics.ts'
import type {ReportBand} from '../../../report/report.ts'
import {formatCell} from '../../../report/table.ts'
import {
  formatCompact,
  formatCount,
  formatDigits,
  formatFixed,
  formatMs,
  formatMsBeside,
  formatValue,
  NONE,
} from '../../kit/format.ts'

/** A figure as the page prints it; those of the AIPerf table as that table prints them. */
export function formatMetric(value: number | null, metric: Pick<Metric, 'unit' | 'group'>): string {
  if (value === null) return NONE
  return metric.group === 'aiperf' ? formatCell(value) : formatByUnit(value, metric.unit)
}

function formatByUnit(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'ms':
      return formatMs(value)
    case 'per_s':
      return `${formatDigits(value)}/s`
    case 'tokens_per_s':
      return `${formatCompact(value)} tok/s`
    case 'hours':
      return `${formatDigits(value)} h`
    case 'share':
      return formatValue(value, 'share')
    case 'count':
      return formatCount(value)
    case 'money':
      return formatDigits(value)
  }
}

/** `median 4.0 s, 2.6 s to 120 s`. */
export function formatBand(band: ReportBand | null, metric: Pick<Metric, 'unit' | 'group'>): string {
  if (band === null) return ''
  const tell = (value: number) =>
    metric.unit === 'ms' && metric.group !== 'aiperf'
      ? formatMsBeside(value, band.max)
      : formatMetric(value, metric)
  const [min, median, max] = [band.min, band.median, band.max].map(tell)
  return min === max ? '' : `median ${median}, ${min} to ${max}`
}

/** Of so few things a difference is told by their number alone. */
const FEW = 100

/** `+120 ms, +8.1 %`: the difference to the first run; shares differ by percentage points. What luck makes has no digits. */
export function formatDifference(cell: ComparedCell, metric: Pick<Metric, 'unit' | 'group'>): string {
  const {difference, relative} = cell
  if (difference === null) return ''
  if (difference === 0 || cell.verdict === 'same') return 'the same'
  const sign = difference > 0 ? '+' : '−'
  const size = Math.abs(difference)
  if (metric.unit === 'share') return `${sign}${formatFixed(size * 100, 1)} points`
  const text = `${sign}${formatMetric(size, metric)}`
  // Half as many scale-ups may be one.
  const isFew = metric.unit === 'count' && (cell.value ?? 0) - difference < FEW
  return relative === null || isFew ? text : `${text}, ${sign}${formatValue(Math.abs(relative), 'share')}`
}
