import {type Belief, formBelief} from './belief.ts'
import type {Candidate} from './candidates.ts'
import {costOver, type Evaluation, isVerified, type Results, type Standing} from './evaluation.ts'
import type {Ground, StoodSetting} from './ground.ts'
import type {Opening} from './opening.ts'
import {farthest} from './spread-out.ts'
import {findTrends, isForegone, type Stood} from './trends.ts'
import {Twins} from './twins.ts'
import {keptForPhases, observe, surestOf, waitingForPhases} from './verification.ts'

/** Runs asked for at a time once there is something to go by: fewer in a small space, where each should learn of the last. */
const BATCH = {least: 2, most: 4, candidatesPerRun: 12}
/** The search is settled when no further run is expected to save so much, as a part of the cost. */
const SETTLED = 0.002
/** The same where nothing holds, as a part of the misses that a run is expected to spare. */
const SETTLED_SHARE = 0.01
/** Candidates that are tried on the whole trace at the least before it is said that none holds. */
const LEAST_TRIED = 16
/** Points of share below the objective at which neighbours of the best are still looked at. */
const SAME_SHARE = 0.03
/** Settings of about the same cost that go through all phases. */
const MOST_FINALISTS = 4
/** Settings begun without any going through its phases, before the one ahead does. */
const PATIENCE = 12
/** With a smaller chance a setting counts as lost before all its runs are in, for what serves no better. */
const HOPELESS = 0.002
/** Part of the largest worth from which another is worth about the same. */
const SAME_WORTH = 0.8
/** Candidates that are weighed against each other for one batch. */
const MOST_WEIGHED = 60

interface Known {
  readonly stood: readonly StoodSetting[]
  readonly twins: Twins
}

/** How a search goes on once there is something to go by. */
export class Choice {
  readonly #ground: Ground
  readonly #opening: Opening
  readonly #batch: number

  constructor(ground: Ground, opening: Opening) {
    this.#ground = ground
    this.#opening = opening
    const {least, most, candidatesPerRun} = BATCH
    this.#batch = Math.min(Math.max(least, Math.floor(ground.listed.length / candidatesPerRun)), most)
  }

  /**
   * The runs that are worth most. First what may save against the best so far, lucky or not; once nothing does, or too long
   * nothing was verified, the best through its other phases: if they do not bear it out, the search goes on. What that
   * takes is kept from exploring.
   * @param anchor the best fleet that nobody scales as a choice of the space: it is verified before anything is explored
   */
  next(results: Results, left: number, anchor: Candidate | null): readonly Evaluation[] {
    const stood = this.#ground.stood(results)
    if (stood.length === 0) return []
    const {phases, objective, mostCost = Number.POSITIVE_INFINITY} = this.#ground.problem
    const twins = new Twins(stood, this.#ground.candidates.choices)
    const affordable = stood.filter(({standing}) => standing.cost <= mostCost)
    const best = cheapestVerified(affordable)
    const waiting = waitingForPhases({stood: affordable, best, twins, anchor, share: objective.share})
    const verify = ({candidate}: Stood) =>
      this.#ground.nextPhases(candidate, results, Math.ceil((phases - 1) / 2)).slice(0, Math.floor(left))
    const anchored = waiting.find(({candidate}) => candidate.id === anchor?.id)
    if (anchored !== undefined) return verify(anchored)
    const [ahead] = waiting
    const isDue =
      ahead !== undefined && (ahead.standing.costs.length > 1 || runsSincePhases(results) >= PATIENCE)
    const free = Math.floor(left - keptForPhases(best, phases, left))
    const costs = [best, ahead].flatMap(one => (one == null ? [] : [costOver(one.standing, 1)]))
    const bestCost = Math.min(...costs, mostCost)
    const count = isDue ? 0 : Math.min(this.#batch, free)
    const explored = count < 1 ? [] : this.#explore(results, {stood, twins, bestCost, count})
    if (explored.length > 0) return explored
    if (ahead !== undefined) {
      const isScarce = best === null && (isDue || count < 1)
      return verify(isScarce ? surestOf(waiting, this.belief(results, stood)) : ahead)
    }
    if (best !== null) return this.#refine(results, {stood, twins, best}).slice(0, Math.floor(left))
    return Number.isFinite(mostCost) ? this.#serveMost(results, {stood, twins, mostCost}, left) : []
  }

  /**
   * Where nothing that may be paid holds: the largest share for the money. What has it so far goes through its phases, and
   * then what may have a larger one.
   */
  #serveMost(
    results: Results,
    {stood, twins, mostCost}: Known & {readonly mostCost: number},
    left: number,
  ): readonly Evaluation[] {
    const {phases} = this.#ground.problem
    const toCome = ({candidate}: Stood) => this.#ground.nextPhases(candidate, results, phases)
    // What failed in a phase is never verified.
    const most = mostServing(
      stood.filter(
        one => one.standing.cost <= mostCost && (isVerified(one.standing) || toCome(one).length > 0),
      ),
    )
    if (most !== null && !isVerified(most.standing)) return toCome(most).slice(0, Math.floor(left))
    const belief = this.belief(results, stood)
    const run = new Set(stood.map(({candidate}) => candidate.id))
    const least = Math.min(...stood.map(({standing}) => standing.cost))
    // Where nothing costs so little, what may be cheaper than anything so far.
    const worthOf = ({at}: Candidate) =>
      most === null
        ? 1 - belief.expected(at).cost / least
        : belief.worthForShare(at, {mostCost, share: most.standing.share})
    return this.#reachable(stood)
      .filter(candidate => !run.has(candidate.id) && !twins.isSpokenFor(candidate))
      .map(candidate => ({candidate, worth: worthOf(candidate)}))
      .filter(({worth}) => worth >= SETTLED_SHARE)
      .sort((a, b) => b.worth - a.worth)
      .slice(0, Math.max(Math.min(this.#batch, Math.floor(left) - (phases - 1)), 0))
      .flatMap(({candidate}) => this.#ground.nextPhases(candidate, results, 1))
  }

  /**
   * Around the best, where nothing much is expected any more: its neighbours that are thought no dearer, and those that
   * cost about the same in the first phase and may cost less in the others.
   */
  #refine(results: Results, {stood, twins, best}: Known & {readonly best: Stood}): readonly Evaluation[] {
    const belief = this.belief(results, stood)
    const run = new Set(stood.map(({candidate}) => candidate.id))
    const open = new Set(this.#pool(stood, twins, belief).map(({id}) => id))
    const limit = best.standing.costs[0]! * (1 + closeness(stood))
    const neighbours = this.#ground.candidates
      .around(best.candidate)
      .filter(({id}) => open.has(id) && !run.has(id))
      .map(candidate => ({candidate, ...belief.expected(candidate.at)}))
      .filter(({cost, share}) => cost < limit && share >= this.#ground.problem.objective.share - SAME_SHARE)
      .sort((a, b) => a.cost - b.cost)
      .slice(0, this.#batch)
    if (neighbours.length > 0)
      return neighbours.flatMap(({candidate}) => this.#ground.nextPhases(candidate, results, 1))
    const equals = stood.filter(
      ({standing}) => standing.share >= this.#ground.problem.objective.share && standing.costs[0]! < limit,
    )
    const verified = equals.filter(({standing}) => isVerified(standing))
    const [next] = equals
      .filter(({standing}) => !isVerified(standing) && !standing.isLost)
      .filter(({candidate}) => !twins.isSpokenFor(candidate))
      .sort((a, b) => a.standing.cost - b.standing.cost)
    return next === undefined || verified.length >= MOST_FINALISTS
      ? []
      : this.#ground.nextPhases(next.candidate, results, this.#ground.problem.phases)
  }

  #explore(
    results: Results,
    {stood, twins, bestCost, count}: Known & {readonly bestCost: number; readonly count: number},
  ): readonly Evaluation[] {
    const shortestMs = this.#ground.shortestMs(results)
    let belief = this.belief(results, stood)
    const pool = this.#pool(stood, twins, belief).filter(
      candidate => !this.#ground.isTooDear(candidate, {cost: bestCost, shortestMs}),
    )
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
    const {choices} = this.#ground.candidates
    const chosen: Candidate[] = []
    const runs: Evaluation[] = []
    while (runs.length < count && open.length > 0) {
      const worths = open.map(worthOf)
      const most = Math.max(...worths)
      if (most < least) break
      // Of those worth about the same the one that is farthest from what was run: it tells most of what lies between.
      const equals = open.filter((_, i) => worths[i]! >= most * SAME_WORTH)
      const next = farthest(equals, [...stood.map(({candidate}) => candidate), ...chosen], choices)
      chosen.push(next)
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
  #pool(stood: readonly Stood[], twins: Twins, belief: Belief): readonly Candidate[] {
    const settled = new Set(
      stood
        .filter(({standing}) => isVerified(standing) || standing.isLost)
        .map(({candidate}) => candidate.id),
    )
    const trends = findTrends(stood, this.#ground.candidates.choices)
    const of = (isWanted: (standing: Standing) => boolean) =>
      stood.filter(({standing}) => isWanted(standing)).map(({candidate}) => candidate)
    const holding = of(standing => isVerified(standing) && !standing.isLost)
    const lost = stood
      .filter(one => one.standing.isLost || belief.chanceOf(observe(one)) < HOPELESS)
      .map(({candidate}) => candidate)
    return this.#reachable(stood).filter(
      candidate =>
        !settled.has(candidate.id) &&
        !twins.isSpokenFor(candidate) &&
        !isForegone(candidate, trends, {holding, lost}),
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

/** Of equal shares the cheaper; what nothing can run serves nobody. */
function mostServing(stood: readonly Stood[]): Stood | null {
  return stood.reduce<Stood | null>((most, one) => {
    const gain = one.standing.share - (most?.standing.share ?? Number.NEGATIVE_INFINITY)
    return gain > 0 || (gain === 0 && one.standing.cost < most!.standing.cost) ? one : most
  }, null)
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

/** Settings that were begun since the last run through another phase. */
function runsSincePhases(results: Results): number {
  let runs = 0
  for (const id of results.keys()) {
    if (id.startsWith('today@')) continue
    if (/@[1-9]\d*$/.test(id)) runs = 0
    else if (id.endsWith('@0')) runs++
  }
  return runs
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0
}
