import type {Belief, Observation} from './belief.ts'
import type {Candidate} from './candidates.ts'
import {costOver, isVerified} from './evaluation.ts'
import type {Stood} from './trends.ts'
import type {Twins} from './twins.ts'

/** Verifications that must stay possible while nothing is verified: the luckiest in one phase often fails in the others. */
const KEPT_WITHOUT_BEST = 3
/** Of what is left of the budget at the most. */
const MOST_KEPT = 0.5
/** What is not cheaper by this part is not ahead. */
const SAME_COST = 0.0005

/** What is known when the next setting is sent through its other phases. */
interface Sofar {
  readonly stood: readonly Stood[]
  readonly best: Stood | null
  readonly twins: Twins
  /** The best fleet that nobody scales as a choice of the space: nobody speaks for it. */
  readonly anchor: Candidate | null
  /** Share that must be held. */
  readonly share: number
}

/**
 * Settings that hold in what was run of them and are cheaper there than the best verified one, the cheapest first. Of
 * those that ran alike one stands for all.
 */
export function waitingForPhases({stood, best, twins, anchor, share}: Sofar): readonly Stood[] {
  const costToBeat = (runs: number) =>
    best === null ? Number.POSITIVE_INFINITY : costOver(best.standing, runs)
  return stood
    .filter(({standing}) => !isVerified(standing) && !standing.isLost && standing.share >= share)
    .filter(({candidate}) => candidate.id === anchor?.id || !twins.isSpokenFor(candidate))
    .filter(({standing}) => standing.cost < costToBeat(standing.costs.length) * (1 - SAME_COST))
    .sort((a, b) => a.standing.cost - b.standing.cost)
}

/**
 * The one most likely to hold for a good price, where there is not the budget to go through them all.
 * @param waiting at least one
 */
export function surestOf(waiting: readonly Stood[], belief: Belief): Stood {
  // Twice the dearest, so that the dearest of them is still worth something.
  const against = 2 * Math.max(...waiting.map(({standing}) => standing.cost))
  const worths = waiting.map(one => belief.worthOfMore(observe(one), against))
  return waiting[worths.indexOf(Math.max(...worths))]!
}

/** Runs of the budget that exploring leaves alone. */
export function keptForPhases(best: Stood | null, phases: number, left: number): number {
  const runs = (phases - 1) * (best === null ? KEPT_WITHOUT_BEST : 1)
  return Math.min(runs, MOST_KEPT * left)
}

export function observe({candidate: {at}, standing: {shares, cost}}: Stood): Observation {
  return {at, shares, cost}
}
