import type {Scenario} from '../config/scenario.ts'
import {pointsOfShard, WHOLE} from '../sweep/shard.ts'
import {type Candidate, Candidates} from './candidates.ts'
import {
  type CostOf,
  type Evaluation,
  type Results,
  type Setting,
  type Standing,
  standingOf,
  wholeRuns,
  windowRuns,
} from './evaluation.ts'
import {leastPaidHours} from './least-cost.ts'
import {moneyOf} from './prices.ts'
import type {SearchProblem} from './problem.ts'
import type {Stood} from './trends.ts'

/** A candidate with what its runs came to. */
export type StoodSetting = Stood & {readonly scenario: Scenario}

/** What a search moves on: its candidates as settings that can be run, and what finished runs say of each. */
export class Ground {
  readonly problem: SearchProblem
  readonly today: Setting
  readonly candidates: Candidates
  /** The candidates themselves, or a sample of them. */
  readonly listed: readonly Candidate[]
  readonly #pinned = new Map<string, Candidate | null>()
  readonly costOf: CostOf = (scenario, paid) =>
    moneyOf(scenario, paid, this.problem.prices) ?? paid.billed_gpu_hours

  constructor(problem: SearchProblem) {
    const {base, objective, space, seed, shard = WHOLE} = problem
    this.problem = problem
    this.today = {id: 'today', scenario: {...base, objective}}
    this.candidates = new Candidates(space, base, objective)
    const listed = this.candidates.list(seed)
    // What no run can take teaches nothing.
    const sound = listed.filter(one => this.candidates.scenarioOf(one).ok)
    this.listed = pointsOfShard(sound.length === 0 ? listed : sound, shard)
  }

  /** Why nothing of the space can be run; null where something can. */
  problemOfSpace(): string | null {
    let reason: string | null = null
    for (const candidate of this.listed) {
      const scenario = this.candidates.scenarioOf(candidate)
      if (scenario.ok) return null
      reason ??= scenario.error.message
    }
    return reason
  }

  /** Candidates that were run on the whole trace at least once. */
  stood(results: Results): readonly StoodSetting[] {
    return this.#known(results).flatMap(candidate => {
      const setting = this.setting(candidate)
      const standing = setting === null ? null : this.standing(setting, results)
      return standing === null ? [] : [{candidate, standing, scenario: setting!.scenario}]
    })
  }

  standing(setting: Setting, results: Results): Standing | null {
    const {share} = this.problem.objective
    return standingOf(this.wholeRuns(setting), results, {share, costOf: this.costOf})
  }

  /** ms of the shortest run of the whole trace so far; 0 before the first. */
  shortestMs(results: Results): number {
    const whole = [...results].flatMap(([id, one]) =>
      isPartial(id) || !one.ok ? [] : [one.value.duration_ms],
    )
    return whole.length === 0 ? 0 : Math.min(...whole)
  }

  /** The run of an id, as a shard of this search noted it down; null for what is none of this search's. */
  evaluationOf(id: string): Evaluation | null {
    const name = id.slice(0, id.lastIndexOf('@'))
    const candidate = this.candidates.find(name)
    const setting = name === this.today.id ? this.today : candidate === null ? null : this.setting(candidate)
    if (setting === null) return null
    const runs = [...this.wholeRuns(setting), ...windowRuns(setting, this.problem.windows)]
    return runs.find(run => run.id === id) ?? null
  }

  /**
   * Whether a candidate's floor alone costs more than this, as far as the runs tell how long the trace takes; the choice
   * of one that nothing can run is none.
   */
  isTooDear(
    candidate: Candidate,
    {cost, shortestMs}: {readonly cost: number; readonly shortestMs: number},
  ): boolean {
    const setting = this.setting(candidate)
    if (setting === null) return true
    return this.costOf(setting.scenario, leastPaidHours(setting.scenario, shortestMs)) >= cost
  }

  nextPhases(candidate: Candidate, results: Results, count: number): readonly Evaluation[] {
    const setting = this.setting(candidate)
    if (setting === null) return []
    return this.wholeRuns(setting)
      .filter(({id}) => !results.has(id))
      .slice(0, count)
  }

  wholeRuns(setting: Setting): readonly Evaluation[] {
    return wholeRuns(setting, this.problem)
  }

  settings(candidates: readonly Candidate[]): readonly Setting[] {
    return candidates.flatMap(candidate => this.setting(candidate) ?? [])
  }

  /** The choice that keeps the fleet at these counts; null where there is none, or where it is another shard's. */
  pinnedAt(counts: readonly number[]): Candidate | null {
    const key = counts.join()
    let found = this.#pinned.get(key)
    if (found === undefined) {
      found = (this.problem.shard?.count ?? 1) > 1 ? null : this.candidates.pinnedAt(counts)
      this.#pinned.set(key, found)
    }
    return found
  }

  /** null for a choice no run can take. */
  setting(candidate: Candidate): Setting | null {
    const scenario = this.candidates.scenarioOf(candidate)
    return scenario.ok ? {id: candidate.id, scenario: scenario.value} : null
  }

  /** Every candidate of whom a run of the whole trace is in, in the order of their first. */
  #known(results: Results): readonly Candidate[] {
    const ids = new Set(
      [...results.keys()].filter(id => !isPartial(id)).map(id => id.slice(0, id.lastIndexOf('@'))),
    )
    return [...ids].flatMap(id => this.candidates.find(id) ?? [])
  }
}

/** Whether a run is of a window alone, by its id. */
export function isPartial(id: string): boolean {
  return /@w\d+$/.test(id)
}
