import {FIRST_RELEASE} from '../config/release.ts'
import {type KnobEffect, knobEffects} from './answer/knob-effects.ts'
import {Choice} from './choice.ts'
import type {Evaluation, Results, Setting, Standing} from './evaluation.ts'
import {FixedFleets} from './fixed-fleets.ts'
import {foresee} from './foresight.ts'
import {Ground, isPartial, type StoodSetting} from './ground.ts'
import {Opening} from './opening.ts'
import type {SearchProblem} from './problem.ts'

/** Runs that are asked for together: they do not wait for each other, and how many run at a time changes nothing. */
export type SearchStep =
  | {readonly kind: 'run'; readonly evaluations: readonly Evaluation[]}
  /** What is under way tells what comes next. */
  | {readonly kind: 'wait'}
  | {readonly kind: 'done'; readonly reason: 'settled' | 'budget' | 'time'}

/**
 * The cheapest setting that holds an objective, looked for step by step: today's setting first, then a spread of candidates
 * on windows of the trace, the promising of them on the whole, then those that are expected to save most, and whatever
 * comes out ahead through all phases. What is asked next depends on the finished runs alone and not on who ran them, how
 * many at a time or with what interruptions.
 */
export class Search {
  readonly problem: SearchProblem
  readonly today: Setting
  readonly #ground: Ground
  readonly #opening: Opening
  readonly #choice: Choice
  readonly #fixed: FixedFleets

  constructor(problem: SearchProblem) {
    this.problem = problem
    this.#ground = new Ground(problem)
    this.today = this.#ground.today
    this.#opening = new Opening(this.#ground)
    this.#choice = new Choice(this.#ground, this.#opening)
    this.#fixed = new FixedFleets(this.today.scenario, problem.space)
  }

  /**
   * @param budget runs of the whole trace at the most, where the host has time for fewer than the problem allows
   * @param underWay ids of runs that were asked for and are not in, in that order: what comes next is decided as if they
   * came out as thought, so that there is always something to run
   */
  next(results: Results, budget: number = this.problem.budget, underWay: readonly string[] = []): SearchStep {
    if (underWay.length === 0) return this.#decide(results, budget)
    const most = Math.min(budget, this.problem.budget)
    if (!this.#looksAhead(results, underWay, most)) return {kind: 'wait'}
    const belief = this.#choice.belief(results)
    const foreseen = foresee(this.#ground, {results, underWay, belief})
    const open = underWay.filter(id => !foreseen.has(id))
    const step = this.#decide(foreseen, most - open.length)
    if (step.kind !== 'run') return {kind: 'wait'}
    const evaluations = step.evaluations.filter(({id}) => !open.includes(id))
    return evaluations.length === 0 ? {kind: 'wait'} : {kind: 'run', evaluations}
  }

  /** In a small space and with little of the budget left each run should learn of the last; at first there is nothing to go by. */
  #looksAhead(results: Results, underWay: readonly string[], budget: number): boolean {
    return (
      this.#ground.listed.length >= LOOK_AHEAD.candidates &&
      budget - this.spent(results).weight - underWay.length >= LOOK_AHEAD.left &&
      this.#opening.next(results, budget).length === 0
    )
  }

  #decide(results: Results, budget: number): SearchStep {
    const most = Math.min(budget, this.problem.budget)
    const left = most - this.spent(results).weight
    // The fleets nobody scales are found one after the other, so they go along with whatever else is run.
    const fixed = this.#nextFixed(results)
    const opening = this.#opening.next(results, most)
    const chosen = opening.length > 0 ? opening : this.#chosen(results, left - fixed.length)
    const evaluations = withinBudget([...fixed, ...chosen], left)
    if (evaluations.length > 0) return {kind: 'run', evaluations}
    const short = most < this.problem.budget ? 'time' : 'budget'
    return {kind: 'done', reason: left < LEAST_LEFT ? short : 'settled'}
  }

  /** Why nothing of the space can be run; null where something can. */
  problemOfSpace(): string | null {
    return this.#ground.problemOfSpace()
  }

  /** Candidates that were run on the whole trace at least once. */
  stood(results: Results): readonly StoodSetting[] {
    return this.#ground.stood(results)
  }

  standing(setting: Setting, results: Results): Standing | null {
    return this.#ground.standing(setting, results)
  }

  /** The run of an id, as a shard of this search noted it down; null for what is none of this search's. */
  evaluationOf(id: string): Evaluation | null {
    return this.#ground.evaluationOf(id)
  }

  /** What each knob does around a candidate that was run. */
  effects(results: Results, around: string): readonly KnobEffect[] {
    const candidate = this.#ground.candidates.find(around)
    if (candidate === null || this.stood(results).length === 0) return []
    const {release = FIRST_RELEASE} = this.problem.base
    return knobEffects(candidate, this.#ground.candidates, this.#choice.belief(results), release)
  }

  fixedFleets(results: Results): readonly {readonly setting: Setting; readonly standing: Standing}[] {
    return this.#fixed.tried(setting => this.standing(setting, results))
  }

  spent(results: Results): {readonly full: number; readonly partial: number; readonly weight: number} {
    const ids = [...results.keys()]
    const partial = ids.filter(isPartial)
    const weight = partial.reduce(
      (sum, id) => sum + this.problem.windows[Number(/\d+$/.exec(id)![0])]!.share,
      0,
    )
    const full = ids.length - partial.length
    return {full, partial: partial.length, weight: full + weight}
  }

  /** The best fleet that nobody scales is run as a choice of the space, where it is one; then whatever is worth most. */
  #chosen(results: Results, left: number): readonly Evaluation[] {
    const counts = this.#fixed.found(setting => this.standing(setting, results))
    const pinned = counts === null ? null : this.#ground.pinnedAt(counts)
    const {mostCost: cost = Number.POSITIVE_INFINITY} = this.problem
    const shortestMs = this.#ground.shortestMs(results)
    const anchor = pinned !== null && this.#ground.isTooDear(pinned, {cost, shortestMs}) ? null : pinned
    const first = anchor === null ? [] : this.#ground.nextPhases(anchor, results, 1)
    if (first.some(({id}) => id.endsWith('@0'))) return first
    return this.#choice.next(results, left, anchor)
  }

  #nextFixed(results: Results): readonly Evaluation[] {
    const next = this.#fixed.next(setting => this.standing(setting, results))
    return next.flatMap(setting => this.#ground.wholeRuns(setting)).filter(({id}) => !results.has(id))
  }
}

/** From so many candidates, and with so much of the budget left, a few runs more or less are a small part. */
const LOOK_AHEAD = {candidates: 200, left: 24}
/** With less of the budget left nothing could be begun and borne out. */
const LEAST_LEFT = 2

/** The first of them that fit. */
function withinBudget(evaluations: readonly Evaluation[], left: number): readonly Evaluation[] {
  let spent = 0
  return evaluations.filter(({weight}) => {
    spent += weight
    return spent <= left + 1e-9
  })
}
