import type {BenchFigures} from './bench-figures.ts'
import type {FleetPlan, FleetSize} from './fleet-plan.ts'

/** What the search needs to know of a replayed plan. */
export type PlanOutcome = Pick<BenchFigures, 'holds' | 'gpuHours' | 'share' | 'bins'>

/** A plan that was replayed before the search: of a fixed fleet, or what a policy asked for. */
export interface KnownPlan {
  readonly label: string
  readonly plan: FleetPlan
  readonly outcome: PlanOutcome
}

export interface FixedFleet extends KnownPlan {
  readonly size: FleetSize
}

export interface HindsightOptions {
  readonly fixed: readonly FixedFleet[]
  readonly policies: readonly KnownPlan[]
  /** Share of requests that must keep the objective. */
  readonly share: number
  /** Usual start-up: how much earlier a replica is asked for than needed. */
  readonly leadS: number
  readonly spanS: number
  /** Replicas of a pool, and of all pools together. */
  readonly least: number
  readonly most: number
  /** GPUs of an instance. */
  readonly gpus: {readonly prefill: number; readonly decode: number}
  /** Plans replayed at the most. */
  readonly maxRuns: number
}

export interface Hindsight {
  readonly plan: FleetPlan
  readonly outcome: PlanOutcome
  /** What it grew out of. */
  readonly from: string
  readonly runs: number
  /** Nothing that was tried improves on it; else the runs were used up. */
  readonly isSettled: boolean
}
