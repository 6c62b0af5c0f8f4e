import {type FleetPlan, planKey} from './fleet-plan.ts'
import type {FixedFleet, Hindsight, HindsightOptions, KnownPlan, PlanOutcome} from './hindsight-options.ts'
import {judgePlan} from './judged-plan.ts'
import {raisedWhereMissed, trimMoves} from './plan-moves.ts'

/** Candidates handed out together, so that a host can replay them at the same time; the result does not depend on whether it does. */
const BATCH = 4
/** Of all replays those with which plans that miss the objective are brought to hold it: trimming needs the rest. */
const MOST_REPAIRS = 0.25
/** Parts of the misses that are allowed, with which a plan is judged: intervals touch each other, which costs some. */
const STRICTNESSES = [1, 0.85, 0.7, 0.5]
/** Of the worst interval's misses the part from which an interval is raised, from little to much in one attempt. */
const BADLY = [0.75, 0.5, 0.25, 0.1]
/** Starting points that are trimmed. */
const TRIMMED = 2

/**
 * The cheapest schedule that holds the objective, of those it tries, with full knowledge of the trace: from fixed fleets
 * judged interval by interval, and from whatever holds the objective already, it raises where requests miss and takes away
 * where nobody misses them, replaying each attempt, until nothing improves. Best found, not proven; null where nothing
 * holds. Yields plans to be replayed and expects their outcomes in order.
 */
export function* findHindsight(
  options: HindsightOptions,
): Generator<readonly FleetPlan[], Hindsight | null, readonly PlanOutcome[]> {
  const search = new Search(options)
  yield* search.startFromJudgedFleets()
  for (const start of search.cheapest(TRIMMED)) {
    yield* search.trim(start)
    if (search.isExhausted) break
  }
  return search.result()
}

type Replays = Generator<readonly FleetPlan[], void, readonly PlanOutcome[]>

class Search {
  readonly #options: HindsightOptions
  readonly #holding: KnownPlan[]
  readonly #tried = new Set<string>()
  #runs = 0

  constructor(options: HindsightOptions) {
    this.#options = options
    const known = [...options.fixed, ...options.policies]
    this.#holding = known.filter(({outcome}) => outcome.holds)
    for (const {plan} of known) this.#tried.add(planKey(plan))
  }

  get isExhausted(): boolean {
    return this.#runs >= this.#options.maxRuns
  }

  cheapest(count: number): readonly KnownPlan[] {
    return [...this.#holding].sort((a, b) => a.outcome.gpuHours - b.outcome.gpuHours).slice(0, count)
  }

  /** Plans judged more and more strictly; where none of them holds, the nearest is raised where its requests miss. */
  *startFromJudgedFleets(): Replays {
    const {fixed, share} = this.#options
    if (fixed.length === 0) return
    const strictly = (part: number) => judgePlan({...this.#options, share: 1 - (1 - share) * part})
    let plans = STRICTNESSES.flatMap(part => strictly(part) ?? [])
    for (let batch = this.#repairs(plans); batch.length > 0; batch = this.#repairs(plans)) {
      const outcomes = yield* this.#replay(batch)
      const replayed = batch.map((plan, i) => ({
        label: 'fixed fleets judged by interval',
        plan,
        outcome: outcomes[i]!,
      }))
      const holding = replayed.filter(({outcome}) => outcome.holds)
      this.#holding.push(...holding)
      if (holding.length > 0) return
      const nearest = replayed.reduce((best, one) => (one.outcome.share > best.outcome.share ? one : best))
      plans = BADLY.map(badly =>
        raisedWhereMissed(nearest.plan, nearest.outcome.bins, {...this.#options, badly}),
      )
    }
  }

  /** Of some plans those not tried, each once and as many as repairs may take. */
  #repairs(plans: readonly FleetPlan[]): readonly FleetPlan[] {
    const left = Math.floor(this.#options.maxRuns * MOST_REPAIRS) - this.#runs
    const open = new Map(plans.map(plan => [planKey(plan), plan]))
    return [...open]
      .filter(([key]) => !this.#tried.has(key))
      .map(([, plan]) => plan)
      .slice(0, Math.max(left, 0))
  }

  /** Takes replicas away, the most promising first, as long as the objective holds and the bill falls. */
  *trim(start: KnownPlan): Replays {
    let best = start
    for (let moves = this.#movesFrom(best); moves.length > 0 && !this.isExhausted; ) {
      const batch = moves.splice(0, Math.min(BATCH, this.#options.maxRuns - this.#runs))
      const outcomes = yield* this.#replay(batch)
      const better = this.#bestOf(batch, outcomes, best)
      if (better === null) continue
      best = {...better, label: start.label}
      this.#holding.push(best)
      moves = this.#movesFrom(best)
    }
  }

  result(): Hindsight | null {
    const [best] = this.cheapest(1)
    if (best === undefined) return null
    const {label: from, plan, outcome} = best
    return {plan, outcome, from, runs: this.#runs, isSettled: !this.isExhausted}
  }

  *#replay(
    plans: readonly FleetPlan[],
  ): Generator<readonly FleetPlan[], readonly PlanOutcome[], readonly PlanOutcome[]> {
    for (const plan of plans) this.#tried.add(planKey(plan))
    this.#runs += plans.length
    return yield plans
  }

  #movesFrom({plan, outcome}: KnownPlan): FleetPlan[] {
    return trimMoves(plan, outcome.bins, this.#options).filter(move => !this.#tried.has(planKey(move)))
  }

  #bestOf(plans: readonly FleetPlan[], outcomes: readonly PlanOutcome[], than: KnownPlan) {
    let best: {plan: FleetPlan; outcome: PlanOutcome} | null = null
    for (const [i, outcome] of outcomes.entries()) {
      const limit = best?.outcome.gpuHours ?? than.outcome.gpuHours
      if (outcome.holds && outcome.gpuHours < limit) best = {plan: plans[i]!, outcome}
    }
    return best
  }
}

/** The cheapest fixed fleet that holds the objective; null = none does. */
export function bestFixed(fixed: readonly FixedFleet[]): FixedFleet | null {
  const holding = fixed.filter(({outcome}) => outcome.holds)
  return holding.sort((a, b) => a.outcome.gpuHours - b.outcome.gpuHours)[0] ?? null
}
