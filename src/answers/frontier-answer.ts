import {amount, latency, percent} from '../report/findings/words.ts'
import type {FinishedRow} from '../sweep/points.ts'
import {REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'
import {type Configuration, cheapestHolding, configurationsOf, nearestHolding} from './configurations.ts'

export interface FrontierQuestion {
  readonly rows: readonly FinishedRow[]
  readonly share: number
  readonly repeatsOf: RepeatKind
}

/** Costs that differ by less are about the same. */
const SAME_COST = 0.03
/** Shares that differ by less, in points of a hundredth, are about the same. */
const SAME_SHARE = 0.01

/**
 * The planner against fixed fleets, bottom line first: which of them serves more for about the same cost, and what the
 * cheapest fleet costs that serves as much. Both, because either alone flatters the one or the other.
 */
export function answerFrontier({rows, share, repeatsOf}: FrontierQuestion): readonly string[] {
  const all = configurationsOf(rows)
  const scaled = all.filter(one => one.isScaled)
  const fixed = all.filter(one => !one.isScaled)
  if (scaled.length === 0 || fixed.length === 0) return []
  const planner = cheapestHolding(scaled, share) ?? nearestHolding(scaled)!
  return [
    bottomLine(planner, fixed),
    atEqualCost(planner, fixed),
    atEqualShare(planner, fixed),
    objectiveLine(all, share),
    ...spreadLine(planner, repeatsOf),
  ].filter(sentence => sentence !== null)
}

function told({id, share, gpuHours, ttftMs}: Configuration): string {
  return `${id} meets it for ${percent(share)} of requests with ${amount(gpuHours)} GPU-hours (mean TTFT ${latency(ttftMs)})`
}

function bottomLine(planner: Configuration, fixed: readonly Configuration[]): string {
  const rival = bestAtCost(planner, fixed)
  const twin = cheapestAsGood(planner, fixed)
  const isBeaten = rival !== null && rival.share > planner.share + SAME_SHARE
  const isDearer = twin !== null && twin.gpuHours < planner.gpuHours * (1 - SAME_COST)
  if (isBeaten || isDearer)
    return `A fixed fleet does better than the planner here: ${told(isBeaten ? rival! : twin!)}.`
  const isAhead = twin === null || twin.gpuHours > planner.gpuHours * (1 + SAME_COST)
  return isAhead
    ? `The planner does better than every fixed fleet tried: ${told(planner)}.`
    : `The planner does about as well as the best fixed fleet: ${told(planner)}.`
}

function atEqualCost(planner: Configuration, fixed: readonly Configuration[]): string {
  const rival = bestAtCost(planner, fixed)
  const own = `${percent(planner.share)} with the planner (${planner.id})`
  if (rival === null)
    return `For the planner’s ${amount(planner.gpuHours)} GPU-hours there is no fixed fleet: each tried costs more.`
  const points = (rival.share - planner.share) * 100
  const verdict =
    Math.abs(points) < SAME_SHARE * 100
      ? 'about the same as'
      : `${Math.abs(points).toFixed(0)} points ${points > 0 ? 'more' : 'less'} than`
  const costs = `${amount(rival.gpuHours)} and ${amount(planner.gpuHours)} GPU-hours`
  return `At about the same cost (${costs}) ${rival.id} serves ${percent(rival.share)}, ${verdict} ${own}.`
}

function atEqualShare(planner: Configuration, fixed: readonly Configuration[]): string {
  const twin = cheapestAsGood(planner, fixed)
  if (twin === null) return `No fixed fleet tried serves as much as the planner’s ${percent(planner.share)}.`
  const part = twin.gpuHours / planner.gpuHours - 1
  const verdict =
    Math.abs(part) < SAME_COST
      ? 'about the same cost'
      : `${percent(Math.abs(part))} ${part > 0 ? 'more' : 'less'} than the planner`
  return `The cheapest fixed fleet that serves as much is ${twin.id} with ${amount(twin.gpuHours)} GPU-hours: ${verdict}.`
}

function objectiveLine(all: readonly Configuration[], share: number): string {
  const best = cheapestHolding(all, share)
  if (best !== null)
    return `Cheapest of all that holds ${percent(share)}: ${best.id} with ${amount(best.gpuHours)} GPU-hours.`
  const nearest = nearestHolding(all)!
  return `None of the ${all.length} holds ${percent(share)}; ${nearest.id} comes nearest with ${percent(nearest.share)}.`
}

function spreadLine({rows}: Configuration, kind: RepeatKind): string[] {
  if (rows.length < 2) return []
  const shares = rows.map(row => row.sla_attainment!)
  return [
    `Medians of ${rows.length} ${REPEAT_WORDS[kind]}; the planner’s share lies between ${percent(Math.min(...shares))} and ${percent(Math.max(...shares))}.`,
  ]
}

/** The fixed fleet that serves most for about the planner’s cost or less. */
function bestAtCost(planner: Configuration, fixed: readonly Configuration[]): Configuration | null {
  return nearestHolding(fixed.filter(one => one.gpuHours <= planner.gpuHours * (1 + SAME_COST)))
}

/** The cheapest fixed fleet that serves about as much as the planner or more. */
function cheapestAsGood(planner: Configuration, fixed: readonly Configuration[]): Configuration | null {
  return cheapestHolding(fixed, planner.share - SAME_SHARE / 2)
}
