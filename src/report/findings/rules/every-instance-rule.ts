import {plannerOf} from '../../../config/scenario.ts'
import {median} from '../figures.ts'
import type {Candidate} from '../finding.ts'
import type {RunFacts} from '../run-facts.ts'
import {plural} from '../words.ts'

/** In fewer of its ticks the rule decided little. */
const LEAST_SHARE = 0.1

/**
 * Dynamo's load scaling adds an instance only where *every* instance is estimated over a target. Counts the ticks at
 * which some were and the fleet therefore stayed as it was.
 */
export function findEveryInstanceRule(facts: RunFacts): Candidate[] {
  if (facts.holds) return []
  const looked = facts.ticks.filter(tick => tick.isLoad && tick.seen > 0)
  const held = looked.filter(tick => tick.over > 0 && tick.over < tick.seen)
  if (held.length < LEAST_SHARE * looked.length || held.length < 5) return []
  const over = median(held.map(tick => tick.over))
  const seen = median(held.map(tick => tick.seen))
  const [first, last] = [held[0]!, held[held.length - 1]!]
  const text =
    `At ${held.length} of ${plural(looked.length, 'load tick')} some instances were estimated over target, but not all ` +
    `(in the median ${over} of ${seen}): load scaling adds an instance only when every one is over.`
  const figures = {held_ticks: held.length, load_ticks: looked.length, over, seen}
  const finding = {
    rule: 'every-instance-rule',
    from_s: first.atS,
    to_s: last.atS,
    text,
    figures,
  } as const
  const weight = (facts.missedCount * held.length) / looked.length
  const floor = plannerOf(facts.scenario)?.min_endpoint ?? 1
  // Where the rule adds none in time, a floor has them there before.
  return [{finding, weight: weight / 2, remedies: [{'planner.min_endpoint': floor + 1}]}]
}
