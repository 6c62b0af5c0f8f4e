import {objectiveOf} from '../../../config/objective.ts'
import {plannerOf} from '../../../config/scenario.ts'
import type {SweepAxis} from '../../../sweep/axis.ts'
import {type Curve, curvesOf} from '../../../sweep/curves.ts'
import type {FinishedRow, SweepRow} from '../../../sweep/points.ts'
import {PUBLISHED_POINTS, type PublishedPoint} from '../../../sweep/published.ts'
import {computeBand} from '../../../sweep/repeats.ts'
import {formatValue, type Unit} from '../../kit/format.ts'
import type {SweepPlan} from '../../model/sweep/plan.ts'
import {makeXAxis} from './x-axis.ts'

/** One of the linked charts of a sweep, as plain data: the same description draws, reads out and tabulates it. */
export interface Plot {
  readonly id: string
  readonly title: string
  /** One sentence: what it is. */
  readonly note: string
  readonly unit: Unit
  readonly scale: 'linear' | 'log'
  readonly series: readonly PlotSeries[]
}

export interface PlotSeries {
  readonly key: string
  readonly label: string
  readonly slot: 0 | 1 | 2 | 3 | 4
  readonly dash: string
  /** `run` = ours, `target` = what is asked for, `published` = read off a picture. */
  readonly kind: 'run' | 'target' | 'published'
  /** In rising order of x. */
  readonly points: readonly PlotPoint[]
}

export interface PlotPoint {
  readonly x: number
  /** Median over the repeats. */
  readonly y: number
  /** Spread over the repeats; both equal `y` without any. */
  readonly low: number
  readonly high: number
  /** Of the scenario itself, where it is not the median. */
  readonly own?: number
  /** The run to open; null for what is not ours. */
  readonly pointId: string | null
}

export type Statistic = 'avg' | 'p90' | 'p99'

interface Line {
  readonly key: string
  readonly label: string
  readonly value: (row: FinishedRow) => number | null
  readonly published?: (point: PublishedPoint) => number
  readonly statistic?: Statistic
}

interface Chart {
  readonly id: string
  readonly title: string
  readonly note: string
  readonly unit: Unit
  readonly scale: 'linear' | 'log'
  readonly target?: 'ttft' | 'itl' | 'share'
  /** Says nothing about fleets that are never scaled. */
  readonly needsPlanner?: boolean
  readonly lines: readonly Line[]
}

const CHARTS: readonly Chart[] = [
  {
    id: 'sweep-ttft',
    title: 'TTFT',
    note: 'Time to first token over all requests, on a log axis.',
    unit: 'ms',
    scale: 'log',
    target: 'ttft',
    lines: [
      {
        key: 'avg',
        label: 'avg',
        statistic: 'avg',
        value: row => row.mean_ttft_ms,
        published: at => at.ttftMsMean,
      },
      {
        key: 'p90',
        label: 'p90',
        statistic: 'p90',
        value: row => row.p90_ttft_ms,
        published: at => at.ttftMsP90,
      },
      {key: 'p99', label: 'p99', statistic: 'p99', value: row => row.p99_ttft_ms},
    ],
  },
  {
    id: 'sweep-itl',
    title: 'ITL',
    note: 'Time between tokens over all token gaps.',
    unit: 'ms',
    scale: 'linear',
    target: 'itl',
    lines: [
      {
        key: 'avg',
        label: 'avg',
        statistic: 'avg',
        value: row => row.mean_itl_ms,
        published: at => at.itlMsMean,
      },
      {
        key: 'p90',
        label: 'p90',
        statistic: 'p90',
        value: row => row.p90_itl_ms,
        published: at => at.itlMsP90,
      },
      {key: 'p99', label: 'p99', statistic: 'p99', value: row => row.p99_itl_ms},
    ],
  },
  {
    id: 'sweep-gpu-hours',
    title: 'GPU-hours',
    note: 'What the planner counts, and what would be billed: starting and draining time included.',
    unit: 'hours',
    scale: 'linear',
    lines: [
      {key: 'counted', label: "planner's count", value: row => row.gpu_hours, published: at => at.gpuHours},
      {key: 'billed', label: 'billed', value: row => row.billed_gpu_hours},
    ],
  },
  {
    id: 'sweep-events',
    title: 'Scaling events',
    note: 'How often the planner changed the fleet.',
    unit: 'count',
    scale: 'linear',
    needsPlanner: true,
    lines: [
      {key: 'ups', label: 'scale-ups', value: row => row.scale_ups, published: at => at.scaleUps},
      {key: 'downs', label: 'scale-downs', value: row => row.scale_downs, published: at => at.scaleDowns},
    ],
  },
  {
    id: 'sweep-sla',
    title: 'SLA attainment',
    note: 'Share of completed requests within both the TTFT and the ITL target.',
    unit: 'share',
    scale: 'linear',
    target: 'share',
    lines: [{key: 'sla', label: 'within SLA', value: row => row.sla_attainment}],
  },
]

/** On one chart more than these would hide the others; p99 of ITL is drawn only when asked for. */
const NOT_ALONE: ReadonlySet<string> = new Set(['sweep-itl p99'])

export interface PlotOptions {
  readonly plan: SweepPlan
  readonly rows: readonly SweepRow[]
  /** Which statistic stands for a series when a second knob makes the series. */
  readonly statistic: Statistic
  readonly showsPublished: boolean
  /** Money per GPU-hour of a run, by its id; null = nobody said. Without it there is no chart of the cost. */
  readonly priceOf?: (pointId: string) => number | null
  /** '' = none is named. */
  readonly currency?: string
}

export function plotsOf(options: PlotOptions): readonly Plot[] {
  const {plan, rows} = options
  const curves = curvesOf(rows, plan.axes)
  const isPlanned = plan.points.some(({scenario}) => plannerOf(scenario) !== null)
  const charts = [...CHARTS, ...costChart(options)].filter(chart => isPlanned || !chart.needsPlanner)
  return charts.flatMap(chart => {
    const lines = linesOf(chart, plan, options.statistic)
    const series = lines.flatMap(line => runSeries(line, curves, plan))
    if (series.every(({points}) => points.length === 0)) return []
    return [
      {
        id: chart.id,
        title: plan.axes.length > 1 && lines[0]?.statistic ? `${chart.title} ${lines[0].label}` : chart.title,
        note: chart.note,
        unit: chart.unit,
        scale: chart.scale,
        series: [
          ...series,
          ...targetSeries(chart, plan),
          ...(options.showsPublished ? publishedSeries(lines) : []),
        ],
      },
    ]
  })
}

/** What the billed GPU-hours cost; none where a run has no price. */
function costChart({plan, priceOf = () => null, currency = ''}: PlotOptions): readonly Chart[] {
  const prices = new Map(plan.points.map(({facts}) => [facts.id, priceOf(facts.id)]))
  if ([...prices.values()].includes(null)) return []
  const hours = CHARTS.find(({id}) => id === 'sweep-gpu-hours')!
  const inMoney = ({key, label, value}: Line): Line => ({
    key,
    label,
    value: row => (value(row) ?? 0) * (prices.get(row.id) ?? 0),
  })
  return [
    {
      ...hours,
      id: 'sweep-cost',
      title: currency === '' ? 'Cost' : `Cost, ${currency}`,
      note: 'Of the billed GPU-hours, starting and draining time included, at the price of each GPU.',
      unit: 'money',
      lines: hours.lines.filter(({key}) => key === 'billed').map(inMoney),
    },
  ]
}

/** With series of a second knob every chart shows one figure; alone it shows them all. */
function linesOf(chart: Chart, plan: SweepPlan, statistic: Statistic): readonly Line[] {
  if (plan.axes.length === 1) return chart.lines.filter(({key}) => !NOT_ALONE.has(`${chart.id} ${key}`))
  const chosen = chart.lines.find(line => line.statistic === statistic) ?? chart.lines[0]
  return chosen === undefined ? [] : [chosen]
}

const DASHES = ['', '6 3', '2 3'] as const

function runSeries(line: Line, curves: readonly Curve[], plan: SweepPlan): readonly PlotSeries[] {
  const [, seriesAxis] = plan.axes
  const own = curves.filter(curve => curve.repeat === 0)
  const order = seriesAxis?.values.map(String) ?? ['']
  return own.map(curve => {
    const place = seriesAxis === undefined ? slotOf(line) : order.indexOf(curve.series)
    const repeats = curves.filter(other => other.series === curve.series)
    return {
      key: seriesAxis === undefined ? line.key : curve.series,
      label: seriesAxis === undefined ? line.label : `${seriesAxis.key.label} ${curve.series}`,
      slot: (place % 5) as PlotSeries['slot'],
      dash: DASHES[place % DASHES.length] ?? '',
      kind: 'run',
      points: pointsOf(line, curve, repeats),
    }
  })
}

/** Within a chart each figure keeps its colour and dash, whatever else is shown. */
function slotOf(line: Line): number {
  return {avg: 0, p90: 1, p99: 2, counted: 0, billed: 1, ups: 0, downs: 1, sla: 0}[line.key] ?? 0
}

function pointsOf(line: Line, curve: Curve, repeats: readonly Curve[]): readonly PlotPoint[] {
  const spreads = new Map<number, number[]>()
  for (const {points} of repeats) {
    for (const {x, row} of points) {
      const value = line.value(row)
      if (value !== null) spreads.set(x, [...(spreads.get(x) ?? []), value])
    }
  }
  return curve.points.flatMap(({x, row}) => {
    const own = line.value(row)
    const band = computeBand(spreads.get(x) ?? [])
    if (own === null || band === null) return []
    const {min, median, max} = band
    const point = {x, y: median, low: min, high: max, pointId: row.id}
    return [own === median ? point : {...point, own}]
  })
}

/** The target each point was run with: a level line, unless the target is what is varied. */
function targetSeries(chart: Chart, plan: SweepPlan): readonly PlotSeries[] {
  const {target} = chart
  const [xAxis] = plan.axes
  if (target === undefined || xAxis === undefined) return []
  const byX = new Map<number, number>()
  for (const {facts, scenario} of plan.points) {
    const value = facts.axes[xAxis.key.name] ?? null
    const x = positionOf(xAxis, value)
    const objective = objectiveOf(scenario)
    const y = target === 'share' ? objective?.share : objective?.[`${target}Ms`]
    if (y === undefined) return []
    // Series with targets of their own have no common line.
    if (byX.has(x) && byX.get(x) !== y) return []
    byX.set(x, y)
  }
  const points = [...byX].sort(([a], [b]) => a - b).map(([x, y]) => ({x, y, low: y, high: y, pointId: null}))
  const isLevel = points.every(({y}) => y === points[0]?.y)
  const name = target === 'share' ? 'objective' : 'SLA'
  const label = isLevel ? `${name} ${formatValue(points[0]?.y, chart.unit)}` : name
  return [{key: 'target', label, slot: 0, dash: '2 3', kind: 'target', points}]
}

export function positionOf(axis: SweepAxis, value: SweepAxis['values'][number]): number {
  return typeof value === 'number' ? value : axis.values.indexOf(value)
}

function publishedSeries(lines: readonly Line[]): readonly PlotSeries[] {
  return lines.flatMap(line => {
    const {published} = line
    if (published === undefined) return []
    const points = PUBLISHED_POINTS.map(at => {
      const y = published(at)
      return {x: at.startupS, y, low: y, high: y, pointId: null}
    })
    const slot = slotOf(line) as PlotSeries['slot']
    return [
      {
        key: `published ${line.key}`,
        label: `${line.label} published`,
        slot,
        dash: '1 4',
        kind: 'published',
        points,
      },
    ]
  })
}

/** The sentence for a cursor position: the knob's value, the chart, and each series there. */
export function readPlot(
  plot: Plot,
  {plan, x, focus}: {plan: SweepPlan; x: number; focus: string | null},
): string {
  const [xAxis] = plan.axes
  if (xAxis === undefined) return ''
  const axis = makeXAxis(xAxis)
  const values = plot.series
    .filter(series => focus === null || series.key === focus)
    .map(series =>
      isLevelTarget(series) ? series.label : `${series.label} ${sayPoint(pointAt(series, x), plot.unit)}`,
    )
  return `${axis.name} ${axis.label(x)}${axis.unit} · ${plot.title}: ${values.join(', ')}`
}

/** Its label says its one value already. */
function isLevelTarget({kind, points}: PlotSeries): boolean {
  return kind === 'target' && points.every(({y}) => y === points[0]?.y)
}

function sayPoint(point: PlotPoint | null, unit: Unit): string {
  if (point === null) return formatValue(null, unit)
  const {y, low, high} = point
  const spread = low < high ? ` (${formatValue(low, unit)} to ${formatValue(high, unit)})` : ''
  return `${formatValue(y, unit)}${spread}`
}

export function pointAt(series: PlotSeries, x: number): PlotPoint | null {
  return series.points.find(point => point.x === x) ?? null
}

/** What the picture says, for those who do not see it. */
export function describePlot(plot: Plot, {unit}: {unit: string}): string {
  const own = plot.series.filter(({kind, points}) => kind === 'run' && points.length > 0)
  const sentences = own.map(({label, points}) => {
    const lowest = points.reduce((a, b) => (b.y < a.y ? b : a))
    const highest = points.reduce((a, b) => (b.y > a.y ? b : a))
    const say = (point: PlotPoint) => `${formatValue(point.y, plot.unit)} at ${point.x}${unit}`
    return `${label}: lowest ${say(lowest)}, highest ${say(highest)}.`
  })
  return sentences.length === 0 ? 'No point is finished yet.' : sentences.join(' ')
}
