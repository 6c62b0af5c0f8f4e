import type {EngineRecord} from '../engine/record/record.ts'
import type {PlannerRecord} from '../policies/dynamo/record.ts'
import type {Report} from '../report/report.ts'

/** Progress of one run, for a bar: never part of a result. */
export interface RunProgress {
  readonly simulatedMs: number
  /** Estimate of the last simulated time: the last arrival, or `simulatedMs` once past it. */
  readonly expectedEndMs: number
  readonly completedRequests: number
  readonly totalRequests: number
}

export interface RunResult {
  readonly report: Report
  readonly engine: EngineRecord
  /** null for a plain run. */
  readonly planner: PlannerRecord | null
  readonly notices: readonly string[]
}
