import {suggestion} from '../../core/nearest-key.ts'

/** Arguments of the planner in releases 0.5 to 0.9, and what they are called since; null = it has no such setting any more. */
const FORMER_KEYS: Readonly<Record<string, string | null>> = {
  adjustment_interval: 'throughput_adjustment_interval',
  loadbased_adjustment_interval: 'load_adjustment_interval',
  enable_loadbased_scaling: 'enable_load_scaling',
  loadbased_learning_window: 'max_num_fpm_samples',
  loadbased_min_observations: 'load_min_observations',
  loadbased_scaling_down_sensitivity: 'load_scaling_down_sensitivity',
  loadbased_metric_samples: 'load_metric_samples',
  load_prediction_window_size: 'prophet_window_size',
  prometheus_endpoint: 'metric_pulling_prometheus_endpoint',
  prometheus_port: 'metric_reporting_prometheus_port',
  loadbased_router_metrics_url: null,
  no_correction: null,
  no_operation: null,
}

/** In brackets, what a key of an old config is called now, else the known key that may have been meant, or nothing. */
export function plannerKeyAdvice(key: string, known: Iterable<string>): string {
  const now = FORMER_KEYS[key]
  if (now === undefined) return suggestion(key, known)
  return now === null ? ' (the planner no longer has it)' : ` (it is called ${now} now)`
}

export function isFormerPlannerKey(key: string): boolean {
  return key in FORMER_KEYS
}
