import type {Candidate} from '../finding.ts'
import {missedBetween, type RunFacts} from '../run-facts.ts'
import {clock, count, duration, percent} from '../words.ts'

/** The beginning that is looked at, seconds, and never more than a quarter of the run. */
const BEGINNING_S = 300
const ILL = 0.3
const WELL = 0.1

/** The run begins badly and is well from then on: the fleet started too small, or the policy had still to learn. */
export function findWarmUp(facts: RunFacts): Candidate[] {
  const {firstArrivalS, lastArrivalS} = facts
  const lengthS = Math.min(BEGINNING_S, (lastArrivalS - firstArrivalS) / 4)
  const toS = firstArrivalS + lengthS
  const beginning = missedBetween(facts, firstArrivalS, toS)
  const rest = missedBetween(facts, toS, Number.POSITIVE_INFINITY)
  if (beginning.arrived === 0 || rest.arrived === 0) return []
  const [early, late] = [beginning.missed / beginning.arrived, rest.missed / rest.arrived]
  if (early < ILL || late > WELL) return []
  const text =
    `${clock(firstArrivalS)}–${clock(toS)}: the beginning costs most. ${percent(early)} of the requests of the first ` +
    `${duration(lengthS)} missed the objective, ${percent(late)} of those after it: ${count(beginning.missed)} of ` +
    `${count(facts.missedCount)} misses.`
  const figures = {
    early_missed_share: early,
    later_missed_share: late,
    early_missed: beginning.missed,
    missed: facts.missedCount,
  }
  const finding = {rule: 'warm-up', from_s: firstArrivalS, to_s: toS, text, figures} as const
  return [{finding, weight: beginning.missed, remedies: largerStart(facts)}]
}

function largerStart({scenario: {fleet}}: RunFacts): Candidate['remedies'] {
  if (fleet.topology !== 'agg') return []
  return [{num_workers: fleet.workers.initialWorkers * 2}]
}
