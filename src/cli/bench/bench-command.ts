import {availableParallelism} from 'node:os'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'
import type {BenchFigures} from '../../bench/bench-figures.ts'
import {pricedBench} from '../../bench/priced-bench.ts'
import {type BenchJob, type BenchNews, type EvaluateJobs, runBench} from '../../bench/run-bench.ts'
import {formatThousands} from '../../core/python/python-number.ts'
import {fail, ok, type Problem, type Result} from '../../core/result.ts'
import {priceOf} from '../../search/prices.ts'
import {pointsOfShard} from '../../sweep/shard.ts'
import {fileErrorReason} from '../file-errors.ts'
import {describeOwnFlags} from '../own-flags.ts'
import type {ReplayOutcome} from '../replay-outcome.ts'
import {makeSweepFolder} from '../sweep/sweep-folder.ts'
import type {PointOutcome} from '../sweep/sweep-point.ts'
import {PointPool} from '../sweep/sweep-pool.ts'
import type {Terminal} from '../terminal.ts'
import {BENCH_FLAGS, type BenchArguments, parseBenchArguments} from './bench-arguments.ts'
import {readFinishedBench, writeBench} from './bench-folder.ts'
import {formatBench} from './bench-text.ts'
import {type CliBenchPlan, planCliBench} from './plan-cli-bench.ts'

/** The `bench` subcommand without its name; writes only below `--out`. */
export async function runBenchCommand(argv: readonly string[], terminal: Terminal): Promise<ReplayOutcome> {
  if (argv.includes('--help') || argv.includes('-h')) {
    terminal.writeOut(formatBenchHelp())
    return {kind: 'done'}
  }
  const asked = parseBenchArguments(argv)
  if (!asked.ok) return refuse(asked.error)
  const plan = await planCliBench(asked.value)
  if (!plan.ok) return refuse(plan.error)
  const folder = makeSweepFolder(asked.value.outFolder)
  if (!folder.ok) return refuse(folder.error)
  for (const notice of new Set(plan.value.notices)) terminal.writeError(`note: ${notice}\n`)
  const {trace, recipe} = plan.value
  const {outFolder, jobs} = asked.value
  const pool = new PointPool({trace, recipe, outFolder, wantsHtml: false}, jobs ?? availableParallelism())
  try {
    return await run(asked.value, plan.value, {pool, terminal})
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return {kind: 'failed', message: `cannot write to ${outFolder}: ${fileErrorReason(error)}`}
  } finally {
    await pool.stop()
  }
}

interface Hands {
  readonly pool: PointPool
  readonly terminal: Terminal
}

async function run(asked: BenchArguments, plan: CliBenchPlan, hands: Hands): Promise<ReplayOutcome> {
  const startedMs = performance.now()
  const {outFolder, shard} = asked
  const evaluate = evaluator(plan, outFolder, hands)
  if (shard.count > 1) {
    const cases = pointsOfShard(plan.bench.cases, shard)
    const jobs = cases.map(({id, scenario, phase}) => ({id, scenario, phase, isScratch: false}))
    const failures: string[] = []
    await evaluate(jobs, (id, figures) => {
      if (!figures.ok) failures.push(`${id}: ${figures.error.message}`)
    })
    hands.terminal.writeOut(
      `${jobs.length} runs of shard ${shard.index}/${shard.count} are in ${outFolder}.\n`,
    )
    return outcomeOf(failures)
  }
  const news = await runBench(plan.bench, evaluate, ({attempts, result}) => {
    if (plan.hasProgress && attempts !== null && attempts > 0)
      hands.terminal.writeError(describeSearch(attempts, result))
  })
  const result = pricedBench(news.result, hours => priceOf(plan.bench.base, asked.prices, hours))
  writeBench(outFolder, result)
  const took = formatThousands((performance.now() - startedMs) / 1000, 1)
  const busy = formatThousands(hands.pool.busyShare * 100, 1)
  hands.terminal.writeOut(
    `${formatBench(result)}${describeRuns(news)} in ${took} s, workers busy ${busy} % of it. Saved to: ${join(outFolder, 'bench.csv')} and bench.json\n`,
  )
  return outcomeOf(news.failures.map(({id, message}) => `${id}: ${message}`))
}

/** Runs in the threads of a sweep what the folder does not hold yet. */
function evaluator(plan: CliBenchPlan, folder: string, {pool, terminal}: Hands): EvaluateJobs {
  return async (jobs, settle) => {
    const open = jobs.filter(job => {
      const kept = job.isScratch ? null : readFinishedBench(folder, plan.taskOf(job))
      if (kept !== null) settle(job.id, ok(kept))
      return kept === null
    })
    await pool.run(open.map(plan.taskOf), outcome => {
      const figures = figuresOf(outcome)
      if (plan.hasProgress && !isAttempt(open, outcome)) terminal.writeError(describeRun(outcome, figures))
      settle(outcome.row.id, figures)
    })
  }
}

function isAttempt(jobs: readonly BenchJob[], {row}: PointOutcome): boolean {
  return jobs.some(({id, isScratch}) => isScratch && id === row.id)
}

function figuresOf({row, bench}: PointOutcome): Result<BenchFigures> {
  if (bench !== undefined) return ok(bench)
  return fail('error' in row ? row.error : 'the run was not judged')
}

function describeRun({row, elapsedMs}: PointOutcome, figures: Result<BenchFigures>): string {
  const took = `(${formatThousands(elapsedMs / 1000, 1)} s)`
  if (!figures.ok) return `${row.id}: failed: ${figures.error.message} ${took}\n`
  const {share, gpuHours} = figures.value
  return `${row.id}: ${formatThousands(share * 100, 1)} % in time for ${formatThousands(gpuHours, 2)} GPU-hours ${took}\n`
}

function describeSearch(attempts: number, {hindsight}: BenchNews['result']): string {
  return hindsight === null ? `in hindsight: ${attempts} schedules replayed\n` : ''
}

function describeRuns({done, failures, attempts, result: {hindsight}}: BenchNews): string {
  const failed = failures.length === 0 ? '' : `, ${failures.length} of them failed`
  if (attempts === null) return `${done} runs${failed}`
  const end =
    hindsight === null
      ? 'none holds'
      : hindsight.isSettled
        ? 'no further one improves'
        : 'the attempts are used up'
  return `${done} runs${failed}, and ${attempts} ${attempts === 1 ? 'schedule' : 'schedules'} replayed in hindsight (${end})`
}

function outcomeOf(failures: readonly string[]): ReplayOutcome {
  const [first, ...others] = failures
  if (first === undefined) return {kind: 'done'}
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return {kind: 'failed', message: `${failures.length} runs failed: ${first}${more}`}
}

function formatBenchHelp(): string {
  return [
    'usage: planner-replay bench TRACE [flags of a replay] --objective ttft=MS,itl=MS,share=0.95 --out DIR',
    '',
    'Drives the same fleet by every policy, at several phases of each, and looks in hindsight for the cheapest schedule',
    'that holds the objective. A run that is finished in DIR is not run again.',
    '',
    ...describeOwnFlags(BENCH_FLAGS),
    '',
    'exit codes: 0 done, 1 a run failed, 2 bad input',
    '',
  ].join('\n')
}

function refuse(problem: Problem): ReplayOutcome {
  return {kind: 'bad-input', problem}
}
