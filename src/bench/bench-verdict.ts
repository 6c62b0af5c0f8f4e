import {formatThousands} from '../core/python/python-number.ts'
import type {BenchLine, BenchResult} from './bench-result.ts'

/** Less than this share of the bill is no difference to advise by. */
const SAME = 0.02

/** What somebody who sells none of them would say, in a few sentences that hold for every phase that was run. */
export function tellVerdict(result: BenchResult): readonly string[] {
  const lines = result.lines.filter(({kind}) => kind !== 'hindsight')
  const holding = lines.filter(holdsAlways).sort((a, b) => a.gpuHours.median - b.gpuHours.median)
  const fixed = holding.find(({kind}) => kind === 'fixed')
  const policies = holding.filter(({kind}) => kind !== 'fixed')
  return [
    tellBest({...result, lines}, fixed, policies[0]),
    ...tellOthers({...result, lines}, policies),
    ...tellUnsteady({...result, lines}),
    ...tellHindsight(result, holding[0]),
  ]
}

function holdsAlways({holds, runs}: BenchLine): boolean {
  return holds === runs
}

function tellBest(result: BenchResult, fixed: BenchLine | undefined, policy: BenchLine | undefined): string {
  const goal = `${percent(result.objective.share)} of the requests in time`
  if (fixed === undefined && policy === undefined) return tellNearest(result, goal)
  if (policy === undefined) {
    return `${cap(fixed!.label)} ${holdWord(fixed!)} the objective (${goal}) for ${hours(fixed!)}; no policy here does in every phase.`
  }
  const won = `${cap(policy.label)} holds the objective (${goal}) ${inPhases(policy)} for ${hours(policy)}`
  if (fixed === undefined) return `${won}; no fixed fleet here does.`
  const saved = 1 - policy.gpuHours.median / fixed.gpuHours.median
  if (saved > SAME) {
    const sure = policy.gpuHours.max < fixed.gpuHours.min ? '' : ' in the median, though not in every phase'
    return `${won}: ${percent(saved)} less than ${fixed.label} (${hours(fixed)}), the cheapest fixed fleet that holds it${sure}.`
  }
  if (saved >= -SAME)
    return `${won}, about the same as ${fixed.label} (${hours(fixed)}): on this trace scaling buys nothing.`
  return `${cap(fixed.label)} ${holdWord(fixed)} the objective (${goal}) for ${hours(fixed)}, cheaper than every policy that holds it in every phase; the nearest is ${policy.label} with ${hours(policy)}.`
}

function tellNearest({lines}: BenchResult, goal: string): string {
  const [nearest] = [...lines].sort((a, b) => b.share.median - a.share.median)
  if (nearest === undefined) return 'Nothing has run yet.'
  return `Nothing here holds the objective (${goal}) in every phase; the nearest is ${nearest.label} with ${percent(nearest.share.median)} for ${hours(nearest)}. More replicas, faster starts or a wider objective would have to come first.`
}

function tellOthers({lines}: BenchResult, holding: readonly BenchLine[]): readonly string[] {
  const [best, second] = holding
  if (best === undefined || second === undefined) return []
  const difference = second.gpuHours.median / best.gpuHours.median - 1
  const overlaps = second.gpuHours.min <= best.gpuHours.max
  const failing = lines.filter(line => line.kind !== 'fixed' && line.holds === 0)
  const missed =
    failing.length === 0
      ? ''
      : ` ${failing.map(({label}) => cap(label)).join('; ')}: ${failing.length === 1 ? 'misses' : 'miss'} it in every phase.`
  if (difference < SAME || overlaps) {
    return [
      `${cap(second.label)} (${hours(second)}) is as good within what the phase alone moves: choose by what you can run, not by this figure.${missed}`,
    ]
  }
  return [`Next comes ${second.label} with ${percent(difference)} more.${missed}`]
}

function tellUnsteady({lines}: BenchResult): readonly string[] {
  const unsteady = lines.filter(({holds, runs}) => holds > 0 && holds < runs)
  if (unsteady.length === 0) return []
  const each = unsteady.map(({label, holds, runs}) => `${label} in ${holds} of ${runs}`)
  return [`By luck of the phase alone: ${each.join(', ')}. Do not rely on those.`]
}

function tellHindsight(
  {hindsight, bound, lines}: BenchResult,
  best: BenchLine | undefined,
): readonly string[] {
  const floor =
    bound === null ? '' : ` The work alone is ${number(bound.gpuHours)} GPU-hours, and nothing can cost less.`
  if (hindsight === null || lines.length === 0) return floor === '' ? [] : [floor.trim()]
  const found = number(hindsight.figures.gpuHours)
  const over = best === undefined ? 0 : best.gpuHours.median / hindsight.figures.gpuHours - 1
  const room =
    best === undefined || over <= SAME
      ? ''
      : `: what is left to gain over ${best.label} is ${percent(over / (1 + over))} at the most that was found`
  return [
    `Knowing the whole trace beforehand, ${found} GPU-hours would have done (best found, not proven)${room}.${floor}`,
  ]
}

function holdWord({label}: BenchLine): string {
  return label.endsWith('s') ? 'hold' : 'holds'
}

function inPhases({runs}: BenchLine): string {
  return runs === 1 ? '(one phase)' : `in all ${runs} phases`
}

function hours({gpuHours: {min, median, max}}: BenchLine): string {
  if (number(min) === number(max)) return `${number(median)} GPU-hours`
  return `${number(median)} GPU-hours (${number(min)} to ${number(max)})`
}

function number(value: number): string {
  return formatThousands(value, value < 10 ? 2 : 1)
}

function percent(share: number): string {
  return `${formatThousands(share * 100, 1).replace(/\.0$/, '')} %`
}

function cap(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`
}
