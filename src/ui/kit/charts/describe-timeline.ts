import {formatClock, formatValue, type Unit} from '../format.ts'
import {pointAt, type Timeline, type TimeSeries} from './base/timeline.ts'

/** How a chart's title names its unit; '' where every tick brings it along. */
export const UNIT_NAMES: Readonly<Record<Unit, string>> = {
  ms: '',
  per_s: 'per second',
  tokens: 'tokens',
  hours: 'hours',
  share: '',
  count: '',
  seconds: 's',
  times: '×',
  money: '',
}

/** Room in the legend for the value under the cursor. */
export const VALUE_WIDTHS: Readonly<Record<Unit, string>> = {
  ms: '8ch',
  per_s: '7ch',
  tokens: '5ch',
  hours: '7ch',
  share: '7ch',
  count: '3ch',
  seconds: '8ch',
  times: '8ch',
  money: '8ch',
}

/** What the picture says, computed from its data, for those who do not see it. */
export function describeTimeline(timeline: Timeline): string {
  const drawn = timeline.series.filter(series => hasValues(series))
  if (drawn.length === 0) return `${timeline.title}: no data.`
  return drawn.map(series => describeSeries(series, timeline)).join(' ')
}

function describeSeries(series: TimeSeries, timeline: Timeline): string {
  let low = -1
  let high = -1
  let last = -1
  let count = 0
  for (let i = 0; i < series.y.length; i++) {
    const value = series.y[i]!
    if (Number.isNaN(value)) continue
    count++
    last = i
    if (low < 0 || value < series.y[low]!) low = i
    if (high < 0 || value > series.y[high]!) high = i
  }
  const say = (i: number) => formatValue(series.y[i]!, timeline.unit)
  const range = `from ${say(low)} to ${say(high)} (highest at ${formatClock(series.x[high]!)}), ${say(last)} at the end`
  const over = timeline.thresholds.map(threshold => {
    const above = shareAbove(series, threshold.value, count)
    return `; above ${threshold.label} at ${formatValue(above, 'share')} of points`
  })
  return `${series.label}: ${range}${over.join('')}.`
}

function shareAbove(series: TimeSeries, value: number, count: number): number {
  let above = 0
  for (const y of series.y) if (y > value) above++
  return above / count
}

export function hasValues(series: TimeSeries): boolean {
  return series.y.some(value => !Number.isNaN(value))
}

/** The sentence for a cursor position: time, chart, and each series' value there. */
export function readoutAt(timeline: Timeline, seconds: number, focus: string | null): string {
  const values = timeline.series
    .filter(series => focus === null || series.key === focus)
    .map(series => {
      const i = pointAt(series, seconds)
      return `${series.label} ${formatValue(i < 0 ? null : series.y[i]!, timeline.unit)}`
    })
  return `${formatClock(seconds)} · ${timeline.title}: ${values.join(', ')}`
}
