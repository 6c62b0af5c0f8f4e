export type PlannerMode = 'agg' | 'disagg' | 'prefill' | 'decode'

/** `load` is of 1.6.1. */
export type OptimizationTarget = 'throughput' | 'latency' | 'load' | 'sla'

/** Planner config (planner.md 1.2) after parsing and validation. Only the fields a replay reads or reports. */
export interface PlannerConfig {
  readonly mode: PlannerMode
  readonly optimization_target: OptimizationTarget
  readonly enable_throughput_scaling: boolean
  readonly enable_load_scaling: boolean
  /** Seconds. */
  readonly throughput_adjustment_interval: number
  /** Seconds. */
  readonly load_adjustment_interval: number
  /** SLA in milliseconds. */
  readonly ttft: number
  /** SLA in milliseconds. */
  readonly itl: number
  /** In replicas (the reference counts one GPU per replica here); negative = no limit. */
  readonly max_gpu_budget: number
  readonly min_gpu_budget: number
  readonly min_endpoint: number
  /** GPUs of one engine, for GPU-hours only; null counts as 0. */
  readonly prefill_engine_num_gpu: number | null
  readonly decode_engine_num_gpu: number | null
  readonly pre_deployment_sweeping_mode: 'none' | 'rapid' | 'thorough' | null
  readonly load_predictor: string
  readonly load_predictor_log1p: boolean
  readonly prophet_window_size: number
  readonly kalman_q_level: number
  readonly kalman_q_trend: number
  readonly kalman_r: number
  readonly kalman_min_points: number
  /** Percent. */
  readonly load_scaling_down_sensitivity: number
  readonly load_min_observations: number
  readonly max_num_fpm_samples: number
  readonly fpm_sample_bucket_size: number
  /** Of 1.2.1 alone. */
  readonly load_metric_samples?: number
  readonly report_interval_hours: number | null
  readonly report_output_dir: string
  readonly report_filename: string | null
  readonly live_dashboard_port: number
}
