import type {ServiceLevel} from '../../../report/service-level.ts'
import {valueScale} from '../../kit/charts/base/geometry.ts'
import type {LegendEntry} from '../../kit/charts/base/legend.ts'
import type {Span} from '../../kit/charts/base/time-axis.svelte.ts'
import {type Timeline, type TimeSeries, timelineLegend} from '../../kit/charts/base/timeline.ts'
import type {ValueScale} from '../../kit/charts/base/value-scale.ts'
import type {ChartTable} from '../../kit/charts/frame/chart-table.ts'
import {groupLegend, indicesIn} from '../../kit/charts/scatter.ts'
import {formatCount, formatMs} from '../../kit/format.ts'
import {
  MEASURES,
  type Measure,
  OUTCOMES,
  outcomeOfPoint,
  type RequestPoints,
  scatterTitle,
} from './outcomes.ts'

/** One latency of every request at its arrival, described as the other charts over time are. */
export function latencyTimeline(
  measure: Measure,
  points: RequestPoints,
  targets: ServiceLevel | null,
  behind: RequestPoints | null = null,
): Timeline {
  const {label = ''} = MEASURES.find(({id}) => id === measure) ?? {}
  const target =
    targets === null ? null : measure === 'ttft' ? targets.ttftMs : measure === 'tpot' ? targets.itlMs : null
  const series: TimeSeries = {key: measure, label, x: points.x, y: points.y, shape: 'line', slot: 0}
  const ghost = behind === null ? [] : [{...series, x: behind.x, y: behind.y, ...BASELINE, isGhost: true}]
  return {
    id: 'request-latency',
    title: scatterTitle(measure, points),
    note: noteOf(points, behind),
    unit: 'ms',
    scale: 'log',
    series: [series, ...ghost],
    thresholds: target === null ? [] : [{label: `SLA ${formatMs(target)}`, value: target}],
  }
}

const BASELINE = {key: 'baseline', label: 'baseline'}

function noteOf({isJudged}: RequestPoints, behind: RequestPoints | null): string {
  const own = isJudged
    ? 'One point per request at its arrival; those over a target are drawn larger and on top.'
    : 'One point per request at its arrival.'
  return behind === null ? own : `${own} Those of the baseline are grey, below all others.`
}

/** What of a baseline stands behind a run's points: nothing where every request fared alike. */
export function behindPoints(own: RequestPoints, baseline: RequestPoints): RequestPoints | null {
  const isAlike =
    own.x.length === baseline.x.length &&
    own.y.every((value, i) => Object.is(value, baseline.y[i]) && own.x[i] === baseline.x[i])
  return isAlike ? null : baseline
}

/** A straight line in the logarithm: one for a point, where the scale itself would ask a dozen questions. */
export function latencyScale(shown: Timeline, view: Span, height: number): ValueScale {
  const scale = valueScale(shown, view, height)
  const bottom = scale(1)
  const perDecade = scale(10) - bottom
  return Object.assign((value: number) => bottom + Math.log10(value) * perDecade, {
    ticks: scale.ticks,
    straightIn: {of: Math.log10, from: bottom, per: perDecade},
  })
}

/** Outcomes that came up, with how many requests had each, and the target. */
export function latencyLegend(
  shown: Timeline,
  points: RequestPoints,
  behind: RequestPoints | null = null,
): LegendEntry[] {
  const counts = OUTCOMES.map(() => 0)
  for (const outcome of points.group) counts[outcome]!++
  const groups = OUTCOMES.map((outcome, i) => ({outcome, count: counts[i] ?? 0})).filter(
    ({count}) => count > 0,
  )
  return [
    ...groups.map(({outcome, count}) =>
      groupLegend(points.isJudged ? outcome : {...outcome, label: 'requests'}, formatCount(count)),
    ),
    ...(behind === null
      ? []
      : [
          {
            ...BASELINE,
            label: `baseline ${formatCount(behind.request.length)}`,
            colour: 'var(--ghost)',
            mark: 'dots' as const,
          },
        ]),
    ...timelineLegend({...shown, series: []}),
  ]
}

/** Place of a point's request among all of the traffic. */
function numberOf({request, sampled}: RequestPoints, i: number): number {
  return sampled?.number[request[i]!] ?? request[i]!
}

/**
 * A row for each point in order of arrival; with a baseline its points among them, and a column that says whose each is.
 *
 * @param view null = all of it
 */
export function latencyTable(
  measure: Measure,
  points: RequestPoints,
  view: Span | null,
  behind: RequestPoints | null = null,
): ChartTable {
  const columns = ['time_s', 'request', `${measure}_ms`, 'outcome']
  if (behind === null) return {columns, rows: rowsOf(points, view)}
  const named = (run: string, of: RequestPoints) => rowsOf(of, view).map(row => [...row, run])
  const rows = [...named('this run', points), ...named('baseline', behind)]
  return {columns: [...columns, 'run'], rows: rows.sort((a, b) => Number(a[0]) - Number(b[0]))}
}

function rowsOf(points: RequestPoints, view: Span | null): (number | string)[][] {
  const [from, to] = view === null ? [0, points.request.length] : indicesIn(points, view)
  return Array.from({length: Math.max(to - from, 0)}, (_, k) => {
    const i = from + k
    return [points.x[i]!, numberOf(points, i), points.y[i]!, outcomeOfPoint(points, i)]
  })
}
