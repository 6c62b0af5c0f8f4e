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

/** What the picture is and what it says, for those who do not see it. */
export function timelineWords(timeline: Timeline): string {
  return `${timeline.note} ${describeTimeline(timeline)}`
}

/** What the picture says, computed from its data. */
export function describeTimeline(timeline: Timeline): string {
  const drawn = timeline.series.filter(series => hasValues(series))
  if (drawn.length === 0) return `${timeline.title}: no data.`
  return drawn.map(series => describeSeries(series, timeline)).join(' ')
}

function describeSeries({x, y, label}: TimeSeries, {unit, thresholds}: Timeline): string {
  let low = -1
  let high = -1
  let last = -1
  let count = 0
  for (let i = 0; i < y.length; i++) {
    const value = y[i]!
    if (Number.isNaN(value)) continue
    count++
    last = i
    if (low < 0 || value < y[low]!) low = i
    if (high < 0 || value > y[high]!) high = i
  }
  const say = (i: number) => formatValue(y[i]!, unit)
  const range = `from ${say(low)} to ${say(high)} (highest at ${formatClock(x[high]!)}), ${say(last)} at the end`
  const over = thresholds.map(threshold => {
    const above = countAbove(y, threshold.value) / count
    return `; above ${threshold.label} at ${formatValue(above, 'share')} of points`
  })
  return `${label}: ${range}${over.join('')}.`
}

function countAbove(y: Float64Array, value: number): number {
  let above = 0
  for (let i = 0; i < y.length; i++) if (y[i]! > value) above++
  return above
}

export function hasValues(series: TimeSeries): boolean {
  for (const value of series.y) if (!Number.isNaN(value)) return true
  return false
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
