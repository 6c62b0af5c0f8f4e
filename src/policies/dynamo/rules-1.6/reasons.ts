/** Why load scaling did what it did (planner-1.6.md 13.1). */
export type LoadReason16 =
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
  | 'gpu_budget_guard_hold'
  | 'gpu_budget_reconcile'

/** Why throughput scaling did what it did. */
export type ThroughputReason16 =
  | 'no_traffic_data'
  | 'predict_failed'
  | 'model_not_ready'
  | 'partner_not_ready'
  | 'set_lower_bound'
  | 'scale'
  | 'no_change'
  | 'gpu_budget_guard_hold'
  | 'gpu_budget_reconcile'
