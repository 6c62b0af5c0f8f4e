/** Why load scaling did what it did (planner.md 5, planner-1.6.md 13.1), in the reference's words. */
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
  // Of 1.6.1 alone:
  | 'gpu_budget_guard_hold'
  | 'gpu_budget_reconcile'

/** Likewise throughput scaling (planner.md 6, planner-1.6.md 13.1). */
export type ThroughputReason =
  | 'disabled'
  | 'no_traffic_data'
  | 'predict_failed'
  | 'model_not_ready'
  | 'partner_not_ready'
  | 'set_lower_bound'
  | 'scale'
  // Of 1.6.1 alone:
  | 'no_change'
  | 'gpu_budget_guard_hold'
  | 'gpu_budget_reconcile'
