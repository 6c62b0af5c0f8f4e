import type {Release} from '../config/release.ts'
import {percent} from '../report/findings/words.ts'
import type {RunResult} from '../run/run.ts'
import {REPEAT_WORDS} from '../sweep/repeats.ts'
import type {Answer} from './answer-run.ts'
import type {Spread} from './spread.ts'
import {tellCure} from './tell-cure.ts'

/** The answer for a terminal: how far to trust the result first, then its findings, each with its cure below. */
export function formatAnswer({findings, spread}: Answer, release: Release): string {
  const lines = [
    ...(spread === null ? [] : [...(spread.fragile === null ? [] : [spread.fragile]), tellSpread(spread)]),
    ...findings.flatMap(({text, cure}) => [
      `- ${text}`,
      ...(cure === undefined ? [] : [`  ${tellCure(cure, spread?.of ?? 'phase', release)}`]),
    ]),
  ]
  return lines.length === 0 ? '' : `\nFindings\n${lines.join('\n')}\n`
}

function tellSpread({figures, holds, runs, of}: Spread): string {
  const share = figures.sla_attainment
  const met =
    share === undefined
      ? ''
      : ` ${percent(share.median)} of requests meet the objective in the median (${percent(share.min)} to ${percent(share.max)});`
  return `Over ${runs} ${REPEAT_WORDS[of]}:${met} it holds in ${holds} of ${runs}.`
}

/** The result with the answer in its report; a run that nothing judges has no findings. */
export function withAnswer(result: RunResult, answer: Answer): RunResult {
  const {report} = result
  if (report.planner_replay.sla_attainment === null && answer.spread === null) return result
  const planner_replay = {...report.planner_replay, ...answerExtras(answer)}
  return {...result, report: {...report, planner_replay}}
}

/** The same as it stands in the report, in its snake_case keys. */
function answerExtras({findings, spread}: Answer) {
  if (spread === null) return {findings}
  const {of, runs, holds, fragile, figures} = spread
  return {findings, spread: {of, runs, holds, fragile, ...figures}}
}
