import {INERT_PLANNER_FIELDS, PLANNER_FIELDS, type PlannerField} from './planner-fields.ts'
import type {PlannerConfig16} from './planner-shape-1.6.ts'

/** Keys that stand at the top of a planner config and hold one value. */
export type PlannerKey16 = Exclude<keyof PlannerConfig16, 'scale_interval_seconds' | 'ais_perf_model'>

const MOST = Number.MAX_SAFE_INTEGER
/** A year of seconds. */
const MAX_SECONDS = 31_536_000

const expert = {unit: null, advanced: true, alias: null} as const
const inert = {...expert, group: 'live planner', use: 'none'} as const
const optionalText = {type: 'text', nullable: true, default: null} as const
const count = {type: 'integer', nullable: false, min: 0, max: MOST} as const
const optionalCount = {type: 'integer', nullable: true, min: 0, max: MOST, default: null} as const
const percent = {type: 'number', nullable: true, min: 0, max: 100, default: null, unit: '%'} as const

/** Fields of 1.2.1 that 1.6.1 has as well, by key; what differs is said below. */
const SHARED = new Map<string, PlannerField>(
  [...PLANNER_FIELDS, ...INERT_PLANNER_FIELDS].map(field => [field.key, field]),
)

/** A field of 1.2.1 as it is in 1.6.1. */
function shared(key: PlannerKey16, change: Partial<PlannerField> = {}): PlannerField<PlannerKey16> {
  return {...SHARED.get(key), ...change} as PlannerField<PlannerKey16>
}

/** Planner config of 1.6.1 in the order of a form (planner-1.6.md 1.2). Keys and defaults are the reference's. */
export const PLANNER_FIELDS_16: readonly PlannerField<PlannerKey16>[] = [
  shared('mode'),
  shared('optimization_target', {
    help: 'sla scales by predicted TTFT and ITL; throughput and latency by fixed queue and KV thresholds, load by your own.',
    choices: ['throughput', 'latency', 'load', 'sla'],
  }),
  shared('enable_throughput_scaling'),
  shared('enable_load_scaling'),
  shared('ttft'),
  shared('itl'),
  shared('load_adjustment_interval'),
  shared('throughput_adjustment_interval', {min: -MAX_SECONDS}),
  {
    ...expert,
    key: 'max_throughput_scaling_replicas',
    label: 'Largest step',
    help: 'Replicas per pool that one throughput decision may add or remove.',
    unit: 'replicas',
    group: 'cadence',
    use: 'sla',
    ...count,
    min: 1,
    default: 8,
  },
  shared('max_gpu_budget', {
    label: 'Most GPUs',
    help: 'Upper bound on GPUs of all replicas together, each with the width of its engine; negative = none.',
    unit: 'GPUs',
  }),
  shared('min_gpu_budget', {
    label: 'Fewest GPUs',
    help: 'Lower bound on GPUs of all replicas together; negative = none.',
    unit: 'GPUs',
  }),
  shared('min_endpoint'),
  {
    ...expert,
    key: 'prefill_min_endpoint',
    label: 'Fewest prefill replicas',
    help: 'In place of the fewest per pool, for prefill.',
    unit: 'replicas',
    group: 'budget',
    use: 'always',
    ...optionalCount,
    min: 1,
  },
  {
    ...expert,
    key: 'decode_min_endpoint',
    label: 'Fewest decode replicas',
    help: 'In place of the fewest per pool, for decode.',
    unit: 'replicas',
    group: 'budget',
    use: 'always',
    ...optionalCount,
    min: 1,
  },
  {
    ...expert,
    key: 'prefill_scale_up_queue_tokens',
    label: 'Prefill: up at',
    help: 'Target load: queued prompt tokens of any prefill engine from which one more is added.',
    unit: 'tokens',
    group: 'targets',
    use: 'easy',
    ...optionalCount,
  },
  {
    ...expert,
    key: 'prefill_scale_down_queue_tokens',
    label: 'Prefill: down at',
    help: 'Target load: queued prompt tokens of every prefill engine up to which one is removed.',
    unit: 'tokens',
    group: 'targets',
    use: 'easy',
    ...optionalCount,
  },
  {
    ...expert,
    key: 'decode_scale_up_kv_rate',
    label: 'KV: up at',
    help: 'Target load: share of the KV cache in use on any engine from which one more is added.',
    group: 'targets',
    use: 'easy',
    ...percent,
  },
  {
    ...expert,
    key: 'decode_scale_down_kv_rate',
    label: 'KV: down at',
    help: 'Target load: share of the KV cache in use on every engine up to which one is removed.',
    group: 'targets',
    use: 'easy',
    ...percent,
  },
  shared('prefill_engine_num_gpu'),
  shared('decode_engine_num_gpu'),
  shared('load_predictor', {
    help: 'Forecasts requests and lengths of the next throughput interval; constant and kalman are exact.',
    choices: ['constant', 'arima', 'prophet', 'kalman'],
  }),
  shared('load_predictor_log1p'),
  {
    ...expert,
    key: 'load_predictor_warmup_trace',
    label: 'Warm-up trace',
    help: 'Trace whose intervals the predictors have seen before the run begins.',
    group: 'prediction',
    use: 'sla',
    ...optionalText,
  },
  shared('prophet_window_size'),
  shared('kalman_q_level'),
  shared('kalman_q_trend'),
  shared('kalman_r'),
  shared('kalman_min_points', {
    use: 'sla',
    help: 'Fewer values than this and kalman expects the last one again.',
  }),
  shared('load_scaling_down_sensitivity', {min: 0, max: 100}),
  shared('load_min_observations', {
    help: 'Passes of one kind needed before it is estimated; pure prefill, pure decode and mixed passes are learned apart.',
  }),
  shared('max_num_fpm_samples', {
    help: 'Passes kept of each kind; also the window of the moving averages.',
  }),
  shared('fpm_sample_bucket_size', {min: 1}),
  {
    ...expert,
    key: 'speculative_nextn',
    label: 'Speculation depth',
    help: 'Tokens guessed per pass, where the engine does not say so itself.',
    unit: 'tokens',
    group: 'prediction',
    use: 'sla',
    ...count,
    default: 0,
  },
  shared('pre_deployment_sweeping_mode', {help: 'Only checked. A replay never sweeps.'}),
  shared('report_interval_hours'),
  shared('report_output_dir'),
  shared('report_filename'),
  {
    ...expert,
    key: 'report_write_gzip_log',
    label: 'Report log',
    help: 'The reference writes a log beside its page; a replay here writes the page alone.',
    group: 'report',
    use: 'none',
    type: 'boolean',
    default: true,
  },
  shared('live_dashboard_port'),
]

/** The one key that stands in `scheduling`. */
export const SCALE_INTERVAL_FIELD: PlannerField<'scale_interval_seconds'> = {
  ...expert,
  key: 'scale_interval_seconds',
  label: 'Cadence',
  help: 'Time between ticks; divides both intervals. Left out, their greatest common divisor.',
  unit: 's',
  group: 'cadence',
  use: 'always',
  type: 'number',
  nullable: false,
  min: Number.MIN_VALUE,
  max: MAX_SECONDS,
  default: 5,
}

/** Fields of the live planner: accepted, their type checked as in the reference, and then left. */
export const INERT_PLANNER_FIELDS_16: readonly PlannerField<string>[] = [
  ...INERT_PLANNER_FIELDS.filter(({key}) => key !== 'load_predictor_warmup_trace'),
  {
    ...inert,
    key: 'control_api_port',
    label: 'Control port',
    help: 'Where the live planner takes commands.',
    ...count,
    max: 65_535,
    default: 9086,
  },
  {
    ...inert,
    key: 'enable_power_awareness',
    label: 'Power budget',
    help: 'Needs the power limits of a Kubernetes deployment.',
    type: 'boolean',
    default: false,
  },
  {
    ...inert,
    key: 'total_gpu_power_limit',
    label: 'Power limit',
    help: 'Power of all GPUs together.',
    ...optionalCount,
    min: 1,
    unit: 'W',
  },
  {
    ...inert,
    key: 'metric_pulling_prometheus_token',
    label: 'Prometheus token',
    help: 'How the live planner signs in.',
    ...optionalText,
  },
  {
    ...inert,
    key: 'metric_pulling_prometheus_token_file',
    label: 'Prometheus token file',
    help: 'How the live planner signs in.',
    ...optionalText,
  },
  {
    ...inert,
    key: 'metric_pulling_prometheus_ssl_verify',
    label: 'Prometheus certificate',
    help: 'Whether the live planner checks it.',
    type: 'boolean',
    default: false,
  },
  {
    ...inert,
    key: 'metric_pulling_prometheus_ca_bundle',
    label: 'Prometheus CA bundle',
    help: 'How the live planner checks the certificate.',
    ...optionalText,
  },
  {
    ...inert,
    key: 'metric_pulling_prometheus_request_timeout_seconds',
    label: 'Prometheus time-out',
    help: 'How long the live planner waits.',
    type: 'number',
    nullable: false,
    min: Number.MIN_VALUE,
    max: Number.MAX_VALUE,
    default: 10,
    unit: 's',
  },
]

/** What the reference uses for fields that are not given; not itself a config a replay could run (mode, flags). */
export const defaultPlannerConfig16: PlannerConfig16 = {
  ...(Object.fromEntries(PLANNER_FIELDS_16.map(field => [field.key, field.default])) as Pick<
    PlannerConfig16,
    PlannerKey16
  >),
  scale_interval_seconds: 5,
  ais_perf_model: null,
}

/** All keys that may stand at the top of a config, both spellings. */
export const PLANNER_KEYS_16: ReadonlySet<string> = new Set([
  ...[...PLANNER_FIELDS_16, ...INERT_PLANNER_FIELDS_16].flatMap(({key, alias}) =>
    alias === null ? [key] : [key, alias],
  ),
  'aic_interpolation',
  'ais_perf_model',
  'scheduling',
  'plugin_registration',
  'metric_pulling_prometheus_extra_query_params',
])
