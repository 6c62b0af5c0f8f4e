import {formatThousands} from '../../core/python-number.ts'
import type {ServiceLevel} from '../../report/service-level.ts'
import type {SweepAxis} from '../../sweep/axis.ts'
import {CLIFF_RULE} from '../../sweep/cliff.ts'
import {type Curve, curvesOf} from '../../sweep/curves.ts'
import {computeFrontier, computeRegret, type FrontierRun, groupByTrace} from '../../sweep/frontier.ts'
import {computeObservations, saysCliff} from '../../sweep/observations.ts'
import {type FinishedRow, isFinished, type SweepRow} from '../../sweep/points.ts'
import {describeSpread} from '../../sweep/spread.ts'
import type {SweepArguments} from './sweep-arguments.ts'
import type {PointOutcome} from './sweep-point.ts'

/** One line on the error stream per point that is done. */
export function describeOutcome(
  {row, elapsedMs}: PointOutcome,
  progress: {readonly done: number; readonly total: number},
): string {
  const place = `[${String(progress.done).padStart(String(progress.total).length)}/${progress.total}]`
  const took = `(${formatThousands(elapsedMs / 1000, 1)} s)`
  if (!isFinished(row)) return `${place} ${row.id}: failed: ${row.error} ${took}`
  return (
    `${place} ${row.id}: TTFT avg ${whole(row.mean_ttft_ms)} p90 ${whole(row.p90_ttft_ms)} ms, ` +
    `ITL ${one(row.mean_itl_ms)} ms, ${two(row.gpu_hours)} GPU-hours, ` +
    `${row.scale_ups} up ${row.scale_downs} down ${took}`
  )
}

interface Summary {
  readonly rows: readonly SweepRow[]
  readonly sweep: SweepArguments
  readonly targets: ServiceLevel | null
  readonly counts: {
    readonly grid: number
    readonly own: number
    readonly run: number
    readonly failed: number
  }
  readonly jobs: number
  readonly elapsedMs: number
  readonly rowsPath: string
}

/** What the sweep found, for the terminal. */
export function formatSummary(summary: Summary): string {
  const {rows, sweep, counts} = summary
  const isWhole = rows.length === counts.grid
  const findings = isWhole
    ? describeFindings(summary)
    : [`${counts.grid - rows.length} points are still missing.`]
  return [
    formatTable(rows.filter(isFinished)),
    '',
    ...findings,
    describeCounts(summary),
    `Saved ${rows.length} rows to: ${summary.rowsPath}`,
    `Reports and logs are in: ${sweep.outFolder.replace(/\/$/, '')}/points`,
    '',
  ].join('\n')
}

function describeCounts({sweep, counts, jobs, elapsedMs}: Summary): string {
  const {index, count} = sweep.shard
  const points =
    count === 1
      ? `${counts.grid} points`
      : `${counts.own} of ${counts.grid} points in shard ${index}/${count}`
  return (
    `${points}: ${counts.run - counts.failed} run on ${jobs} ${jobs === 1 ? 'worker' : 'workers'}, ` +
    `${counts.own - counts.run} kept from before, ${counts.failed} failed, in ${one(elapsedMs / 1000)} s`
  )
}

const COLUMNS: readonly (readonly [string, (row: FinishedRow) => string])[] = [
  ['point', row => row.id],
  ['TTFT avg ms', row => whole(row.mean_ttft_ms)],
  ['p90', row => whole(row.p90_ttft_ms)],
  ['ITL avg ms', row => one(row.mean_itl_ms)],
  ['p90', row => one(row.p90_itl_ms)],
  ['GPU-hours', row => two(row.gpu_hours)],
  ['SLA met', row => (row.sla_attainment === null ? '-' : `${one(row.sla_attainment * 100)} %`)],
  ['ups', row => String(row.scale_ups)],
  ['downs', row => String(row.scale_downs)],
]

function formatTable(rows: readonly FinishedRow[]): string {
  const lines = [COLUMNS.map(([title]) => title), ...rows.map(row => COLUMNS.map(([, cell]) => cell(row)))]
  const widths = COLUMNS.map((_, i) => Math.max(...lines.map(line => line[i]?.length ?? 0)))
  return lines
    .map(line =>
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0))),
    )
    .map(line => line.join('  ').trimEnd())
    .join('\n')
}

function describeFindings(summary: Summary): string[] {
  const {rows, sweep, targets} = summary
  if (targets === null) return []
  if (sweep.preset?.isFrontier === true) return describeFrontier(rows.filter(isFinished))
  const [axis] = sweep.axes
  const type = axis?.key.field.type
  if (axis === undefined || (type !== 'integer' && type !== 'number')) return []
  const curves = curvesOf(rows, sweep.axes)
  const found = curves
    .filter(curve => curve.repeat === 0)
    .map(curve => {
      const repeats = curves.filter(other => other.series === curve.series)
      return describeCurve(curve, {sweep, axis, targets, repeats})
    })
  const rule = found.some(({hasCliff}) => hasCliff) ? [CLIFF_RULE] : []
  const sentences = [...found.flatMap(each => each.sentences), ...rule]
  return sentences.length === 0 ? [] : [...sentences, '']
}

interface CurveContext {
  readonly sweep: SweepArguments
  readonly axis: SweepAxis
  readonly targets: ServiceLevel
  /** All curves of the same series, this one too. */
  readonly repeats: readonly Curve[]
}

interface CurveFindings {
  readonly sentences: readonly string[]
  /** Whether a cliff is among what is said. */
  readonly hasCliff: boolean
}

function describeCurve(curve: Curve, {sweep, axis, targets, repeats}: CurveContext): CurveFindings {
  const isPlanned = curve.points.some(({row}) => row.total_ticks > 0)
  const unit = axis.key.unit === null ? '' : ` ${axis.key.unit}`
  const observations = computeObservations({
    points: curve.points,
    targets,
    unit,
    isColdStart: axis.key.path === 'engine.startup_time',
  })
  if (observations === null || !isPlanned) return {sentences: [], hasCliff: false}
  const {cliff, cliffSentence, scalingSentence, itlSentence} = observations
  const hasCliff = saysCliff(sweep.axes, cliff)
  const {of} = sweep.repeats
  const spread = describeSpread({curves: repeats, of, targetMs: targets.ttftMs, unit})
  const heading = curve.series === '' ? [] : [`${curve.series}:`]
  const cliffSentences = hasCliff ? [cliffSentence, ...spread] : []
  return {sentences: [...heading, ...cliffSentences, scalingSentence, itlSentence], hasCliff}
}

function describeFrontier(rows: readonly FinishedRow[]): string[] {
  const runsOf = (ofTrace: readonly FinishedRow[], isPlanned: boolean) =>
    ofTrace.filter(row => row.total_ticks > 0 === isPlanned).flatMap(frontierRun)
  const [own = [], ...others] = groupByTrace(rows)
  const lines = computeFrontier(runsOf(own, false)).map(
    run => `  ${run.id}: ${one(run.attainment * 100)} % for ${two(run.gpuHours)} GPU-hours`,
  )
  const regrets = [own, ...others].flatMap(ofTrace => {
    const frontier = computeFrontier(runsOf(ofTrace, false))
    return runsOf(ofTrace, true).map(run => describeRegret(run, frontier))
  })
  return ['Fixed fleets no other beats:', ...lines, 'With the planner:', ...regrets, '']
}

function describeRegret(run: FrontierRun, frontier: readonly FrontierRun[]): string {
  const {cheapest, gpuHours} = computeRegret(run, frontier)
  const against =
    cheapest === null || gpuHours === null
      ? 'no fixed fleet here reaches that'
      : `${signed(gpuHours)} GPU-hours against ${cheapest.id}, the cheapest fixed fleet as good`
  return `  ${run.id}: ${one(run.attainment * 100)} % for ${two(run.gpuHours)} GPU-hours, ${against}`
}

function frontierRun(row: FinishedRow): FrontierRun[] {
  return row.sla_attainment === null
    ? []
    : [{id: row.id, gpuHours: row.gpu_hours, attainment: row.sla_attainment}]
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${two(value)}`
}

function whole(value: number): string {
  return formatThousands(value, 0)
}

function one(value: number): string {
  return formatThousands(value, 1)
}

function two(value: number): string {
  return formatThousands(value, 2)
}
