import type {Candidate} from './candidates.ts'
import type {Standing} from './evaluation.ts'

export interface Stood {
  readonly candidate: Candidate
  readonly standing: Standing
}

/** A knob whose larger values were seen to cost more and to serve at least as well, or the other way about. */
interface Trend {
  readonly knob: number
  /** 1 = larger values cost more. */
  readonly sign: 1 | -1
}

/** Pairs that must agree, without one against it, before a knob is taken at its word. */
const LEAST_PAIRS = 3
/** Differences smaller than these, in points of share and parts of the cost, speak for neither. */
const SAME_SHARE = 0.005
const SAME_COST = 0.003

/**
 * Knobs that turned out monotone in the runs so far, each judged by pairs that differ in it alone. Nothing is known
 * beforehand: more replicas at the least may well cost less under a planner that then scales up less often.
 */
export function findTrends(stood: readonly Stood[], choices: readonly boolean[]): readonly Trend[] {
  return choices.flatMap((isChoice, knob) => {
    if (isChoice) return []
    const signs = pairsOf(stood, knob).map(([low, high]) => signOf(low.standing, high.standing))
    const told = signs.filter(sign => sign !== 0)
    const [sign] = told
    if (told.length < LEAST_PAIRS || sign === undefined || told.some(other => other !== sign)) return []
    return sign === null ? [] : [{knob, sign}]
  })
}

/** 0 = nothing to tell, null = a pair that no order of costs explains. */
function signOf(low: Standing, high: Standing): 1 | -1 | 0 | null {
  const cost = high.cost / low.cost - 1
  const share = high.share - low.share
  if (Math.abs(cost) < SAME_COST && Math.abs(share) < SAME_SHARE) return 0
  if (cost > -SAME_COST && share > -SAME_SHARE) return 1
  return cost < SAME_COST && share < SAME_SHARE ? -1 : null
}

function pairsOf(stood: readonly Stood[], knob: number): readonly (readonly [Stood, Stood])[] {
  const pairs: (readonly [Stood, Stood])[] = []
  for (const [i, one] of stood.entries()) {
    for (const other of stood.slice(i + 1)) {
      const isPair = one.candidate.at.every((x, k) => (x === other.candidate.at[k]) !== (k === knob))
      if (!isPair) continue
      pairs.push(one.candidate.at[knob]! < other.candidate.at[knob]! ? [one, other] : [other, one])
    }
  }
  return pairs
}

/**
 * Whether the trends already tell how a candidate turns out: dearer than one that holds and that it contains, or
 * serving no better than one that is lost.
 * @param holding candidates whose every run is in and whose median holds
 * @param lost    candidates that cannot hold
 */
export function isForegone(
  {at}: Candidate,
  trends: readonly Trend[],
  {holding, lost}: {readonly holding: readonly Candidate[]; readonly lost: readonly Candidate[]},
): boolean {
  if (trends.length === 0) return false
  const steps = (other: Candidate) => {
    let up = false
    let down = false
    for (const [k, x] of at.entries()) {
      const gap = x - other.at[k]!
      if (gap === 0) continue
      const trend = trends.find(({knob}) => knob === k)
      if (trend === undefined) return 0
      if (gap * trend.sign > 0) up = true
      else down = true
    }
    return up === down ? 0 : up ? 1 : -1
  }
  return holding.some(other => steps(other) === 1) || lost.some(other => steps(other) === -1)
}
