import {poolsOf} from '../../../config/scenario.ts'
import {median} from '../figures.ts'
import type {Candidate} from '../finding.ts'
import type {RunFacts} from '../run-facts.ts'
import {missedShare, stepsOf} from '../scaling-events.ts'
import {duration, plural} from '../words.ts'

/** The need is over once a window of this length misses no more than `WELL`, seconds. */
const WINDOW_S = 20
const WELL = 0.1
const LEAST_STARTS = 3
/** At least this share of the starts came too late. */
const LATE_SHARE = 0.5

/** New instances were ready only after the requests they were started for had stopped missing the objective. */
export function findStartupOutlastsBurst(facts: RunFacts): Candidate[] {
  const startupS = Math.max(...poolsOf(facts.scenario.fleet).map(([, {args}]) => args.startup_time ?? 0))
  if (startupS <= 0) return []
  const needs = stepsOf(facts)
    .filter(step => step.isUp)
    .map(step => ({step, needS: needAfter(facts, step.atS, startupS)}))
    .filter(({needS}) => needS !== null) as {step: {atS: number}; needS: number}[]
  const late = needs.filter(({needS}) => needS < startupS)
  if (late.length < LEAST_STARTS || late.length < LATE_SHARE * needs.length) return []
  const needS = median(late.map(each => each.needS))
  const text =
    `${late.length} of ${plural(needs.length, 'scale-up')} came too late: an instance takes ${duration(startupS)} to ` +
    `start, and the need for it was over after ${duration(needS)} in the median.`
  const figures = {startup_s: startupS, need_s: needS, late: late.length, scale_ups: needs.length}
  const [first, last] = [late[0]!, late[late.length - 1]!]
  const finding = {
    rule: 'startup-outlasts-burst',
    from_s: first.step.atS,
    to_s: last.step.atS + startupS,
    text,
    figures,
  } as const
  return [{finding, weight: (facts.missedCount * late.length) / needs.length / 2, remedies: []}]
}

/** Seconds from a scale-up until requests meet the objective again; at most the start-up; null without any request. */
function needAfter(facts: RunFacts, atS: number, startupS: number): number | null {
  const atStart = missedShare(facts, atS - WINDOW_S, atS + WINDOW_S)
  if (atStart === null || atStart <= WELL) return null
  for (let s = WINDOW_S; s < startupS; s += WINDOW_S) {
    const share = missedShare(facts, atS + s, atS + s + WINDOW_S)
    if (share !== null && share <= WELL) return s
  }
  return startupS
}
