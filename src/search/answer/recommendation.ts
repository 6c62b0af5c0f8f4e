import type {Scenario, ServiceObjective} from '../../config/scenario.ts'
import {isVerified, type Results, type Standing} from '../evaluation.ts'
import {type Prices, priceOf} from '../prices.ts'
import type {SearchEnd} from '../run-search.ts'
import type {Search} from '../search.ts'
import type {KnobValues} from '../space.ts'

/** A setting and what its runs came to; figures are medians over them. */
export interface Told {
  readonly id: string
  readonly values: KnobValues
  readonly scenario: Scenario
  readonly share: number
  /** Of the least and the most fortunate run. */
  readonly shareRange: readonly [number, number]
  readonly gpuHours: number
  readonly billedGpuHours: number
  /** Money for what is paid for; null without a price. */
  readonly cost: number | null
  readonly holds: {readonly of: number; readonly in: number}
  /** Runs it takes to be sure. */
  readonly needed: number
}

export interface Recommendation {
  readonly objective: ServiceObjective
  readonly seed: number
  /** Each run of a setting replays a trace generated with another seed as well. */
  readonly isGeneratedAnew: boolean
  /** What the answer may cost at the most, in money or GPU-hours; null = anything. */
  readonly mostCost: number | null
  /** The cheapest whose median holds the objective over all phases and that costs no more than it may; null = none of those tried. */
  readonly best: Told | null
  /** The cheapest that holds in every phase, where that is another one. */
  readonly surest: Told | null
  /** Where nothing is verified, the surest that holds in what was run of it. */
  readonly unverified: Told | null
  /** Where nothing holds, the one with the largest share; of those that cost no more than they may, where there are any. */
  readonly nearest: Told | null
  /** The cheapest that holds, where that costs more than it may. */
  readonly dearer: Told | null
  readonly today: Told | null
  /** The cheapest fleet nobody scales that holds. */
  readonly fixed: Told | null
  /** What no other beats in cost and share both, in rising order of cost. */
  readonly front: readonly Told[]
  /** Every candidate run on the whole trace. */
  readonly tried: readonly Told[]
  readonly evaluations: {readonly full: number; readonly partial: number; readonly weight: number}
  /** null = it is still under way. */
  readonly reason: SearchEnd['reason'] | null
}

export function recommend(
  search: Search,
  results: Results,
  reason: Recommendation['reason'],
): Recommendation {
  const {objective, seed, prices, mostCost = Number.POSITIVE_INFINITY} = search.problem
  const isAffordable = (one: Told) => costOf(one) <= mostCost
  const tell = (id: string, values: KnobValues, scenario: Scenario, standing: Standing): Told =>
    told({id, values, scenario}, standing, prices)
  const stood = search.stood(results).filter(({standing}) => Number.isFinite(standing.gpuHours))
  const tried = stood.map(({candidate: {id, values}, scenario, standing}) =>
    tell(id, values, scenario, standing),
  )
  const verified = tried.filter((_, i) => isVerified(stood[i]!.standing))
  const holding = verified.filter(({share}) => share >= objective.share)
  const affordable = holding.filter(isAffordable)
  const best = cheapest(affordable)
  const isOpen = (i: number) => !isVerified(stood[i]!.standing) && !stood[i]!.standing.isLost
  const open = tried.filter((one, i) => isOpen(i) && one.share >= objective.share && isAffordable(one))
  const unverified = best === null ? nearestOf(open) : null
  const surest = cheapest(affordable.filter(({holds}) => holds.in === holds.of))
  const today = search.standing(search.today, results)
  const fixed = search
    .fixedFleets(results)
    .filter(({standing}) => isVerified(standing) && !standing.isLost)
    .map(({setting, standing}) => tell(setting.id, {}, setting.scenario, standing))
  return {
    objective,
    seed,
    isGeneratedAnew: search.problem.firstSeed !== undefined,
    mostCost: Number.isFinite(mostCost) ? mostCost : null,
    best,
    surest: surest === best ? null : surest,
    unverified,
    nearest: best === null && unverified === null ? nearestFor(tried, mostCost) : null,
    dearer: best === null ? cheapest(holding) : null,
    today: today === null ? null : tell('today', {}, search.today.scenario, today),
    fixed: cheapest(fixed),
    front: frontOf(tried),
    tried,
    evaluations: search.spent(results),
    reason,
  }
}

function told(setting: Pick<Told, 'id' | 'values' | 'scenario'>, standing: Standing, prices: Prices): Told {
  const {shares, share, gpuHours, billedGpuHours, cost, holds, of} = standing
  return {
    ...setting,
    share,
    shareRange: [Math.min(...shares), Math.max(...shares)],
    gpuHours,
    billedGpuHours,
    cost: priceOf(setting.scenario, prices) === null ? null : cost,
    holds: {of: shares.length, in: holds},
    needed: of,
  }
}

/** The setting of whom it is to be asked why it does not hold; none where the host ran out of time, or where it does. */
export function unexplained({nearest, objective, reason}: Recommendation): Told | null {
  return reason === 'time' || nearest === null || nearest.share >= objective.share ? null : nearest
}

/** Money where it is known, else the GPU-hours paid for: a planner that looks seldom counts less than it takes. */
export function costOf({cost, billedGpuHours}: Told): number {
  return cost ?? billedGpuHours
}

/** Costs that differ by less, as a part of them, are the same: of those what serves better is recommended. */
const SAME_COST = 0.001

function cheapest(all: readonly Told[]): Told | null {
  const least = Math.min(...all.map(costOf)) * (1 + SAME_COST)
  return all
    .filter(one => costOf(one) <= least)
    .reduce<Told | null>((best, one) => (best === null || isBetter(one, best) ? one : best), null)
}

function isBetter(a: Told, b: Told): boolean {
  return a.share > b.share || (a.share === b.share && costOf(a) < costOf(b))
}

function isCheaper(a: Told, b: Told): boolean {
  return costOf(a) < costOf(b) || (costOf(a) === costOf(b) && a.share > b.share)
}

function nearestOf(all: readonly Told[]): Told | null {
  return all.reduce<Told | null>((best, one) => {
    if (best === null || one.share > best.share) return one
    return one.share === best.share && isCheaper(one, best) ? one : best
  }, null)
}

/**
 * The largest share, of the verified ones among those that may be paid where there are any: what is said of the money is
 * said of medians. The cheapest where nothing costs so little.
 */
function nearestFor(tried: readonly Told[], mostCost: number): Told | null {
  if (!Number.isFinite(mostCost)) return nearestOf(tried)
  const affordable = tried.filter(one => costOf(one) <= mostCost)
  if (affordable.length === 0) return cheapest(tried)
  const verified = affordable.filter(({holds, needed}) => holds.of === needed)
  return nearestOf(verified.length === 0 ? affordable : verified)
}

function frontOf(all: readonly Told[]): readonly Told[] {
  const front: Told[] = []
  for (const one of all.toSorted((a, b) => costOf(a) - costOf(b) || b.share - a.share))
    if (one.share > (front.at(-1)?.share ?? Number.NEGATIVE_INFINITY)) front.push(one)
  return front
}
