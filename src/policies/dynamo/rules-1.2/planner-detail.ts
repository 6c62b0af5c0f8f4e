import type {LoadReason, ThroughputReason} from '../reasons.ts'
import type {LoadDecision} from './load-scaling.ts'
import type {ThroughputDecision} from './throughput-scaling.ts'
import type {TickGrounds} from './tick-decision.ts'

/** What 1.2.1's planner saw, estimated and decided at one tick, beyond what every policy's tick has. */
export interface PlannerDetail {
  readonly policy: 'dynamo'
  readonly release: '1.2.1'
  readonly is_load: boolean
  readonly is_throughput: boolean
  readonly diagnostics: TickDiagnostics
  /** Ours: what the planner observed of each instance (the cached last pass), and its estimates. */
  readonly engines: readonly InstanceTickView[]
  /** Ours: the decisions with all they looked at, for the decision inspector; not part of any export. */
  readonly explanation: TickExplanation
}

/** Field names are those of the golden files and of `--diagnostics-json`; an absent field is left out. */
export interface TickDiagnostics {
  estimated_ttft_ms?: number
  estimated_itl_ms?: number
  predicted_num_req?: number
  predicted_isl?: number
  predicted_osl?: number
  predicted_kv_hit_rate?: number
  engine_rps_prefill?: number
  engine_rps_decode?: number
  throughput_lower_bound_prefill?: number
  throughput_lower_bound_decode?: number
  load_decision_reason?: LoadReason
  load_decision_reason_prefill?: LoadReason
  load_decision_reason_decode?: LoadReason
  throughput_decision_reason?: ThroughputReason
  throughput_decision_reason_prefill?: ThroughputReason
  throughput_decision_reason_decode?: ThroughputReason
}

/** null = the tick took no such decision. */
export interface TickExplanation {
  readonly load: LoadDecision | null
  readonly throughput: ThroughputDecision | null
  /** With the planner config, enough to take the same decisions again, or others with something changed. */
  readonly grounds: TickGrounds
}

export interface InstanceTickView {
  readonly pool: 'prefill' | 'decode'
  readonly worker_id: number
  readonly scheduled_prefill_tokens: number
  readonly scheduled_decode_kv_tokens: number
  readonly queued_prefill_tokens: number
  readonly queued_decode_kv_tokens: number
  estimated_ttft_ms?: number
  estimated_itl_ms?: number
}
