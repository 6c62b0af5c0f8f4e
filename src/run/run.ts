import type {EngineRecord} from '../engine/record/record.ts'
import type {PolicyDetail} from '../policies/policy-detail.ts'
import type {Report} from '../report/report.ts'
import type {RunTally} from '../report/streamed/run-tally.ts'
import type {ScalingRecord} from '../scaling/record.ts'
import type {LiveColumns} from './live.ts'

/** Progress of one run, for a bar: never part of a result. */
export interface RunProgress {
  readonly simulatedMs: number
  /** Estimate of the last simulated time: the last arrival, or `simulatedMs` once past it. */
  readonly expectedEndMs: number
  readonly completedRequests: number
  readonly totalRequests: number
  /** The run so far, to be drawn; the same object every time, which grows. */
  readonly live?: LiveColumns
}

export interface RunResult {
  readonly report: Report
  readonly engine: EngineRecord
  /** What the policy, whichever it was, saw and decided; null for a fleet that nobody scales. */
  readonly scaling: ScalingRecord<PolicyDetail> | null
  readonly notices: readonly string[]
  /** What pictures are made of where `engine` has a sample of the requests alone; it does not leave the thread. */
  readonly tally?: RunTally
}
