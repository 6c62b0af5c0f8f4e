import {plannerOf} from '../../../config/scenario.ts'
import type {Candidate, Remedy} from '../finding.ts'
import {missedBetween, type RunFacts} from '../run-facts.ts'
import {longestSpan, spansOf, totalSeconds} from '../spans.ts'
import type {TickView} from '../tick-view.ts'
import {clock, count, duration, plural} from '../words.ts'

/** Shorter stretches without an estimate are the usual wait for the first passes. */
const SHORTEST_S = 60

/**
 * The planner saw passes and had no latency estimate of any instance, so load scaling decided nothing. Says why, and
 * whether throughput scaling could still see.
 */
export function findPlannerBlind(facts: RunFacts): Candidate[] {
  const ticks = facts.ticks.filter(tick => tick.isLoad)
  const spans = spansOf(
    ticks,
    tick => tick.atS,
    tick => tick.isBlind,
  )
  const longest = longestSpan(spans)
  if (longest === undefined || longest.toS - longest.fromS < SHORTEST_S) return []
  const {arrived, missed} = missedBetween(facts, longest.fromS, longest.toS)
  const blindTicks = spans.reduce((sum, span) => sum + span.items.length, 0)
  const inAll = totalSeconds(spans)
  const others =
    spans.length > 1 ? `, the longest of ${spans.length} such times (${duration(inAll)} in all)` : ''
  const text =
    `${clock(longest.fromS)}–${clock(longest.toS)}: planner blind for ${plural(longest.items.length, 'tick')}${others}. ` +
    `${whyBlind(facts, longest.items)}, so load scaling has no latency estimate and leaves the fleet as it is. ` +
    `${otherLoop(facts, longest.fromS, longest.toS)} ` +
    `${count(missed)} of ${count(arrived)} requests that arrived meanwhile missed the objective.`
  const figures = {
    blind_ticks: longest.items.length,
    blind_ticks_in_all: blindTicks,
    blind_s_in_all: inAll,
    samples: sampleCount(longest.items),
    requests: arrived,
    missed,
  }
  const finding = {
    rule: 'planner-blind',
    from_s: longest.fromS,
    to_s: longest.toS,
    text,
    figures,
  } as const
  return [{finding, weight: missed, remedies: higherFloors(facts, longest.items)}]
}

function sampleCount(ticks: readonly TickView[]): number {
  return ticks[ticks.length - 1]?.sampleCount ?? 0
}

function whyBlind({scenario}: RunFacts, ticks: readonly TickView[]): string {
  if (ticks.every(tick => tick.sampleCount === null))
    return 'None of the kinds of pass that its estimates ask for has a usable fit yet (model not ready)'
  const samples = sampleCount(ticks)
  const least = plannerOf(scenario)?.load_min_observations ?? 0
  if (samples < least) return `It has seen ${samples} of the ${least} passes that a fit takes`
  return `The ${samples} passes it remembers give no line on which more load takes longer, and such a fit is rejected`
}

/** What throughput scaling said in the same stretch. */
function otherLoop({ticks, scenario}: RunFacts, fromS: number, toS: number): string {
  if (plannerOf(scenario)?.enable_throughput_scaling !== true) return 'Throughput scaling is off.'
  const own = ticks.filter(tick => tick.isThroughput && tick.atS >= fromS && tick.atS <= toS)
  if (own.length === 0) return 'Throughput scaling had no turn in this time.'
  const blind = own.filter(tick => tick.throughputReason === 'model_not_ready').length
  if (blind === 0) return `Throughput scaling still decides (${plural(own.length, 'turn')}).`
  return `Throughput scaling is blind, too: “model not ready” on ${blind} of ${plural(own.length, 'turn')}.`
}

/** A floor above the fleet that went blind keeps enough instances for passes to differ. */
function higherFloors({scenario}: RunFacts, ticks: readonly TickView[]): Remedy[] {
  const floor = plannerOf(scenario)?.min_endpoint ?? 0
  const serving = Math.max(floor, ...ticks.map(tick => tick.serving))
  return [serving + 1, serving + 2].map(least => ({'planner.min_endpoint': least}))
}
