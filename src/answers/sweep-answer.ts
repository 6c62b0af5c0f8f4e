import {amount, latency, percent} from '../report/findings/words.ts'
import type {FinishedRow} from '../sweep/points.ts'
import {REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'
import {
  type Configuration,
  cheapestHolding,
  configurationsOf,
  holdsIn,
  nearestHolding,
} from './configurations.ts'

export interface SweepQuestion {
  readonly rows: readonly FinishedRow[]
  /** Names of the swept knobs, as in the rows. */
  readonly knobs: readonly string[]
  /** Share of requests that must meet the objective. */
  readonly share: number
  readonly repeatsOf: RepeatKind
}

/**
 * What a sweep says, bottom line first: the cheapest point that holds the objective or that none does, which knob matters,
 * and from where on more of it buys nothing. All from medians over the repeats.
 */
export function answerSweep(question: SweepQuestion): readonly string[] {
  const all = configurationsOf(question.rows)
  if (all.length < 2) return []
  return [bottomLine(all, question), ...knobsThatMatter(all, question), ...diminishingReturns(all, question)]
}

function bottomLine(all: readonly Configuration[], {share, repeatsOf}: SweepQuestion): string {
  const best = cheapestHolding(all, share)
  if (best !== null) {
    return `Cheapest that holds ${percent(share)}: ${best.id}, with ${told(best)}${inRepeats(best, share, repeatsOf)}.`
  }
  const nearest = nearestHolding(all)!
  return `None of ${all.length} points holds ${percent(share)}. Nearest is ${nearest.id}, with ${told(nearest)}.`
}

function told({share, gpuHours, ttftMs}: Configuration): string {
  return `${percent(share)} for ${amount(gpuHours)} GPU-hours (mean TTFT ${latency(ttftMs)})`
}

function inRepeats(one: Configuration, share: number, kind: RepeatKind): string {
  return one.rows.length > 1
    ? `; it holds in ${holdsIn(one, share)} of ${one.rows.length} ${REPEAT_WORDS[kind]}`
    : ''
}

/** Points of share, and part of the cost, below which a knob is said to change nothing. */
const NO_POINTS = 0.01
const NO_COST = 0.02

/** How far each knob moves the share while the others stay, in the median over the others' values. */
function knobsThatMatter(all: readonly Configuration[], {knobs}: SweepQuestion): readonly string[] {
  if (knobs.length < 2) return []
  const effects = knobs.map(knob => ({knob, ...effectOf(all, knob)})).sort((a, b) => b.points - a.points)
  return effects.map(({knob, points, cost}) =>
    points < NO_POINTS && cost < NO_COST
      ? `${knob} does not matter here: it moves the share by ${pointsOf(points)} and the cost by ${percent(cost)}.`
      : `${knob} moves the share by ${pointsOf(points)} and the cost by ${percent(cost)}, the other knobs staying.`,
  )
}

function effectOf(all: readonly Configuration[], knob: string): {points: number; cost: number} {
  const groups = new Map<string, Configuration[]>()
  for (const one of all) {
    const key = JSON.stringify({...one.axes, [knob]: null})
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const ranges = [...groups.values()]
    .filter(group => group.length > 1)
    .map(group => ({
      points: rangeOf(group.map(one => one.share)),
      cost: relativeRange(group.map(one => one.gpuHours)),
    }))
  const middle = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? 0
  return {points: middle(ranges.map(range => range.points)), cost: middle(ranges.map(range => range.cost))}
}

function rangeOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values)
}

function relativeRange(values: readonly number[]): number {
  const least = Math.min(...values)
  return least > 0 ? rangeOf(values) / least : 0
}

function pointsOf(share: number): string {
  const points = share * 100
  return `${points < 10 ? points.toFixed(1) : points.toFixed(0)} ${points.toFixed(1) === '1.0' ? 'point' : 'points'}`
}

/** Of one numeric knob: the value after which the share gains less than a point, though the cost goes on rising. */
function diminishingReturns(all: readonly Configuration[], {knobs, share}: SweepQuestion): readonly string[] {
  const [knob] = knobs
  if (knob === undefined || knobs.length > 1) return []
  const byValue = all.filter(one => typeof one.axes[knob] === 'number')
  const byCost = [...byValue].sort((a, b) => a.gpuHours - b.gpuHours)
  const [cheapest, dearest] = [byCost[0], byCost[byCost.length - 1]]
  if (byCost.length < 3 || cheapest === undefined || dearest === undefined) return []
  if (dearest.gpuHours < cheapest.gpuHours * 1.1) return []
  const best = Math.max(...byCost.map(one => one.share))
  const enough = byCost.find(one => one.share >= best - NO_POINTS)!
  if (enough === dearest || enough.share >= share) return []
  const spent = dearest.gpuHours - enough.gpuHours
  return [
    `Beyond ${knob} ${String(enough.axes[knob])} nothing is gained: ${percent(enough.share)} there, ${percent(dearest.share)} for ` +
      `${amount(spent)} GPU-hours more.`,
  ]
}
