import {type Belief, formBelief, type Observation} from './belief.ts'
import type {Candidate} from './candidates.ts'
import {costOver, type Evaluation, isVerified, type Results, type Standing} from './evaluation.ts'
import type {Ground, StoodSetting} from './ground.ts'
import type {Opening} from './opening.ts'
import {findTrends, isForegone, type Stood} from './trends.ts'

/** Runs asked for at a time once there is something to go by. */
const BATCH = 4
/** The search is settled when no further run is expected to save so much, as a part of the cost. */
const SETTLED = 0.0005
/** Candidates that are tried on the whole trace at the least before it is said that none holds. */
const LEAST_TRIED = 16
/** Points of share below the objective at which neighbours of the best are still looked at. */
const SAME_SHARE = 0.03
/** Settings of about the same cost that go through all phases. */
const MOST_FINALISTS = 4
/** Candidates that are weighed against each other for one batch. */
const MOST_WEIGHED = 60

/** How a search goes on once there is something to go by. */
export class Choice {
  readonly #ground: Ground
  readonly #opening: Opening

  constructor(ground: Ground, opening: Opening) {
    this.#ground = ground
    this.#opening = opening
  }

  /**
   * The runs that are worth most. First what may save against the best so far, lucky or not; once nothing does, the best
   * through its other phases: if they do not bear it out, the search goes on.
   */
  next(results: Results, left: number): readonly Evaluation[] {
    const stood = this.#ground.stood(results)
    if (stood.length === 0) return []
    const {share} = this.#ground.problem.objective
    const best = cheapestVerified(stood)
    const costToBeat = (runs: number) =>
      best === null ? Number.POSITIVE_INFINITY : costOver(best.standing, runs)
    const [ahead] = stood
      .filter(({standing}) => !isVerified(standing) && !standing.isLost && standing.share >= share)
      .filter(({standing}) => standing.cost < costToBeat(standing.costs.length) * (1 - SETTLED))
      .sort((a, b) => a.standing.cost - b.standing.cost)
    const others =
      ahead === undefined
        ? []
        : this.#ground.nextPhases(ahead.candidate, results, this.#ground.problem.phases)
    // What is ahead must still be borne out, and what comes after it if it is not.
    const free = Math.floor(left) - 2 * others.length
    const first = ahead?.standing.costs[0] ?? Number.POSITIVE_INFINITY
    const bestCost = Math.min(costToBeat(1), first)
    const explored = free < 1 ? [] : this.#explore(results, {stood, bestCost, count: Math.min(BATCH, free)})
    if (explored.length > 0) return explored
    if (others.length > 0 || best === null) return others.slice(0, Math.floor(left))
    return this.#refine(results, stood, best).slice(0, Math.floor(left))
  }

  /**
   * Around the best, where nothing much is expected any more: its neighbours that are thought no dearer, and those that
   * cost about the same in the first phase and may cost less in the others.
   */
  #refine(results: Results, stood: readonly StoodSetting[], best: Stood): readonly Evaluation[] {
    const belief = this.belief(results, stood)
    const run = new Set(stood.map(({candidate}) => candidate.id))
    const open = new Set(this.#pool(stood).map(({id}) => id))
    const limit = best.standing.costs[0]! * (1 + closeness(stood))
    const neighbours = this.#ground.candidates
      .around(best.candidate)
      .filter(({id}) => open.has(id) && !run.has(id))
      .map(candidate => ({candidate, ...belief.expected(candidate.at)}))
      .filter(({cost, share}) => cost < limit && share >= this.#ground.problem.objective.share - SAME_SHARE)
      .sort((a, b) => a.cost - b.cost)
      .slice(0, BATCH)
    if (neighbours.length > 0)
      return neighbours.flatMap(({candidate}) => this.#ground.nextPhases(candidate, results, 1))
    const equals = stood.filter(
      ({standing}) => standing.share >= this.#ground.problem.objective.share && standing.costs[0]! < limit,
    )
    const verified = equals.filter(({standing}) => isVerified(standing))
    const [next] = equals
      .filter(({standing}) => !isVerified(standing) && !standing.isLost)
      .filter(one => verified.every(other => !startsLike(one.standing, other.standing)))
      .sort((a, b) => a.standing.cost - b.standing.cost)
    return next === undefined || verified.length >= MOST_FINALISTS
      ? []
      : this.#ground.nextPhases(next.candidate, results, this.#ground.problem.phases)
  }

  #explore(
    results: Results,
    {
      stood,
      bestCost,
      count,
    }: {
      readonly stood: readonly StoodSetting[]
      readonly bestCost: number
      readonly count: number
    },
  ): readonly Evaluation[] {
    const pool = this.#pool(stood)
    let belief = this.belief(results, stood)
    // Before anything holds, what is looked for is what holds at all.
    const against = Number.isFinite(bestCost)
      ? bestCost
      : 2 * Math.max(...stood.map(({standing}) => finite(standing.cost)))
    const seen = new Map(stood.map(one => [one.candidate.id, observe(one)]))
    const worthOf = (candidate: Candidate) => {
      const own = seen.get(candidate.id)
      return own === undefined ? belief.worth(candidate.at, against) : belief.worthOfMore(own, against)
    }
    // Where nothing holds yet, a few more are tried before it is said that nothing does.
    const least = Number.isFinite(bestCost) || stood.length >= LEAST_TRIED ? SETTLED : 0
    let open = pool
      .map(candidate => ({candidate, worth: worthOf(candidate)}))
      .sort((a, b) => b.worth - a.worth)
      .slice(0, MOST_WEIGHED)
      .map(({candidate}) => candidate)
    const runs: Evaluation[] = []
    while (runs.length < count && open.length > 0) {
      const worths = open.map(worthOf)
      const best = worths.indexOf(Math.max(...worths))
      if (worths[best]! < least) break
      const next = open[best]!
      open = open.filter(candidate => candidate !== next)
      runs.push(...this.#ground.nextPhases(next, results, 1))
      if (!seen.has(next.id)) belief = belief.assuming(next.at)
    }
    return runs
  }

  belief(results: Results, stood = this.#ground.stood(results)): Belief {
    const {windows, objective, phases} = this.#ground.problem
    return formBelief({
      choices: this.#ground.candidates.choices,
      share: objective.share,
      whole: stood.filter(({standing}) => Number.isFinite(standing.cost)).map(observe),
      windows:
        windows.length === 0 ? [] : this.#opening.onWindows(results).map(({observation}) => observation),
      today: this.#ground.standing(this.#ground.today, results)?.shares ?? [],
      phases,
    })
  }

  /** Candidates a run of which could still change the answer. */
  #pool(stood: readonly Stood[]): readonly Candidate[] {
    const settled = new Set(
      stood
        .filter(({standing}) => isVerified(standing) || standing.isLost)
        .map(({candidate}) => candidate.id),
    )
    const trends = findTrends(stood, this.#ground.candidates.choices)
    const of = (isWanted: (standing: Standing) => boolean) =>
      stood.filter(({standing}) => isWanted(standing)).map(({candidate}) => candidate)
    const holding = of(standing => isVerified(standing) && !standing.isLost)
    const lost = of(standing => standing.isLost)
    return this.#reachable(stood).filter(
      candidate => !settled.has(candidate.id) && !isForegone(candidate, trends, {holding, lost}),
    )
  }

  /** The listed ones, and in a space too large to list the neighbours of what did well. */
  #reachable(stood: readonly Stood[]): readonly Candidate[] {
    if (this.#ground.problem.shard !== undefined && this.#ground.problem.shard.count > 1)
      return this.#ground.listed
    const near = stood
      .filter(({standing}) => standing.share >= this.#ground.problem.objective.share - 0.05)
      .sort((a, b) => a.standing.cost - b.standing.cost)
      .slice(0, 6)
      .flatMap(({candidate}) => this.#ground.candidates.around(candidate))
    return [
      ...new Map([...this.#ground.listed, ...near].map(candidate => [candidate.id, candidate])).values(),
    ]
  }
}

function cheapestVerified(stood: readonly Stood[]): Stood | null {
  return stood
    .filter(({standing}) => isVerified(standing) && !standing.isLost)
    .reduce<Stood | null>(
      (best, one) => (best === null || one.standing.cost < best.standing.cost ? one : best),
      null,
    )
}

/** A setting whose first run came out the same to the last digit differs in a knob that does nothing here. */
function startsLike(a: Standing, b: Standing): boolean {
  return a.costs[0] === b.costs[0] && a.shares[0] === b.shares[0]
}

/** Part of the cost by which one phase may mislead: twice the usual deviation, within reason. */
function closeness(stood: readonly Stood[]): number {
  let squares = 2 * 0.01 ** 2
  let freedom = 2
  for (const {standing} of stood) {
    if (standing.costs.length < 2) continue
    squares += standing.costs.reduce((sum, cost) => sum + (cost / standing.cost - 1) ** 2, 0)
    freedom += standing.costs.length - 1
  }
  return Math.min(2 * Math.sqrt(squares / freedom), 0.05)
}

function observe({candidate: {at}, standing: {shares, cost}}: Stood): Observation {
  return {at, shares, cost}
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0
}
