import {amount, percent} from '../report/findings/words.ts'
import type {FinishedRow} from '../sweep/points.ts'
import {computeBand, type RepeatKind} from '../sweep/repeats.ts'
import {
  type Configuration,
  cheapestHolding,
  configurationsOf,
  nearestHolding,
  type PriceOf,
  plainKnob,
  type TellKnob,
  tellAxes,
  tellConfiguration,
  tellHolds,
} from './configurations.ts'
import {comparePairs} from './paired.ts'

export interface SweepQuestion {
  readonly rows: readonly FinishedRow[]
  /** Names of the swept knobs, as in the rows. */
  readonly knobs: readonly string[]
  /** What a knob is called in a sentence; without it, its name. */
  readonly titleOf?: (knob: string) => string
  /** What a knob at a value is called in a sentence; without it, both as they are. */
  readonly tellAt?: TellKnob
  /** Share of requests that must meet the objective. */
  readonly share: number
  readonly repeatsOf: RepeatKind
  readonly priceOf?: PriceOf
}

/**
 * What a sweep says, bottom line first: the cheapest point that holds the objective or that none does, which knob matters,
 * and from where on more of it buys nothing. All from medians over the repeats; what is smaller than their spread is no
 * difference.
 */
export function answerSweep(question: SweepQuestion): readonly string[] {
  const all = configurationsOf(question.rows, question.priceOf)
  if (all.length < 2) return []
  return [bottomLine(all, question), ...knobsThatMatter(all, question), ...diminishingReturns(all, question)]
}

/** The cheapest of these points that holds the objective, or that none does and which comes nearest. */
export function bottomLine(
  all: readonly Configuration[],
  {share, repeatsOf, tellAt = plainKnob}: Pick<SweepQuestion, 'share' | 'repeatsOf' | 'tellAt'>,
): string {
  const best = cheapestHolding(all, share)
  if (best !== null) {
    const held = tellHolds(best, share, repeatsOf)
    return `Cheapest that holds ${percent(share)}: ${tellAxes(best.axes, tellAt)}, with ${tellConfiguration(best)}${held}.`
  }
  const nearest = nearestHolding(all)!
  const told = tellConfiguration(nearest)
  return `None of ${all.length} points holds ${percent(share)}. Nearest is ${tellAxes(nearest.axes, tellAt)}, with ${told}.`
}

/** Points of share, and part of the cost, below which a knob is said to change nothing. */
const NO_POINTS = 0.01
const NO_COST = 0.02

/** How far a knob moves share and cost while the others stay, in the median over the others' values. */
interface Effect {
  readonly points: number
  readonly cost: number
  /** More than luck does, for most of the others' values. */
  readonly isReal: boolean
}

function knobsThatMatter(
  all: readonly Configuration[],
  {knobs, titleOf = named}: Pick<SweepQuestion, 'knobs' | 'titleOf'>,
): readonly string[] {
  const effects = knobs.map(knob => ({knob, ...effectOf(all, knob)})).sort((a, b) => b.points - a.points)
  const others = knobs.length > 1 ? ', the other knob staying' : ''
  return effects.flatMap(effect => {
    const {points, cost, isReal} = effect
    const knob = titleOf(effect.knob)
    const moves = `it moves the share by ${pointsOf(points)} and the cost by ${percent(cost)}`
    if (points < NO_POINTS && cost < NO_COST) return `${knob} does not matter here: ${moves}.`
    if (!isReal)
      return `${knob} makes no difference larger than luck: ${moves}, no more than the repeats differ.`
    // One knob alone moves what is on the chart.
    return knobs.length > 1
      ? `${knob} moves the share by ${pointsOf(points)} and the cost by ${percent(cost)}${others}.`
      : []
  })
}

function named(knob: string): string {
  return knob
}

function effectOf(all: readonly Configuration[], knob: string): Effect {
  const groups = new Map<string, Configuration[]>()
  for (const one of all) {
    const key = JSON.stringify({...one.axes, [knob]: null})
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const effects = [...groups.values()].filter(group => group.length > 1).map(effectIn)
  const middle = (figure: (effect: Effect) => number) => computeBand(effects.map(figure))?.median ?? 0
  return {
    points: middle(effect => effect.points),
    cost: middle(effect => effect.cost),
    isReal: effects.filter(effect => effect.isReal).length * 2 > effects.length,
  }
}

/** Of points that differ in one knob alone: from the lowest to the highest. */
function effectIn(group: readonly Configuration[]): Effect {
  const byShare = [...group].sort((a, b) => a.share - b.share)
  const byCost = [...group].sort((a, b) => a.cost - b.cost)
  const [least, most] = [byShare[0]!, byShare.at(-1)!]
  const [cheapest, dearest] = [byCost[0]!, byCost.at(-1)!]
  return {
    points: most.share - least.share,
    cost: cheapest.cost > 0 ? dearest.cost / cheapest.cost - 1 : 0,
    isReal:
      differ(least, most, row => row.sla_attainment!) || differ(cheapest, dearest, row => row.gpu_hours),
  }
}

function differ(a: Configuration, b: Configuration, figure: (row: FinishedRow) => number): boolean {
  return a !== b && comparePairs(a.rows.map(figure), b.rows.map(figure)).isReal
}

export function pointsOf(share: number): string {
  const points = Math.abs(share) * 100
  const text = points < 10 ? points.toFixed(1) : points.toFixed(0)
  return `${text} ${text === '1.0' ? 'point' : 'points'}`
}

/** Of one numeric knob: the value after which the share gains less than a point, though the cost goes on rising. */
function diminishingReturns(
  all: readonly Configuration[],
  {knobs, tellAt = plainKnob, share}: SweepQuestion,
): readonly string[] {
  const [knob] = knobs
  if (knob === undefined || knobs.length > 1) return []
  const byValue = all.filter(one => typeof one.axes[knob] === 'number')
  const byCost = [...byValue].sort((a, b) => a.cost - b.cost)
  const [cheapest, dearest] = [byCost[0], byCost[byCost.length - 1]]
  if (byCost.length < 3 || cheapest === undefined || dearest === undefined) return []
  if (dearest.cost < cheapest.cost * 1.1 || !areEnds(byValue, knob, [cheapest, dearest])) return []
  const best = Math.max(...byCost.map(one => one.share))
  const enough = byCost.find(one => one.share >= best - NO_POINTS)!
  if (enough === dearest || enough.share >= share) return []
  const more = dearest.cost - enough.cost
  const spent = dearest.price === null ? `${amount(more)} GPU-hours more` : `${amount(more)} more`
  return [
    `Beyond ${tellAt(knob, enough.axes[knob] ?? null)} nothing is gained: ${percent(enough.share)} there, ` +
      `${percent(dearest.share)} for ${spent}.`,
  ]
}

/** Cost rises from one end of the knob to the other: only then is more of it what costs more. */
function areEnds(
  all: readonly Configuration[],
  knob: string,
  [cheapest, dearest]: readonly [Configuration, Configuration],
): boolean {
  const byValue = [...all].sort((a, b) => Number(a.axes[knob]) - Number(b.axes[knob]))
  const ends = [byValue[0], byValue[byValue.length - 1]]
  return cheapest !== dearest && ends.includes(cheapest) && ends.includes(dearest)
}
