import {tellSweep} from '../../answers/tell-sweep.ts'
import {releaseOf} from '../../config/releases/release-forms.ts'
import type {Scenario} from '../../config/scenario.ts'
import {formatThousands} from '../../core/python/python-number.ts'
import {axesInWordsOf} from '../../sweep/axis.ts'
import {forecastSweep} from '../../sweep/forecast.ts'
import {tellSameResults} from '../../sweep/idle-knobs.ts'
import {type FinishedRow, isFinished, type SweepRow} from '../../sweep/points.ts'
import {REPEAT_WORDS} from '../../sweep/repeats.ts'
import type {SweepArguments} from './sweep-arguments.ts'
import type {SweepPlan} from './sweep-plan.ts'
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

/** Of one thread under the planner with the GPU tables (`npm run bench`). */
const USUAL_MS_PER_REQUEST = 0.085

/** What a sweep will take, before its first run. */
export function describeCost(
  {repeats: {of, count}}: SweepArguments,
  {ownTasks, requestCount: requests}: SweepPlan,
  {open, jobs}: {readonly open: number; readonly jobs: number},
): string {
  const points = ownTasks.filter(({facts}) => facts.repeat === 0).length
  const named = `${points} ${points === 1 ? 'point' : 'points'}`
  const runs = count === 1 ? named : `${ownTasks.length} runs: ${named}, ${count} ${REPEAT_WORDS[of]}`
  if (open === 0) return `${runs}, all of them there`
  const {seconds} = forecastSweep({open, requests, msPerRequest: USUAL_MS_PER_REQUEST, workers: jobs})
  const left = open < ownTasks.length ? `, ${open} to run` : ''
  return seconds === null ? `${runs}${left}` : `${runs}${left}, about ${Math.max(Math.round(seconds), 1)} s`
}

interface Summary {
  readonly rows: readonly SweepRow[]
  readonly sweep: SweepArguments
  /** What every point starts from, and is judged by. */
  readonly base: Scenario
  /** What the points were run with. */
  readonly scenarios: readonly Scenario[]
  readonly counts: {
    readonly grid: number
    readonly own: number
    readonly run: number
    readonly failed: number
  }
  readonly jobs: number
  readonly elapsedMs: number
  /** Part of their time in which the workers had a run. */
  readonly busyShare: number
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

function describeCounts({sweep, counts, jobs, elapsedMs, busyShare}: Summary): string {
  const {index, count} = sweep.shard
  const points =
    count === 1
      ? `${counts.grid} points`
      : `${counts.own} of ${counts.grid} points in shard ${index}/${count}`
  const busy = counts.run === 0 ? '' : `, busy ${one(busyShare * 100)} % of it`
  return (
    `${points}: ${counts.run - counts.failed} run on ${jobs} ${jobs === 1 ? 'worker' : 'workers'}, ` +
    `${counts.own - counts.run} kept from before, ${counts.failed} failed, in ${one(elapsedMs / 1000)} s${busy}`
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

function describeFindings({rows, sweep, base, scenarios}: Summary): string[] {
  const axes = axesInWordsOf(sweep.axes, releaseOf(base))
  const {groups, rule} = tellSweep({
    axes,
    base,
    scenarios,
    rows,
    repeatsOf: sweep.repeats.of,
    prices: sweep.prices,
  })
  const same = tellSameResults(axes, {rows, planned: rows.filter(({repeat}) => repeat === 0).length})
  const told = groups.flatMap(group => [
    ...(group.heading === '' ? [] : [`${group.heading}:`]),
    ...group.sentences,
  ])
  const sentences = same === null ? told : [same, ...told]
  return sentences.length === 0 ? [] : [...sentences, ...(rule === '' ? [] : [rule]), '']
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
