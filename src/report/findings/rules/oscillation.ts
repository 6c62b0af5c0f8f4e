import {plannerOf} from '../../../config/scenario.ts'
import {median} from '../figures.ts'
import type {Candidate} from '../finding.ts'
import type {RunFacts} from '../run-facts.ts'
import {pairsOf, stepsOf} from '../scaling-events.ts'
import {duration, plural} from '../words.ts'

const LEAST_PAIRS = 5
/** Steps that follow one another within this many load intervals, or this long, undo one another. */
const INTERVALS = 2
const LEAST_WINDOW_S = 30
/** And they are this share of all steps. */
const LEAST_SHARE = 0.3

/** Up and down again, or down and up again, before any load could have come and gone. */
export function findOscillation(facts: RunFacts): Candidate[] {
  const intervalS = plannerOf(facts.scenario)?.load_adjustment_interval
  if (intervalS === undefined) return []
  const steps = stepsOf(facts)
  const windowS = Math.max(INTERVALS * intervalS, LEAST_WINDOW_S)
  const undone = pairsOf(steps).filter(([a, b]) => a.isUp !== b.isUp && b.atS - a.atS <= windowS)
  if (undone.length < LEAST_PAIRS || undone.length < LEAST_SHARE * steps.length) return []
  const gapS = median(undone.map(([a, b]) => b.atS - a.atS))
  const text =
    `The fleet oscillates: ${undone.length} of ${plural(steps.length, 'scaling event')} were undone within ` +
    `${duration(windowS)}, in the median after ${duration(gapS)}.`
  const figures = {undone: undone.length, events: steps.length, gap_s: gapS, window_s: windowS}
  const finding = {
    rule: 'oscillation',
    from_s: undone[0]![0].atS,
    to_s: undone[undone.length - 1]![1].atS,
    text,
    figures,
  } as const
  const weight = (facts.missedCount * undone.length) / steps.length / 2
  const sensitivity = plannerOf(facts.scenario)?.load_scaling_down_sensitivity ?? 0
  const remedies =
    sensitivity > 10 ? [{'planner.load_scaling_down_sensitivity': Math.round(sensitivity / 2)}] : []
  return [{finding, weight, remedies}]
}
