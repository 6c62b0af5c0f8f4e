import type {PlannerConfig} from './planner-shape.ts'

type Carried = Omit<PlannerConfig, 'load_predictor' | 'load_metric_samples'>

/** Planner config of 1.6.1 (planner-1.6.md 1). Keys that 1.2.1 has, too, are spelt as there. */
export interface PlannerConfig16 extends Carried {
  readonly load_predictor: 'constant' | 'arima' | 'prophet' | 'kalman'
  readonly load_predictor_warmup_trace: string | null
  readonly max_throughput_scaling_replicas: number
  /** In place of `min_endpoint` for their role; disaggregated fleets only. */
  readonly prefill_min_endpoint: number | null
  readonly decode_min_endpoint: number | null
  /** Thresholds of target `load`. */
  readonly prefill_scale_up_queue_tokens: number | null
  readonly prefill_scale_down_queue_tokens: number | null
  /** Percent. */
  readonly decode_scale_up_kv_rate: number | null
  readonly decode_scale_down_kv_rate: number | null
  readonly speculative_nextn: number
  readonly report_write_gzip_log: boolean
  /** `scheduling.scale_interval_seconds`. */
  readonly scale_interval_seconds: number
  /** Identities of timing models to estimate with, in place of the regressions; null = learn from passes. */
  readonly ais_perf_model: AisPerfModel | null
}

export interface AisPerfModel {
  readonly roles: Readonly<Partial<Record<AisRole, Readonly<Record<string, unknown>>>>>
}

export type AisRole = 'prefill' | 'decode' | 'aggregated'
