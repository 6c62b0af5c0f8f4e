import {plannerOf} from '../../../config/scenario.ts'
import type {Candidate} from '../finding.ts'
import {missedBetween, type RunFacts} from '../run-facts.ts'
import {missedShare, type Step, stepsOf} from '../scaling-events.ts'
import {clock, percent, plural} from '../words.ts'

/** What came before and after a step is judged over this long, seconds. */
const WINDOW_S = 60
/** Before the step all was well, after it most was not. */
const WELL = 0.2
const ILL = 0.5

/** Replicas were taken away, and within a minute the objective was missed that had been met before. */
export function findScaledDownIntoBurst(facts: RunFacts): Candidate[] {
  const bad = inGroups(
    stepsOf(facts)
      .filter(step => !step.isUp)
      .flatMap(step => {
        const before = missedShare(facts, step.atS - WINDOW_S, step.atS)
        const after = missedShare(facts, step.atS, step.atS + WINDOW_S)
        return before === null || after === null || before > WELL || after < ILL
          ? []
          : [{step, before, after}]
      }),
  )
  if (bad.length === 0) return []
  const {first, last} = bad.reduce((most, each) => (each.last.after > most.last.after ? each : most))
  const toS = last.step.atS + WINDOW_S
  const {missed} = missedBetween(facts, last.step.atS, toS)
  const others = bad.length > 1 ? ` It happened ${bad.length} times.` : ''
  const text =
    `${clock(first.step.atS)}: scaled down from ${first.step.from} to ${last.step.to}, and within a minute load came. In the minute ` +
    `before, ${percent(first.before)} of requests missed the objective, in the minute after ${percent(last.after)} ` +
    `(${plural(missed, 'request')}).${others}`
  const figures = {
    from_count: first.step.from,
    to_count: last.step.to,
    missed_share_before: first.before,
    missed_share_after: last.after,
    missed,
    times: bad.length,
  }
  const finding = {rule: 'scaled-down-into-burst', from_s: first.step.atS, to_s: toS, text, figures} as const
  return [{finding, weight: missed * bad.length, remedies: steadier(facts, first.step.from)}]
}

interface BadStep {
  readonly step: Step
  readonly before: number
  readonly after: number
}

/** Steps of one pool that follow within the window are one descent. */
function inGroups(steps: readonly BadStep[]): readonly {readonly first: BadStep; readonly last: BadStep}[] {
  const groups: {first: BadStep; last: BadStep}[] = []
  for (const bad of steps) {
    const open = groups.find(
      ({last}) => last.step.component === bad.step.component && bad.step.atS - last.step.atS <= WINDOW_S,
    )
    if (open === undefined) groups.push({first: bad, last: bad})
    else open.last = bad
  }
  return groups
}

/** A floor at the size it had, or a scale-down that asks for more room. */
function steadier({scenario}: RunFacts, serving: number): Candidate['remedies'] {
  const sensitivity = plannerOf(scenario)?.load_scaling_down_sensitivity
  const calmer =
    sensitivity === undefined || sensitivity <= 10
      ? []
      : [{'planner.load_scaling_down_sensitivity': Math.round(sensitivity / 2)}]
  return [{'planner.min_endpoint': serving}, ...calmer]
}
