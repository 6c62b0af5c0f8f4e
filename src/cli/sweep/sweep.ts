import {availableParallelism} from 'node:os'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'
import type {Problem} from '../../core/result.ts'
import type {SweepRow} from '../../sweep/points.ts'
import {repeatByRepeat} from '../../sweep/schedule/run-order.ts'
import {fileErrorReason} from '../file-errors.ts'
import type {ReplayOutcome} from '../replay-outcome.ts'
import type {Terminal} from '../terminal.ts'
import {parseSweepArguments, type SweepArguments} from './sweep-arguments.ts'
import {hasHtml, makeSweepFolder, readFinishedRow, writeRows} from './sweep-folder.ts'
import {formatSweepHelp} from './sweep-help.ts'
import {planSweep, type SweepPlan} from './sweep-plan.ts'
import type {PointOutcome} from './sweep-point.ts'
import {PointPool} from './sweep-pool.ts'
import {describeCost, describeOutcome, formatSummary} from './sweep-summary.ts'

/** The `sweep` subcommand without its name; writes only below `--out`. */
export async function runSweepCommand(argv: readonly string[], terminal: Terminal): Promise<ReplayOutcome> {
  if (argv.includes('--help') || argv.includes('-h')) {
    terminal.writeOut(formatSweepHelp())
    return {kind: 'done'}
  }
  const sweep = parseSweepArguments(argv)
  if (!sweep.ok) return refuse(sweep.error)
  const plan = await planSweep(sweep.value)
  if (!plan.ok) return refuse(plan.error)
  const folder = makeSweepFolder(sweep.value.outFolder)
  if (!folder.ok) return refuse(folder.error)
  for (const notice of new Set(plan.value.notices)) terminal.writeError(`note: ${notice}\n`)
  try {
    return await runSweep(sweep.value, plan.value, terminal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return {kind: 'failed', message: `cannot write to ${sweep.value.outFolder}: ${fileErrorReason(error)}`}
  }
}

async function runSweep(sweep: SweepArguments, plan: SweepPlan, terminal: Terminal): Promise<ReplayOutcome> {
  const startedMs = performance.now()
  const book = new SweepBook(sweep, plan)
  const open = book.openTasks()
  const jobs = Math.max(1, Math.min(sweep.jobs ?? availableParallelism(), open.length))
  terminal.writeError(`note: ${describeCost(sweep, plan, {open: open.length, jobs})}\n`)
  const {trace, streamed, recipe} = plan
  const {outFolder, wantsHtml} = sweep
  const pool = new PointPool({trace, streamed, recipe, outFolder, wantsHtml}, jobs)
  const run = pool.run(open, outcome => {
    book.add(outcome)
    if (plan.hasProgress) terminal.writeError(`${describeOutcome(outcome, book.progress)}\n`)
  })
  await run.finally(() => pool.stop())
  const rows = book.finish()
  const rowsPath = join(sweep.outFolder, 'sweep.jsonl')
  const own = new Set(plan.ownTasks.map(task => task.facts.id))
  const failed = rows.flatMap(row => (own.has(row.id) && 'error' in row ? [`${row.id}: ${row.error}`] : []))
  terminal.writeOut(
    formatSummary({
      rows,
      sweep,
      base: plan.base,
      scenarios: plan.tasks.map(({scenario}) => scenario),
      counts: {grid: plan.tasks.length, own: plan.ownTasks.length, run: open.length, failed: failed.length},
      jobs,
      elapsedMs: performance.now() - startedMs,
      busyShare: pool.busyShare,
      rowsPath,
    }),
  )
  if (failed.length === 0) return {kind: 'done'}
  const [first = '', ...others] = failed
  const more = others.length === 0 ? '' : ` (and ${others.length} more; see error in ${rowsPath})`
  return {kind: 'failed', message: `${failed.length} of ${own.size} points failed: ${first}${more}`}
}

/** More often than this is no use to anybody who watches the file. */
const ROWS_EVERY_MS = 1000

/** Which points are finished: the folder's reports are the truth, `sweep.jsonl` is a copy of what they say. */
class SweepBook {
  readonly #sweep: SweepArguments
  readonly #plan: SweepPlan
  readonly #rows = new Map<string, SweepRow>()
  #openCount = 0
  #doneCount = 0
  #writtenMs = Number.NEGATIVE_INFINITY

  constructor(sweep: SweepArguments, plan: SweepPlan) {
    this.#sweep = sweep
    this.#plan = plan
  }

  get progress(): {readonly done: number; readonly total: number} {
    return {done: this.#doneCount, total: this.#openCount}
  }

  /** Own points without a result, in the order they are run in; takes up the results that are there. */
  openTasks() {
    if (!this.#sweep.isFresh) this.#readFinished()
    const {wantsHtml, outFolder} = this.#sweep
    const open = this.#plan.ownTasks.filter(
      ({facts}) => !this.#rows.has(facts.id) || (wantsHtml && !hasHtml(outFolder, facts.id)),
    )
    this.#openCount = open.length
    return repeatByRepeat(open)
  }

  add({row}: PointOutcome): void {
    this.#rows.set(row.id, row)
    this.#doneCount++
    const nowMs = performance.now()
    if (nowMs - this.#writtenMs < ROWS_EVERY_MS) return
    this.#writtenMs = nowMs
    this.#write()
  }

  /**
   * Writes all rows of the grid that are known, in grid order. Shards that share the folder finish each other's
   * file: it is read again until nothing new turned up while it was written.
   */
  finish(): readonly SweepRow[] {
    for (;;) {
      this.#readFinished()
      const known = this.#rows.size
      const rows = this.#write()
      this.#readFinished()
      if (this.#rows.size === known) return rows
    }
  }

  #readFinished(): void {
    for (const {facts} of this.#plan.tasks) {
      if (this.#rows.has(facts.id)) continue
      const row = readFinishedRow(this.#sweep.outFolder, facts)
      if (row !== null) this.#rows.set(facts.id, row)
    }
  }

  #write(): readonly SweepRow[] {
    const rows = this.#plan.tasks
      .map(task => this.#rows.get(task.facts.id))
      .filter((row): row is SweepRow => row !== undefined)
    writeRows(this.#sweep.outFolder, rows)
    return rows
  }
}

function refuse(problem: Problem): ReplayOutcome {
  return {kind: 'bad-input', problem}
}
