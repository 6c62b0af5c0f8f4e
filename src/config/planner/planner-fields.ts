import type {Field} from '../field.ts'
import type {PlannerConfig} from '../scenario.ts'

/** Fields that a replay reads or reports. */
export type PlannerFieldKey = keyof PlannerConfig
/** Fields of the live planner: checked if given, without effect here. */
export type InertPlannerKey =
  | 'environment'
  | 'namespace'
  | 'backend'
  | 'log_dir'
  | 'profile_results_dir'
  | 'load_predictor_warmup_trace'
  | 'metric_pulling_prometheus_endpoint'
  | 'metric_reporting_prometheus_port'
  | 'throughput_metrics_source'
  | 'model_name'
  | 'global_planner_namespace'
  | 'advisory'

export type PlannerFieldGroup =
  | 'mode'
  | 'targets'
  | 'cadence'
  | 'budget'
  | 'prediction'
  | 'regression'
  | 'report'
  | 'live planner'

/** What a field does in a replay. `sla` and `easy` name the optimization target it needs. */
export type PlannerFieldUse = 'always' | 'sla' | 'easy' | 'validation' | 'report' | 'none'

export type PlannerField<K extends string = PlannerFieldKey | InertPlannerKey> = Field<
  K,
  PlannerFieldGroup
> & {
  readonly use: PlannerFieldUse
  /** The reference's other spelling; it wins where both are given. */
  readonly alias: string | null
}

/** Whole numbers beyond this lose digits in JSON. */
const MOST = Number.MAX_SAFE_INTEGER
/** A year of seconds. */
const MAX_SECONDS = 31_536_000
/** One sample is kept per slot and one counter per bucket; more than this is a mistake. */
const MAX_SAMPLES = 1_000_000

const anyInteger = {type: 'integer', nullable: false, min: -MOST, max: MOST} as const
const anyNumber = {type: 'number', nullable: false, min: -Number.MAX_VALUE, max: Number.MAX_VALUE} as const
const seconds = {type: 'integer', nullable: false, min: 1, max: MAX_SECONDS, unit: 's'} as const
const gpusPerEngine = {
  type: 'integer',
  nullable: true,
  min: 0,
  max: MOST,
  default: null,
  unit: 'GPUs',
} as const
const plain = {unit: null, advanced: false, alias: null} as const
const expert = {unit: null, advanced: true, alias: null} as const
const inert = {...expert, group: 'live planner', use: 'none'} as const
const optionalText = {type: 'text', nullable: true, default: null} as const

/** Planner config in the order of a form (planner.md 1.2). Keys and defaults are the reference's. */
export const PLANNER_FIELDS: readonly PlannerField<PlannerFieldKey>[] = [
  {
    ...plain,
    key: 'mode',
    label: 'Mode',
    help: 'Which fleet the planner scales; a replay knows agg and disagg.',
    group: 'mode',
    use: 'always',
    type: 'choice',
    nullable: false,
    choices: ['disagg', 'prefill', 'decode', 'agg'],
    default: 'disagg',
  },
  {
    ...plain,
    key: 'optimization_target',
    label: 'Target',
    help: 'sla scales by predicted TTFT and ITL; throughput and latency by fixed queue and KV thresholds.',
    group: 'mode',
    use: 'always',
    type: 'choice',
    nullable: false,
    choices: ['throughput', 'latency', 'sla'],
    default: 'throughput',
  },
  {
    ...plain,
    key: 'enable_throughput_scaling',
    label: 'Throughput scaling',
    help: 'Set replicas from predicted traffic; together with load scaling it only sets a lower bound.',
    group: 'mode',
    use: 'sla',
    type: 'boolean',
    default: true,
  },
  {
    ...plain,
    key: 'enable_load_scaling',
    label: 'Load scaling',
    help: 'Add or remove one replica at a time from what each engine shows; targets other than sla force it on.',
    group: 'mode',
    use: 'sla',
    type: 'boolean',
    default: false,
  },
  {
    ...plain,
    key: 'ttft',
    alias: 'ttft_ms',
    label: 'TTFT target',
    help: 'Time to first token that load and throughput scaling aim for.',
    unit: 'ms',
    group: 'targets',
    use: 'sla',
    ...anyNumber,
    // Anything above 0; an exclusive bound written as the smallest double.
    min: Number.MIN_VALUE,
    default: 500,
  },
  {
    ...plain,
    key: 'itl',
    alias: 'itl_ms',
    label: 'ITL target',
    help: 'Time between tokens that load and throughput scaling aim for.',
    unit: 'ms',
    group: 'targets',
    use: 'sla',
    ...anyNumber,
    default: 50,
  },
  {
    ...plain,
    key: 'load_adjustment_interval',
    alias: 'load_adjustment_interval_seconds',
    label: 'Load interval',
    help: 'Time between load decisions; forward passes are read at this cadence even with load scaling off.',
    group: 'cadence',
    use: 'always',
    ...seconds,
    default: 5,
  },
  {
    ...plain,
    key: 'throughput_adjustment_interval',
    alias: 'throughput_adjustment_interval_seconds',
    label: 'Throughput interval',
    help: 'Time between throughput decisions, and the window whose traffic is predicted.',
    group: 'cadence',
    use: 'always',
    ...seconds,
    default: 180,
  },
  {
    ...plain,
    key: 'max_gpu_budget',
    label: 'Most replicas',
    help: 'Upper bound on replicas of both pools together (each counts as one GPU in replay); negative = none.',
    unit: 'replicas',
    group: 'budget',
    use: 'always',
    ...anyInteger,
    default: 8,
  },
  {
    ...plain,
    key: 'min_gpu_budget',
    label: 'Fewest replicas in all',
    help: 'Lower bound on replicas of both pools together; negative = none.',
    unit: 'replicas',
    group: 'budget',
    use: 'always',
    ...anyInteger,
    default: -1,
  },
  {
    ...plain,
    key: 'min_endpoint',
    label: 'Fewest replicas per pool',
    help: 'No decision goes below this, unless the budget leaves no room for it.',
    unit: 'replicas',
    group: 'budget',
    use: 'always',
    ...anyInteger,
    min: 0,
    default: 1,
  },
  {
    ...plain,
    key: 'prefill_engine_num_gpu',
    label: 'GPUs per prefill engine',
    help: 'For GPU-hours only, never for the budget; empty counts as 0.',
    group: 'budget',
    use: 'report',
    ...gpusPerEngine,
  },
  {
    ...plain,
    key: 'decode_engine_num_gpu',
    label: 'GPUs per decode or aggregated engine',
    help: 'For GPU-hours only, never for the budget; empty counts as 0.',
    group: 'budget',
    use: 'report',
    ...gpusPerEngine,
  },
  {
    ...plain,
    key: 'load_predictor',
    label: 'Load predictor',
    help: 'Forecasts requests, lengths and hit rate of the next throughput interval; constant and kalman are exact.',
    group: 'prediction',
    use: 'sla',
    type: 'choice',
    nullable: false,
    choices: ['constant', 'arima', 'kalman', 'prophet'],
    default: 'arima',
  },
  {
    ...expert,
    key: 'load_predictor_log1p',
    label: 'Predict logarithms',
    help: 'Fit ln(1 + value) instead of the value (arima, kalman, prophet).',
    group: 'prediction',
    use: 'sla',
    type: 'boolean',
    default: false,
  },
  {
    ...expert,
    key: 'prophet_window_size',
    label: 'Prophet window',
    help: 'Most recent intervals that prophet is fitted to.',
    unit: 'intervals',
    group: 'prediction',
    use: 'sla',
    ...anyInteger,
    min: 1,
    default: 50,
  },
  {
    ...expert,
    key: 'kalman_q_level',
    label: 'Kalman level noise',
    help: 'Variance the level may drift by per interval.',
    group: 'prediction',
    use: 'sla',
    ...anyNumber,
    default: 1,
  },
  {
    ...expert,
    key: 'kalman_q_trend',
    label: 'Kalman trend noise',
    help: 'Variance the trend may drift by per interval.',
    group: 'prediction',
    use: 'sla',
    ...anyNumber,
    default: 0.1,
  },
  {
    ...expert,
    key: 'kalman_r',
    label: 'Kalman observation noise',
    help: 'Variance of one observation.',
    group: 'prediction',
    use: 'sla',
    ...anyNumber,
    default: 10,
  },
  {
    ...expert,
    key: 'kalman_min_points',
    label: 'Kalman minimum points',
    help: 'Stored by the reference and never used.',
    group: 'prediction',
    use: 'none',
    ...anyInteger,
    default: 5,
  },
  {
    ...plain,
    key: 'load_scaling_down_sensitivity',
    label: 'Scale-down sensitivity',
    help: 'Share of the target that may be used after a replica is removed; lower is more careful.',
    unit: '%',
    group: 'regression',
    use: 'sla',
    ...anyInteger,
    default: 80,
  },
  {
    ...expert,
    key: 'load_min_observations',
    label: 'Fewest samples',
    help: 'Forward passes needed before the regressions are used.',
    unit: 'samples',
    group: 'regression',
    use: 'sla',
    ...anyInteger,
    min: 1,
    default: 5,
  },
  {
    ...expert,
    key: 'max_num_fpm_samples',
    label: 'Samples kept',
    help: 'Forward passes the regressions are fitted to; also the window of their moving averages.',
    unit: 'samples',
    group: 'regression',
    use: 'sla',
    ...anyInteger,
    min: 1,
    max: MAX_SAMPLES,
    default: 64,
  },
  {
    ...expert,
    key: 'fpm_sample_bucket_size',
    label: 'Sample buckets',
    help: 'Buckets that keep samples of rare loads apart; a perfect square.',
    unit: 'buckets',
    group: 'regression',
    use: 'sla',
    ...anyInteger,
    min: 0,
    max: MAX_SAMPLES,
    default: 16,
  },
  {
    ...expert,
    key: 'load_metric_samples',
    label: 'Metric samples',
    help: 'Not used in a replay.',
    group: 'regression',
    use: 'none',
    ...anyInteger,
    default: 10,
  },
  {
    ...expert,
    key: 'pre_deployment_sweeping_mode',
    label: 'Pre-deployment sweep',
    help: 'Only checked: throughput scaling wants it other than none. A replay never sweeps.',
    group: 'mode',
    use: 'validation',
    type: 'choice',
    nullable: true,
    choices: ['none', 'rapid', 'thorough'],
    default: 'rapid',
  },
  {
    ...expert,
    key: 'report_interval_hours',
    label: 'Report interval',
    help: 'Empty together with dashboard port 0 turns the recorder off: no GPU-hours, no page.',
    unit: 'h',
    group: 'report',
    use: 'report',
    ...anyNumber,
    nullable: true,
    min: Number.MIN_VALUE,
    default: 24,
  },
  {
    ...expert,
    key: 'report_output_dir',
    label: 'Report folder',
    help: 'Where the command line writes the diagnostics page.',
    group: 'report',
    use: 'report',
    type: 'text',
    nullable: false,
    default: './planner_reports',
  },
  {
    ...expert,
    key: 'report_filename',
    label: 'Report file',
    help: 'Name of the diagnostics page; empty = named after the simulated end.',
    group: 'report',
    use: 'report',
    ...optionalText,
  },
  {
    ...expert,
    key: 'live_dashboard_port',
    label: 'Dashboard port',
    help: 'No server is started; any value but 0 keeps the recorder on.',
    group: 'report',
    use: 'report',
    ...anyInteger,
    default: 8080,
  },
]

/** Fields of the live planner: accepted, their type checked as in the reference, and then left. */
export const INERT_PLANNER_FIELDS: readonly PlannerField<InertPlannerKey>[] = [
  {
    ...inert,
    key: 'environment',
    label: 'Environment',
    help: 'Where the live planner runs.',
    type: 'choice',
    nullable: false,
    choices: ['kubernetes', 'virtual', 'global-planner'],
    default: 'kubernetes',
  },
  {
    ...inert,
    key: 'namespace',
    label: 'Namespace',
    help: 'Deployment namespace.',
    type: 'text',
    nullable: false,
    default: 'dynamo',
  },
  {
    ...inert,
    key: 'backend',
    label: 'Backend',
    help: 'Engine of the live deployment.',
    type: 'choice',
    nullable: false,
    choices: ['vllm', 'sglang', 'trtllm', 'mocker'],
    default: 'vllm',
  },
  {...inert, key: 'log_dir', label: 'Log folder', help: 'Logs of the live planner.', ...optionalText},
  {
    ...inert,
    key: 'profile_results_dir',
    label: 'Profile results',
    help: 'Profiles of the live planner.',
    type: 'text',
    nullable: false,
    default: 'profiling_results',
  },
  {
    ...inert,
    key: 'load_predictor_warmup_trace',
    label: 'Warm-up trace',
    help: 'A replay never warms its predictors.',
    ...optionalText,
  },
  {
    ...inert,
    key: 'metric_pulling_prometheus_endpoint',
    label: 'Prometheus endpoint',
    help: 'Where the live planner reads metrics.',
    type: 'text',
    nullable: false,
    default: '',
  },
  {
    ...inert,
    key: 'metric_reporting_prometheus_port',
    label: 'Prometheus port',
    help: 'Where the live planner reports metrics.',
    ...anyInteger,
    default: 0,
  },
  {
    ...inert,
    key: 'throughput_metrics_source',
    label: 'Metrics source',
    help: 'Where the live planner counts requests.',
    type: 'choice',
    nullable: false,
    choices: ['frontend', 'router'],
    default: 'frontend',
  },
  {...inert, key: 'model_name', label: 'Model', help: 'Model of the live deployment.', ...optionalText},
  {
    ...inert,
    key: 'global_planner_namespace',
    label: 'Global planner namespace',
    help: 'Needed with environment global-planner.',
    ...optionalText,
  },
  {
    ...inert,
    key: 'advisory',
    label: 'Advisory',
    help: 'Ignored: a replay always applies decisions.',
    type: 'boolean',
    default: false,
  },
]
