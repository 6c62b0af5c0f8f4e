import {availableParallelism} from 'node:os'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'
import {formatCommand} from '../../config/command-line/command-line.ts'
import {formatThousands} from '../../core/python/python-number.ts'
import type {Problem} from '../../core/result.ts'
import {percent} from '../../report/findings/words.ts'
import {type Recommendation, recommend, unexplained} from '../../search/answer/recommendation.ts'
import {formatRecommendation, type WhyNot} from '../../search/answer/recommendation-json.ts'
import {tellEnd, tellHeld, tellRecommendation} from '../../search/answer/recommendation-text.ts'
import {takeAway} from '../../search/answer/take-away.ts'
import {runSearch} from '../../search/run-search.ts'
import {TimeLimit} from '../../search/time-limit.ts'
import {fileErrorReason} from '../file-errors.ts'
import {describeOwnFlags} from '../own-flags.ts'
import type {ReplayOutcome} from '../replay-outcome.ts'
import {makeSweepFolder} from '../sweep/sweep-folder.ts'
import {PointPool} from '../sweep/sweep-pool.ts'
import type {Terminal} from '../terminal.ts'
import {EvaluationRunner} from './evaluation-runner.ts'
import {explainNearest} from './explain-nearest.ts'
import {parseRecommendArguments, RECOMMEND_FLAGS, type RecommendArguments} from './recommend-arguments.ts'
import {readShards, writeRecommendation, writeShard} from './recommend-folder.ts'
import {planRecommend, type RecommendPlan} from './recommend-plan.ts'

/** The `recommend` subcommand without its name; writes only below `--out`. */
export async function runRecommendCommand(
  argv: readonly string[],
  terminal: Terminal,
): Promise<ReplayOutcome> {
  if (argv.includes('--help') || argv.includes('-h')) {
    terminal.writeOut(formatHelp())
    return {kind: 'done'}
  }
  const asked = parseRecommendArguments(argv)
  if (!asked.ok) return refuse(asked.error)
  const plan = await planRecommend(asked.value)
  if (!plan.ok) return refuse(plan.error)
  const folder = makeSweepFolder(asked.value.outFolder)
  if (!folder.ok) return refuse(folder.error)
  for (const notice of new Set(plan.value.notices)) terminal.writeError(`note: ${notice}\n`)
  try {
    return await search(asked.value, plan.value, terminal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return {kind: 'failed', message: `cannot write to ${asked.value.outFolder}: ${fileErrorReason(error)}`}
  }
}

async function search(
  asked: RecommendArguments,
  plan: RecommendPlan,
  terminal: Terminal,
): Promise<ReplayOutcome> {
  const startedMs = performance.now()
  const {outFolder, shard} = asked
  const {trace, recipe, search: ours} = plan
  const jobs = asked.jobs ?? availableParallelism()
  const pool = new PointPool({trace, recipe, outFolder, wantsHtml: false}, jobs)
  const time =
    asked.timeLimitS === null ? undefined : new TimeLimit(asked.timeLimitS, () => performance.now())
  const runner = new EvaluationRunner(plan, pool, outFolder, time)
  const interrupted = () => {
    terminal.writeError('\nStopped; the same command goes on from here.\n')
    process.exit(130)
  }
  process.once('SIGINT', interrupted)
  try {
    const given = shard.count === 1 ? readShards(outFolder, ours, runner.readKept) : new Map()
    const {results, reason} = await runSearch(ours, runner.evaluate, {
      given,
      ...(time === undefined ? {} : {time}),
      onNews: sofar => {
        if (plan.hasProgress)
          terminal.writeError(
            `${describeProgress(runner.last, sofar.size, ours.spent(sofar).weight, asked)}\n`,
          )
      },
    })
    const answer = recommend(ours, results, reason)
    if (shard.count > 1) {
      writeShard(outFolder, shard, results)
      terminal.writeOut(`Shard ${shard.index}/${shard.count} is done. ${tellRecommendation(answer)[0]}\n`)
      return {kind: 'done'}
    }
    const asking = unexplained(answer)
    const why = asking === null ? null : await explainNearest(asking, plan)
    const summary = formatCommand('planner-replay', asked.rest)
    const files = takeAway(answer, {why, summary, trace: plan.path})
    writeRecommendation(outFolder, files, results)
    terminal.writeOut(asked.asJson ? formatRecommendation(answer, why) : formatAnswer(answer, why))
    if (!asked.asJson) {
      const {full, partial} = answer.evaluations
      const took = formatThousands((performance.now() - startedMs) / 1000, 1)
      terminal.writeOut(
        `${full} runs of the whole trace and ${partial} of parts of it, ${runner.kept} of them kept from before, on ${jobs} ${jobs === 1 ? 'worker' : 'workers'} in ${took} s, busy ${percent(pool.busyShare)} of it; ${tellEnd(answer)}.\n` +
          `Saved to: ${join(outFolder, 'recommend.json')}\n`,
      )
    }
    return {kind: 'done'}
  } finally {
    process.off('SIGINT', interrupted)
    await pool.stop()
  }
}

function describeProgress(last: string, done: number, spent: number, {budget}: RecommendArguments): string {
  return `[${done}, ${formatThousands(spent, 1)} of ${budget}] ${last}`
}

function formatAnswer(answer: Recommendation, why: WhyNot | null): string {
  const reasons = why === null ? [] : why.reasons.map(reason => `- ${reason}`)
  const held = why?.held ? [tellHeld(why.held)] : []
  return `${[...tellRecommendation(answer), ...reasons, ...held].join('\n')}\n\n`
}

function formatHelp(): string {
  return [
    'usage: planner-replay recommend TRACE [flags of a replay] --objective ttft=MS,itl=MS,share=0.95 --out DIR',
    '',
    'Looks for the cheapest setting that holds an objective. The flags of the replay are today’s setting; --space says',
    'what may be chosen. The same command with the same --seed gives the same answer, whatever --jobs is and however',
    'often it was interrupted: runs that are in DIR are not run again. What fits into --time-limit',
    'depends on the machine; the same command goes on from there for as long again.',
    '',
    ...describeOwnFlags(RECOMMEND_FLAGS),
    '',
    'exit codes: 0 done (also where nothing holds: best is then null), 1 a run failed, 2 bad input, 130 interrupted',
    '',
  ].join('\n')
}

function refuse(problem: Problem): ReplayOutcome {
  return {kind: 'bad-input', problem}
}
