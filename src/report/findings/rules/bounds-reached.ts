import {plannerOf} from '../../../config/scenario.ts'
import type {Candidate} from '../finding.ts'
import {missedBetween, type RunFacts} from '../run-facts.ts'
import {spansOf, totalSeconds} from '../spans.ts'
import type {TickView} from '../tick-view.ts'
import {clock, duration, percent, plural} from '../words.ts'

/** A limit met for a shorter part of the run explains little of it. */
const LEAST_SHARE = 0.02

/** The planner wanted more replicas than its budget allows. */
export function findBudgetReached(facts: RunFacts): Candidate[] {
  const budget = plannerOf(facts.scenario)?.max_gpu_budget ?? -1
  if (budget < 0) return []
  return heldAt(facts, {
    rule: 'budget-reached',
    holds: tick => tick.wanted !== null && tick.final !== null && tick.wanted > tick.final,
    say: ticks =>
      `the budget of ${plural(budget, unitOf(facts))} held the planner, which wanted more (${ticks})`,
    figure: {max_gpu_budget: budget},
    remedies: [{'planner.max_gpu_budget': Math.ceil(budget * 1.5)}, {'planner.max_gpu_budget': budget * 2}],
  })
}

/** 1.2.1 counts replicas, 1.6.1 the GPUs of all of them. */
function unitOf({scenario}: RunFacts): string {
  return scenario.release === '1.6.1' ? 'GPU' : 'replica'
}

/** Only `min_endpoint` kept the fleet from becoming smaller. */
export function findFloorHeld(facts: RunFacts): Candidate[] {
  const floor = plannerOf(facts.scenario)?.min_endpoint ?? 0
  if (floor <= 1 || !facts.holds) return []
  return heldAt(facts, {
    rule: 'floor-held',
    holds: tick => tick.couldShrink && tick.serving + tick.starting <= floor,
    say: ticks =>
      `the fewest replicas per pool (min_endpoint ${floor}) kept a replica that by the planner’s own checks could have gone (${ticks})`,
    figure: {min_endpoint: floor},
    remedies: [{'planner.min_endpoint': floor - 1}],
  })
}

interface Bound {
  readonly rule: 'budget-reached' | 'floor-held'
  readonly holds: (tick: TickView) => boolean
  /** @param ticks how many ticks it held, in words */
  readonly say: (ticks: string) => string
  readonly figure: Readonly<Record<string, number>>
  readonly remedies: Candidate['remedies']
}

function heldAt(facts: RunFacts, {rule, holds, say, figure, remedies}: Bound): Candidate[] {
  const ticks = facts.ticks.filter(tick => tick.isLoad)
  const spans = spansOf(ticks, tick => tick.atS, holds, 1)
  const heldS = totalSeconds(spans)
  const spanS = facts.lastArrivalS - facts.firstArrivalS
  if (spans.length === 0 || heldS < LEAST_SHARE * spanS) return []
  const [from_s, to_s] = [spans[0]!.fromS, spans[spans.length - 1]!.toS]
  const held = spans.reduce((sum, span) => sum + span.items.length, 0)
  const missed = spans.reduce((sum, {fromS, toS}) => sum + missedBetween(facts, fromS, toS).missed, 0)
  const share = spanS > 0 ? Math.min(heldS / spanS, 1) : 1
  const text =
    `${clock(from_s)}–${clock(to_s)}: for ${duration(heldS)} (${percent(share)} of the run) ` +
    `${say(`${held} of ${plural(ticks.length, 'load tick')}`)}.`
  const figures = {
    held_s: heldS,
    held_share: share,
    held_ticks: held,
    load_ticks: ticks.length,
    missed,
    ...figure,
  }
  return [{finding: {rule, from_s, to_s, text, figures}, weight: missed, remedies}]
}
