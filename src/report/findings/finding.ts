/**
 * A sentence about a run, computed from what it recorded: nothing is said that the columns do not hold. The keys are
 * those of the report (contracts.md 3).
 */
export interface Finding {
  /** Name of the rule that made it, in kebab-case: one rule per file of this folder. */
  readonly rule: FindingRule
  /** Simulated seconds between which it holds. */
  readonly from_s: number
  readonly to_s: number
  readonly text: string
  /** Every number of the text, by name and unrounded. */
  readonly figures: Readonly<Record<string, number>>
  /** What would help, only once it was replayed. */
  readonly cure?: Cure
}

export type FindingRule =
  | 'overloaded'
  | 'planner-blind'
  | 'stuck-backlog'
  | 'every-instance-rule'
  | 'budget-reached'
  | 'estimate-far-off'
  | 'floor-held'
  | 'scaled-down-into-burst'
  | 'startup-outlasts-burst'
  | 'oscillation'
  | 'preemption-thrash'
  | 'prefix-cache-lost'
  | 'drain-limit-reached'
  | 'kv-full'
  | 'bottleneck'
  | 'arrival-bursts'
  | 'over-provisioned'
  | 'warm-up'

/** One change of the scenario that was replayed against the run as it is, pair by pair. */
export interface Cure {
  /** Sweep knobs and their values, e.g. `{"planner.min_endpoint": 3}`. */
  readonly change: Readonly<Record<string, number | string>>
  /** Medians over the pairs with the change. */
  readonly figures: Readonly<Record<string, number>>
  /** Lowest and highest with the change, and medians without it; absent in cures found before. */
  readonly ranges?: Readonly<Record<string, readonly [number, number]>>
  readonly before?: Readonly<Record<string, number>>
  /** Pairs in which more requests met the objective. */
  readonly won: number
  readonly of: number
}

/** A change worth trying, before anyone knows whether it helps. */
export type Remedy = Cure['change']

/** What a rule hands over: the finding, how much it explains, and what to try. */
export interface Candidate {
  readonly finding: Finding
  /** Requests outside the objective that it bears on: findings are told in this order. */
  readonly weight: number
  readonly remedies: readonly Remedy[]
}
