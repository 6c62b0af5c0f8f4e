import type {Observation} from './belief.ts'
import type {Candidate} from './candidates.ts'
import {type Evaluation, type Results, windowRuns} from './evaluation.ts'
import type {Ground} from './ground.ts'
import {spreadOut} from './spread-out.ts'

interface SeenOnWindows {
  readonly candidate: Candidate
  readonly observation: Observation
  /** Of its runs: equal ones decided and measured the same. */
  readonly digest: string
}

/** How a search begins, before there is anything to go by. */
export class Opening {
  readonly #ground: Ground
  readonly #design: readonly Candidate[]

  constructor(ground: Ground) {
    this.#ground = ground
    this.#design = this.#orderDesign()
  }

  /**
   * Today's setting in every phase with all of the design that does not hang on how its windows come out; then the best of
   * those on the whole trace.
   */
  next(results: Results, budget: number): readonly Evaluation[] {
    const {windows} = this.#ground.problem
    const design = this.#design.slice(0, this.#countFor(budget))
    const missing = (evaluations: readonly Evaluation[]) => evaluations.filter(({id}) => !results.has(id))
    const onWindows = this.#ground.settings(design).flatMap(one => windowRuns(one, windows))
    const surely = windows.length === 0 ? design : design.slice(0, FARTHEST)
    const known = missing([
      ...this.#ground.wholeRuns(this.#ground.today),
      ...onWindows,
      ...this.#wholeOnce(surely),
    ])
    return known.length > 0 ? known : missing(this.#wholeOnce(this.#firstWhole(design, results)))
  }

  #wholeOnce(candidates: readonly Candidate[]): readonly Evaluation[] {
    return this.#ground.settings(candidates).flatMap(one => this.#ground.wholeRuns(one).slice(0, 1))
  }

  /** In such an order that the first so many are a design as well. */
  #orderDesign(): readonly Candidate[] {
    const {budget, seed} = this.#ground.problem
    const {choices} = this.#ground.candidates
    return spreadOut(this.#ground.listed, choices, {count: this.#countFor(budget), seed})
  }

  #countFor(budget: number): number {
    const {windows} = this.#ground.problem
    const knobs = this.#ground.candidates.choices.length
    const share = windows.reduce((sum, window) => sum + window.share, 0)
    // A third of the budget on windows at most; without them a few runs that all can learn from.
    const count =
      windows.length === 0 ? 4 + 2 * knobs : Math.min(8 * (2 + knobs), Math.floor(budget / 3 / share))
    const most = Math.max(2, Math.min(count, Math.floor(this.#ground.listed.length / 3)))
    return Math.ceil(windows.length === 0 ? Math.min(most, budget / 4) : most)
  }

  /** Of the design on windows, those that did best there and some that are far apart; all of it where there are none. */
  #firstWhole(design: readonly Candidate[], results: Results): readonly Candidate[] {
    const {windows, objective} = this.#ground.problem
    if (windows.length === 0) return design
    const seen = this.onWindows(results)
    const best = withoutTwins(seen)
      .toSorted((a, b) => merit(b.observation, objective.share) - merit(a.observation, objective.share))
      .map(({candidate}) => candidate)
    // Of a small space few are enough to go by.
    const count = Math.min(
      2 + this.#ground.candidates.choices.length,
      Math.ceil(this.#ground.listed.length / 8),
    )
    return [...new Set([...best.slice(0, count), ...design.slice(0, FARTHEST)])]
  }

  /** What the windows say of the design, its windows together. */
  onWindows(results: Results): readonly SeenOnWindows[] {
    const {windows} = this.#ground.problem
    return this.#design.flatMap(candidate => {
      const figures = windows.flatMap((_, i) => {
        const one = results.get(`${candidate.id}@w${i}`)
        return one?.ok ? [one.value] : []
      })
      if (figures.length < windows.length) return []
      const requests = figures.reduce((sum, one) => sum + one.num_requests, 0)
      const met = figures.reduce((sum, one) => sum + (one.sla_attainment ?? 0) * one.num_requests, 0)
      const scenario = this.#ground.setting(candidate)?.scenario ?? this.#ground.today.scenario
      const cost = figures.reduce((sum, one) => sum + this.#ground.costOf(scenario, one), 0)
      const digest = figures.map(one => one.digest).join()
      return [{candidate, digest, observation: {at: candidate.at, shares: [met / requests], cost}}]
    })
  }
}

/** Candidates of the design that are run on the whole trace however they do on the windows: the first are the farthest apart. */
const FARTHEST = 2

/** Of those that ran alike on the windows the first: they do on the whole, too, or nearly. */
function withoutTwins(seen: readonly SeenOnWindows[]): readonly SeenOnWindows[] {
  return [...new Map(seen.toReversed().map(one => [one.digest, one])).values()].reverse()
}

/** What holds before what does not, then the cheap before the dear, then the near before the far. */
function merit({shares: [share = 0], cost}: Observation, needed: number): number {
  return share >= needed ? 1 / (1 + cost) + 1 : share
}
