import type {LoadDecision} from './rules-1.2/load-scaling.ts'
import type {ThroughputDecision} from './rules-1.2/throughput-scaling.ts'
import type {TickGrounds} from './rules-1.2/tick-decision.ts'

/** What the planner saw, estimated and decided: one record per tick, one per scaling event (planner.md 3-4). */
export interface PlannerRecord {
  readonly totalTicks: number
  readonly ticks: readonly TickRecord[]
  readonly scalingEvents: readonly ScalingEvent[]
  /** GPU-hours by the reference's definition (planner.md 3.5). */
  readonly gpuHours: number
  /** Things worth telling the reader: steps taken where the reference would hang, predictor caveats. */
  readonly notices: readonly string[]
}

export type Component = 'agg' | 'prefill' | 'decode'

export interface ScalingEvent {
  /** Simulated seconds of the last event before the tick. */
  readonly at_s: number
  readonly component: Component
  readonly from_count: number
  readonly to_count: number
  readonly reason: 'scale_up' | 'scale_down'
}

export type LoadReason =
  | 'disabled'
  | 'no_fpm_data'
  | 'scaling_in_progress'
  | 'worker_count_mismatch'
  | 'insufficient_data'
  | 'no_change'
  | 'scale_up'
  | 'scale_down'
  | 'scale_down_capped_by_throughput'
  | 'scale_down_refused_consolidation'

export type ThroughputReason =
  | 'disabled'
  | 'no_traffic_data'
  | 'predict_failed'
  | 'model_not_ready'
  | 'partner_not_ready'
  | 'set_lower_bound'
  | 'scale'

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

export interface TickRecord extends TickDiagnostics {
  /** Scheduled time, seconds. */
  at_s: number
  /** Time of the last event before it: what the planner calls now. */
  now_s: number
  active_prefill: number
  active_decode: number
  /** Reference definition, cumulative. */
  gpu_hours: number
  is_load: boolean
  is_throughput: boolean
  traffic?: {duration_s: number; num_req: number; isl: number; osl: number; kv_hit_rate: number}
  scale_to?: {num_prefill?: number; num_decode?: number}
  /** Ours: pool states the reference does not keep. */
  starting_prefill: number
  starting_decode: number
  draining_prefill: number
  draining_decode: number
  /** Ours: what the planner observed of each engine (the cached last pass), and its estimates. */
  engines: readonly EngineTickView[]
  /** Ours: the decisions with all they looked at, for the decision inspector; not part of any export. */
  explanation: TickExplanation
}

/** null = the tick took no such decision. */
export interface TickExplanation {
  readonly load: LoadDecision | null
  readonly throughput: ThroughputDecision | null
  /** With the planner config, enough to take the same decisions again, or others with something changed. */
  readonly grounds: TickGrounds
}

export interface EngineTickView {
  readonly pool: 'prefill' | 'decode'
  readonly worker_id: number
  readonly scheduled_prefill_tokens: number
  readonly scheduled_decode_kv_tokens: number
  readonly queued_prefill_tokens: number
  readonly queued_decode_kv_tokens: number
  estimated_ttft_ms?: number
  estimated_itl_ms?: number
}
