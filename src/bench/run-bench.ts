import type {Scenario} from '../config/scenario.ts'
import {assert} from '../core/assert.ts'
import type {Result} from '../core/result.ts'
import {expectedWork, longestFirst} from '../sweep/schedule/run-order.ts'
import type {BenchFigures} from './bench-figures.ts'
import {type BenchLine, type BenchResult, type BenchRun, benchLine, type LinePolicy} from './bench-result.ts'
import {scenarioOfPlan} from './fleet-plan.ts'
import {findHindsight} from './hindsight.ts'
import type {FixedFleet, Hindsight, KnownPlan, PlanOutcome} from './hindsight-options.ts'
import type {BenchPlan} from './plan-bench.ts'

/** A run that the bench asks its host for. */
export interface BenchJob {
  readonly id: string
  readonly scenario: Scenario
  readonly phase: number
  /** An attempt of the search, of which only the figures are wanted. */
  readonly isScratch: boolean
}

/** Runs all jobs, as many at a time as the host likes, and settles each; rejects only if the host itself cannot go on. */
export type EvaluateJobs = (
  jobs: readonly BenchJob[],
  settle: (id: string, figures: Result<BenchFigures>) => void,
) => Promise<void>

export interface BenchNews {
  readonly result: BenchResult
  readonly failures: readonly {readonly id: string; readonly message: string}[]
  readonly done: number
  /** Runs of the policies; the search after them has no known end. */
  readonly total: number
  /** Plans replayed in hindsight so far; null = it is not there yet. */
  readonly attempts: number | null
}

const HINDSIGHT_ID = 'hindsight'

const HINDSIGHT: LinePolicy = {id: HINDSIGHT_ID, label: 'in hindsight', kind: 'hindsight', size: null}

/** The whole bench: every policy at every phase, then the search in hindsight. Tells what is known after each run. */
export async function runBench(
  plan: BenchPlan,
  evaluate: EvaluateJobs,
  onNews: (news: BenchNews) => void,
): Promise<BenchNews> {
  const bench = new Bench(plan, evaluate, onNews)
  await bench.runCases()
  await bench.lookBack()
  return bench.news()
}

class Bench {
  readonly #plan: BenchPlan
  readonly #evaluate: EvaluateJobs
  readonly #onNews: (news: BenchNews) => void
  readonly #runs: BenchRun[] = []
  readonly #failures: {id: string; message: string}[] = []
  #hindsight: BenchResult['hindsight'] = null
  #attempts: number | null = null

  constructor(plan: BenchPlan, evaluate: EvaluateJobs, onNews: (news: BenchNews) => void) {
    this.#plan = plan
    this.#evaluate = evaluate
    this.#onNews = onNews
  }

  async runCases(): Promise<void> {
    const cases = new Map(this.#plan.cases.map(each => [each.id, each]))
    const all = this.#plan.cases.map(({id, scenario, phase}) => ({id, scenario, phase, isScratch: false}))
    const jobs = longestFirst(all, ({scenario}) => expectedWork(scenario))
    await this.#evaluate(jobs, (id, figures) => {
      const {policy, phase} = cases.get(id)!
      if (figures.ok) this.#runs.push({policyId: policy.id, phase, figures: figures.value})
      else this.#failures.push({id, message: figures.error.message})
      this.#onNews(this.news())
    })
  }

  async lookBack(): Promise<void> {
    const {hindsight: options, base} = this.#plan
    if (options === null) return
    this.#attempts = 0
    const {fixed, policies} = this.#known()
    const steps = findHindsight({...options, fixed, policies})
    let step = steps.next()
    while (!step.done) {
      const plans = step.value
      const jobs = plans.map((plan, i) => ({
        id: `${HINDSIGHT_ID}-${this.#attempts! + i + 1}`,
        scenario: scenarioOfPlan(base, plan),
        phase: 0,
        isScratch: true,
      }))
      const outcomes = await this.#outcomesOf(jobs)
      this.#attempts += plans.length
      this.#onNews(this.news())
      step = steps.next(outcomes)
    }
    if (step.value !== null) await this.#keep(step.value)
    this.#onNews(this.news())
  }

  news(): BenchNews {
    const plan = this.#plan
    return {
      result: {
        objective: plan.objective,
        lines: this.#lines(),
        hindsight: this.#hindsight,
        bound: plan.needs.bound,
        phases: plan.choice.phases,
        pricePerGpuHour: plan.choice.pricePerGpuHour,
      },
      failures: this.#failures,
      done: this.#runs.length + this.#failures.length,
      total: plan.cases.length,
      attempts: this.#attempts,
    }
  }

  #lines(): readonly BenchLine[] {
    const found = this.#hindsight?.figures ?? null
    const runs =
      found === null ? this.#runs : [...this.#runs, {policyId: HINDSIGHT_ID, phase: 0, figures: found}]
    return [...this.#plan.policies, HINDSIGHT]
      .map(policy => benchLine(policy, runs, found))
      .filter(line => line !== null)
  }

  /** In the order of the plan, whatever the order in which the runs came back. */
  #known(): {readonly fixed: readonly FixedFleet[]; readonly policies: readonly KnownPlan[]} {
    const fixed: FixedFleet[] = []
    const policies: KnownPlan[] = []
    for (const {policy, phase} of this.#plan.cases) {
      const run = this.#runs.find(each => each.policyId === policy.id && each.phase === phase)
      if (run === undefined) continue
      const known = {label: policy.label, plan: run.figures.plan, outcome: run.figures}
      if (policy.size === null) policies.push(known)
      else fixed.push({...known, size: policy.size})
    }
    return {fixed, policies}
  }

  async #outcomesOf(jobs: readonly BenchJob[]): Promise<readonly PlanOutcome[]> {
    const outcomes = new Map<string, PlanOutcome>()
    await this.#evaluate(jobs, (id, figures) => outcomes.set(id, figures.ok ? figures.value : FAILED))
    return jobs.map(({id}) => outcomes.get(id) ?? FAILED)
  }

  /** Runs it once more to be opened like any other. */
  async #keep({plan, from, runs, isSettled}: Hindsight): Promise<void> {
    const job = {
      id: HINDSIGHT_ID,
      scenario: scenarioOfPlan(this.#plan.base, plan),
      phase: 0,
      isScratch: false,
    }
    let figures: BenchFigures | null = null
    await this.#evaluate([job], (_, result) => {
      if (result.ok) figures = result.value
    })
    assert(figures !== null, 'a plan that was replayed can be replayed again')
    this.#hindsight = {plan, from, runs, isSettled, figures}
  }
}

/** A plan that cannot be run holds nothing. */
const FAILED: PlanOutcome = {
  holds: false,
  gpuHours: Number.POSITIVE_INFINITY,
  share: 0,
  bins: {binS: 1, arrived: [], missed: []},
}

/** Every scenario of the bench by its id, to open one as a run. */
export function scenarioOfRow(plan: BenchPlan, {hindsight}: BenchResult, id: string): Scenario | null {
  if (id === HINDSIGHT_ID) return hindsight && scenarioOfPlan(plan.base, hindsight.plan)
  return plan.cases.find(each => each.id === id)?.scenario ?? null
}
