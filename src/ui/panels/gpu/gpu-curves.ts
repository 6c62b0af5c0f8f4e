import type {Curve, GpuCurves} from '../../../worker/gpu-protocol.ts'
import type {ChartTable} from '../../kit/charts/frame/chart-table.ts'
import {formatCompact, formatMs} from '../../kit/format.ts'

/** One line of a chart over tokens or batch sizes. All lines of a chart share their x values. */
export interface CurveSeries extends Curve {
  readonly key: string
  readonly label: string
  /** Where the line ends, in so few characters that even a steep one has room beside it. */
  readonly name: string
  readonly slot: 0 | 1 | 2 | 3 | 4
  readonly dash: string
}

export interface CurveChartData {
  readonly id: string
  readonly title: string
  readonly note: string
  /** What x counts, in the plural. */
  readonly noun: string
  readonly series: readonly CurveSeries[]
}

const DASHES = ['', '7 3', '2 3', '9 3 2 3']
const SLOTS = [0, 1, 2, 3] as const

/** Prefill time against prompt tokens, a line for each GPU. */
export function prefillChart(all: readonly GpuCurves[]): CurveChartData {
  return {
    id: 'gpu-prefill',
    title: 'Prefill pass',
    note: 'Time to compute one prompt in one pass, nothing cached, against its length.',
    noun: 'tokens',
    series: all.map((curves, i) => ({
      key: curves.system,
      label: curves.system,
      name: curves.system.replace(/_sxm$/, ''),
      ...style(i),
      ...curves.prefill,
    })),
  }
}

/** Decode time against batch size on one GPU, a line for each context. */
export function decodeChart({system, decode}: GpuCurves): CurveChartData {
  return {
    id: `gpu-decode-${system}`,
    title: `Decode step, ${system}`,
    note: 'Time of one decode step against the number of requests in the batch, by their context length.',
    noun: 'requests',
    series: decode.map(({context, ...curve}, i) => ({
      key: String(context),
      label: `${formatContext(context)} context`,
      name: formatContext(context),
      ...style(i),
      ...curve,
    })),
  }
}

function style(index: number): Pick<CurveSeries, 'slot' | 'dash'> {
  // Beyond four lines the colours come again, with other dashes.
  const round = Math.floor(index / SLOTS.length)
  return {slot: SLOTS[index % SLOTS.length]!, dash: DASHES[(index + round) % DASHES.length]!}
}

/** Powers of two read better as multiples of 1024. */
function formatContext(tokens: number): string {
  return tokens % 1024 === 0 ? `${tokens / 1024}Ki` : String(tokens)
}

export type Range = readonly [low: number, high: number]

/** Lowest and highest time of all charts, so that they can share an axis; null without any. */
export function msRange(charts: readonly CurveChartData[]): Range | null {
  const all = charts.flatMap(chart => chart.series.flatMap(series => [...series.ms].filter(ms => ms > 0)))
  return all.length === 0 ? null : [Math.min(...all), Math.max(...all)]
}

/** Runs of points beyond the measured data, as x ranges reaching to the last measured neighbour. */
export function outsideRanges({x, outside}: Curve): Range[] {
  const ranges: Range[] = []
  for (let i = 0; i < x.length; i++) {
    if (outside[i] === 0) continue
    let end = i
    while (end + 1 < x.length && outside[end + 1] === 1) end++
    ranges.push([x[Math.max(i - 1, 0)]!, x[Math.min(end + 1, x.length - 1)]!])
    i = end
  }
  return ranges
}

export function curveTable({noun, series}: CurveChartData): ChartTable {
  const [first] = series
  const columns = [noun, ...series.flatMap(({label}) => [`${label}, ms`, `${label}, basis`])]
  const rows = Array.from(first?.x ?? [], (x, i) => [
    x,
    ...series.flatMap(({ms, outside}) => [ms[i]!, Number.isNaN(ms[i]!) ? 'none' : basis(outside[i] === 1)]),
  ])
  return {columns, rows}
}

function basis(isOutside: boolean): string {
  return isOutside ? 'extrapolated' : 'measured'
}

/** What stands at one x, for the readout. */
export function readCurves({title, noun, series}: CurveChartData, index: number): string {
  const x = series[0]?.x[index]
  if (x === undefined) return ''
  const parts = series.map(({label, ms, outside}) => {
    const value = ms[index]!
    if (Number.isNaN(value)) return `${label} not measured`
    return `${label} ${formatMs(value)}${outside[index] === 1 ? ' (beyond the measured range)' : ''}`
  })
  return `${title}, ${formatCompact(x)} ${noun}: ${parts.join(', ')}`
}

/** The chart in words, for those who do not see it. */
export function describeCurves({noun, series}: CurveChartData): string {
  return series
    .map(({label, x, ms, outside}) => {
      const known = [...ms.keys()].filter(i => !Number.isNaN(ms[i]!))
      const first = known[0]
      const last = known.at(-1)
      if (first === undefined || last === undefined) return `${label}: no data.`
      const beyond = known.filter(i => outside[i] === 1).length
      const share =
        beyond === 0 ? 'all within the measured range' : `${beyond} of ${known.length} points extrapolated`
      return `${label}: ${formatMs(ms[first]!)} at ${x[first]} to ${formatMs(ms[last]!)} at ${formatCompact(x[last]!)} ${noun}, ${share}.`
    })
    .join(' ')
}
