import {exactExp, exactLog} from '../core/exact-math.ts'
import {normalBelow, normalDensity} from './normal.ts'
import {fitSurrogate, type Prediction, type Surrogate} from './surrogate.ts'

/** What runs of one candidate say. */
export interface Observation {
  readonly at: readonly number[]
  /** Share of requests that met the objective, run by run. */
  readonly shares: readonly number[]
  readonly cost: number
}

/** What is thought of candidates that were not run, or not often enough. */
export interface Belief {
  /**
   * Saving to be expected there against a cost, as a part of it, times the probability that the objective holds: what a
   * run of it is worth.
   */
  readonly worth: (at: readonly number[], against: number) => number
  /** The same of a candidate whose own runs speak for it: only the phases to come are uncertain. */
  readonly worthOfMore: (seen: Observation, against: number) => number
  /**
   * What is to be expected there beyond a share, as a part of its misses, times the probability that it costs no more
   * than may be paid.
   */
  readonly worthForShare: (
    at: readonly number[],
    than: {readonly mostCost: number; readonly share: number},
  ) => number
  /** Probability that the objective holds by the median over all phases, going by the candidate's own runs alone. */
  readonly chanceOf: (seen: Observation) => number
  /** What is expected there. */
  readonly expected: (at: readonly number[]) => {readonly share: number; readonly cost: number}
  /** As if a candidate had turned out just as thought: the next choice then looks elsewhere. */
  readonly assuming: (at: readonly number[]) => Belief
}

export interface BeliefOptions {
  readonly choices: readonly boolean[]
  /** Share that must be held. */
  readonly share: number
  /** Runs of the whole trace, and of windows of it. */
  readonly whole: readonly Observation[]
  readonly windows: readonly Observation[]
  /** Shares of a setting outside the space, run by run: they tell what a phase does. */
  readonly today: readonly number[]
  /** Runs that make a median. */
  readonly phases: number
}

export function formBelief(options: BeliefOptions): Belief {
  const guess = (figure: (one: Observation) => number) => twoLevels(options, figure)
  const met = guess(({shares}) => meanOf(shares.map(strain)))
  const cost = guess(one => logOf(one.cost))
  const deviation = phaseDeviation([options.today, ...options.whole.map(({shares}) => shares)])
  return beliefOf({met, cost, needed: strain(options.share), deviation, phases: options.phases})
}

/** What is thought of phases before two runs of one setting are in: as much as two runs that differ so would say. */
const USUAL_DEVIATION = 0.05
const USUAL_WEIGHT = 2

/** How much the phase alone moves a strained share, over all settings that were run in several. */
function phaseDeviation(all: readonly (readonly number[])[]): number {
  let squares = USUAL_WEIGHT * USUAL_DEVIATION ** 2
  let freedom = USUAL_WEIGHT
  for (const shares of all) {
    if (shares.length < 2) continue
    const strained = shares.map(strain)
    const mean = meanOf(strained)
    squares += strained.reduce((sum, one) => sum + (one - mean) ** 2, 0)
    freedom += shares.length - 1
  }
  return Math.sqrt(squares / freedom)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1)
}

function logOf(cost: number): number {
  return exactLog(Math.max(cost, 1e-9))
}

/**
 * A share on a scale where 95 and 97 % are as far apart as 50 and 70 %: near the objective a few requests decide. Misses
 * of less than two in a thousand are told apart no further. Total: what no share can be counts as the nearest that can.
 */
function strain(share: number): number {
  return -exactLog(1 - Math.min(Math.max(share, 0), 1) + LEAST_MISS)
}

function shareOf(strained: number): number {
  return Math.min(Math.max(1 + LEAST_MISS - exactExp(-strained), 0), 1)
}

const LEAST_MISS = 0.002

interface Guess {
  readonly predict: (at: readonly number[]) => Prediction
  readonly including: (at: readonly number[]) => Guess
}

interface Thoughts {
  readonly met: Guess
  readonly cost: Guess
  /** The share that must be held, strained. */
  readonly needed: number
  readonly deviation: number
  readonly phases: number
}

function beliefOf(thoughts: Thoughts): Belief {
  const {met, cost, needed, deviation, phases} = thoughts
  const above = (mean: number, spread: number) => normalBelow((mean - needed) / Math.max(spread, 1e-6))
  const chanceOf = ({shares}: Observation) =>
    above(meanOf(shares.map(strain)), deviation * Math.sqrt(1 / shares.length + 1 / phases))
  return {
    worth(at, against) {
      const share = met.predict(at)
      return above(share.mean, share.deviation) * expectedSaving(cost.predict(at), logOf(against))
    },
    worthOfMore: (seen, against) => chanceOf(seen) * Math.max(logOf(against) - logOf(seen.cost), 0),
    worthForShare(at, {mostCost, share}) {
      const paid = cost.predict(at)
      const within = normalBelow((logOf(mostCost) - paid.mean) / Math.max(paid.deviation, 1e-6))
      const {mean, deviation: spread} = met.predict(at)
      // Fewer misses are a saving, too: the strained share is the logarithm of them, turned over.
      return within * expectedSaving({mean: -mean, deviation: spread}, -strain(share))
    },
    chanceOf,
    expected: at => ({share: shareOf(met.predict(at).mean), cost: exactExp(cost.predict(at).mean)}),
    assuming: at => beliefOf({...thoughts, met: met.including(at), cost: cost.including(at)}),
  }
}

/** Expected improvement in the logarithm of the cost: about the saving as a part of it. */
function expectedSaving({mean, deviation}: Prediction, against: number): number {
  const sure = Math.max(deviation, 1e-6)
  const z = (against - mean) / sure
  return (against - mean) * normalBelow(z) + sure * normalDensity(z)
}

/** With fewer pairs what windows say of the whole is anybody's guess. */
const LEAST_PAIRS = 4

/**
 * Runs of the whole explained by what windows of the trace say there, as far as they do, and their own difference from
 * that (the autoregressive scheme of Kennedy and O'Hagan, 2000).
 */
function twoLevels({choices, whole, windows}: BeliefOptions, figure: (one: Observation) => number): Guess {
  const samplesOf = (all: readonly Observation[]) =>
    all.map(one => ({at: one.at, value: figure(one), runs: one.shares.length}))
  const own = samplesOf(whole)
  if (windows.length < LEAST_PAIRS || own.length < LEAST_PAIRS)
    return guessOf(fitSurrogate(own, choices), null)
  const low = fitSurrogate(samplesOf(windows), choices)
  const slope = slopeOf(own.map(({at, value}) => [low.predict(at).mean, value]))
  const rest = own.map(sample => ({...sample, value: sample.value - slope * low.predict(sample.at).mean}))
  return guessOf(fitSurrogate(rest, choices), {low, slope})
}

function guessOf(rest: Surrogate, base: {readonly low: Surrogate; readonly slope: number} | null): Guess {
  return {
    predict(at) {
      const own = rest.predict(at)
      if (base === null) return own
      const low = base.low.predict(at)
      const deviation = Math.sqrt(own.deviation ** 2 + (base.slope * low.deviation) ** 2)
      return {mean: own.mean + base.slope * low.mean, deviation}
    },
    including: at => guessOf(rest.including({at, value: rest.predict(at).mean, runs: 1}), base),
  }
}

/** Least squares, never against the sense of it. */
function slopeOf(pairs: readonly (readonly [number, number])[]): number {
  const x = meanOf(pairs.map(([low]) => low))
  const y = meanOf(pairs.map(([, high]) => high))
  let together = 0
  let alone = 1e-9
  for (const [low, high] of pairs) {
    together += (low - x) * (high - y)
    alone += (low - x) ** 2
  }
  return Math.min(Math.max(together / alone, 0), 2)
}
