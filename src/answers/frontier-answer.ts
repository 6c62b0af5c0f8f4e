import {percent} from '../report/findings/words.ts'
import type {FinishedRow} from '../sweep/points.ts'
import {REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'
import {
  type Configuration,
  cheapestHolding,
  configurationsOf,
  nearestHolding,
  plainKnob,
  type TellKnob,
  tellAxes,
  tellConfiguration,
  tellCost,
  tellHolds,
} from './configurations.ts'
import {comparePairs, type PairedDifference} from './paired.ts'

export interface FrontierQuestion {
  readonly rows: readonly FinishedRow[]
  readonly share: number
  readonly repeatsOf: RepeatKind
  /** Name of the knob that turns the planner off, as in the rows. */
  readonly plannerKnob: string
  /** What a knob at a value is called in a sentence; without it, both as they are. */
  readonly tellAt?: TellKnob
}

/** Costs that differ by less are about the same. */
const SAME_COST = 0.03
/** Shares that differ by less, in points of a hundredth, are about the same. */
const SAME_SHARE = 0.01

/**
 * The planner against fixed fleets, bottom line first: which of them serves more for about the same cost, and what the
 * cheapest fleet costs that serves as much. Both, because either alone flatters the one or the other.
 */
export function answerFrontier(question: FrontierQuestion): readonly string[] {
  const all = configurationsOf(question.rows)
  const scaled = all.filter(one => one.isScaled)
  const fixed = all.filter(one => !one.isScaled)
  if (scaled.length === 0 || fixed.length === 0) return []
  const planner = cheapestHolding(scaled, question.share) ?? nearestHolding(scaled)!
  const contest = {planner, atCost: bestAtCost(planner, fixed), asGood: cheapestAsGood(planner, fixed)}
  return [
    bottomLine(contest, question),
    atEqualCost(contest, question),
    atEqualShare(contest, question),
    objectiveLine(all, question),
    ...spreadLine(planner, question),
  ]
}

interface Contest {
  readonly planner: Configuration
  /** The fixed fleet that serves most for about the planner’s cost or less. */
  readonly atCost: Configuration | null
  /** The cheapest fixed fleet that serves about as much as the planner or more. */
  readonly asGood: Configuration | null
}

/** `the planner from num_workers 2`, `a fixed fleet with num_workers 3`. */
function nameOf(
  {axes, isScaled}: Configuration,
  {plannerKnob, tellAt = plainKnob}: FrontierQuestion,
): string {
  const {[plannerKnob]: _planner, ...others} = axes
  const knobs = tellAxes(others, tellAt)
  const of = isScaled ? 'the planner' : 'the fixed fleet'
  return knobs === '' ? of : `${of} with ${knobs}`
}

function bottomLine({planner, atCost, asGood}: Contest, question: FrontierQuestion): string {
  const told = (one: Configuration) => `${nameOf(one, question)} serves ${tellConfiguration(one)}`
  const against = `${nameOf(planner, question)} ${tellConfiguration(planner)}`
  const isBeaten =
    atCost !== null && atCost.share > planner.share + SAME_SHARE && sharePairs(planner, atCost).isReal
  const isDearer = asGood !== null && asGood.gpuHours < planner.gpuHours * (1 - SAME_COST)
  if (isBeaten) return `A fixed fleet beats the planner here: ${told(atCost)}, ${against}.`
  if (isDearer) return `A fixed fleet beats the planner here: ${told(asGood)}, ${against}.`
  const isAhead = asGood === null || asGood.gpuHours > planner.gpuHours * (1 + SAME_COST)
  return isAhead
    ? `The planner beats every fixed fleet tried: ${told(planner)}.`
    : `The planner and the best fixed fleet are about the same: ${told(planner)}, ${nameOf(asGood, question)} ${tellConfiguration(asGood)}.`
}

function atEqualCost({planner, atCost}: Contest, question: FrontierQuestion): string {
  if (atCost === null)
    return `For the planner’s ${tellCost(planner)} there is no fixed fleet: each tried costs more.`
  const points = (atCost.share - planner.share) * 100
  const pairs = sharePairs(planner, atCost)
  const isSame = Math.abs(points) < SAME_SHARE * 100 || !pairs.isReal
  const verdict = isSame
    ? 'about the same as'
    : `${Math.abs(points).toFixed(0)} points ${points > 0 ? 'more' : 'less'}${agreement(pairs, question)} than`
  return (
    `For about the planner’s cost or less (${tellCost(atCost)} against ${tellCost(planner)}) ${nameOf(atCost, question)} serves ` +
    `${percent(atCost.share)}, ${verdict} the planner’s ${percent(planner.share)}.`
  )
}

function agreement({larger, smaller, of}: PairedDifference, {repeatsOf}: FrontierQuestion): string {
  return of < 2 ? '' : ` in ${Math.max(larger, smaller)} of ${of} ${REPEAT_WORDS[repeatsOf]}`
}

function sharePairs(first: Configuration, second: Configuration): PairedDifference {
  const shares = ({rows}: Configuration) => rows.map(row => row.sla_attainment!)
  return comparePairs(shares(first), shares(second))
}

function atEqualShare({planner, asGood}: Contest, question: FrontierQuestion): string {
  if (asGood === null)
    return `No fixed fleet tried serves as much as the planner’s ${percent(planner.share)}.`
  const part = asGood.gpuHours / planner.gpuHours - 1
  const verdict =
    Math.abs(part) < SAME_COST
      ? 'about the same cost'
      : `${percent(Math.abs(part))} ${part > 0 ? 'more' : 'less'} than the planner`
  return `The cheapest that serves as much is ${nameOf(asGood, question)} with ${tellCost(asGood)}: ${verdict}.`
}

function objectiveLine(all: readonly Configuration[], question: FrontierQuestion): string {
  const {share, repeatsOf} = question
  const best = cheapestHolding(all, share)
  if (best !== null) {
    const holds = tellHolds(best, share, repeatsOf)
    return `Cheapest of all that holds ${percent(share)}: ${nameOf(best, question)} with ${tellCost(best)}${holds}.`
  }
  const nearest = nearestHolding(all)!
  return `None of the ${all.length} holds ${percent(share)}; ${nameOf(nearest, question)} comes nearest with ${percent(nearest.share)}.`
}

function spreadLine({rows}: Configuration, {repeatsOf}: FrontierQuestion): string[] {
  if (rows.length < 2) return []
  const shares = rows.map(row => row.sla_attainment!)
  const [least, most] = [percent(Math.min(...shares)), percent(Math.max(...shares))]
  return [
    `Medians of ${rows.length} ${REPEAT_WORDS[repeatsOf]}; the planner’s share lies between ${least} and ${most}.`,
  ]
}

function bestAtCost(planner: Configuration, fixed: readonly Configuration[]): Configuration | null {
  return nearestHolding(fixed.filter(one => one.gpuHours <= planner.gpuHours * (1 + SAME_COST)))
}

function cheapestAsGood(planner: Configuration, fixed: readonly Configuration[]): Configuration | null {
  return cheapestHolding(fixed, planner.share - SAME_SHARE / 2)
}
