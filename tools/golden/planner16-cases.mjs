// Planner runs of the reference 1.6.1 on our own traces: `case` as the seeded oracle takes it.
const MODEL = {model: 'nvidia/Llama-3.1-8B-Instruct-FP8', backend: 'vllm', system: 'h200_sxm'}

const PLANNER = {
  mode: 'agg',
  optimization_target: 'sla',
  ttft_ms: 1500,
  itl_ms: 50,
  enable_throughput_scaling: true,
  enable_load_scaling: true,
  throughput_adjustment_interval_seconds: 60,
  load_adjustment_interval_seconds: 10,
  load_predictor: 'constant',
  prefill_engine_num_gpu: 1,
  decode_engine_num_gpu: 1,
}

function engine(role, timing, more = {}) {
  const config = {...MODEL, worker_type: role}
  const model = {timing_model: {type: 'external', provider: 'ais', config}}
  const {startup_time, ...engineKeys} = more
  const engineArgs = {worker_type: role, ...(timing === 'ais' ? model : {}), ...engineKeys}
  return {engine: engineArgs, ...(startup_time === undefined ? {} : {startup_time})}
}

function traced(args, rows = 700) {
  return {
    call: 'trace',
    trace: 'toolagent-5min.jsonl.gz',
    rows,
    args: {trace_block_size: 512, arrival_speedup_ratio: 1.5, ...args},
  }
}

function agg(timing, planner, {rows, workers = 2, more} = {}) {
  return traced(
    {
      extra_engine_args: engine('aggregated', timing, more),
      num_workers: workers,
      planner_config: {...PLANNER, ...planner},
    },
    rows,
  )
}

function disagg(timing, planner, {rows, more} = {}) {
  return traced(
    {
      prefill_engine_args: engine('prefill', timing, more),
      decode_engine_args: engine('decode', timing, more),
      num_prefill_workers: 1,
      num_decode_workers: 1,
      planner_config: {...PLANNER, mode: 'disagg', ...planner},
    },
    rows,
  )
}

export const PLANNER16_CASES = {
  a_both_polynomial: agg('polynomial', {}),
  // Unlike in 1.2.1 the router of a planner run estimates prompts, too.
  a_router_load: traced(
    {
      extra_engine_args: engine('aggregated', 'ais'),
      num_workers: 1,
      router_mode: 'kv_router',
      router_config: {router_prefill_load_model: 'ais', router_queue_threshold: 0.2},
      ais_perf_config: {...MODEL, worker_type: 'aggregated'},
      arrival_speedup_ratio: 4,
      planner_config: {...PLANNER, max_gpu_budget: 1},
    },
    300,
  ),
  a_both_tables_startup: agg('ais', {max_gpu_budget: 4}, {more: {startup_time: 25}}),
  a_throughput_kalman: agg(
    'polynomial',
    {
      enable_load_scaling: false,
      throughput_adjustment_interval_seconds: 10,
      load_adjustment_interval_seconds: 5,
      load_predictor: 'kalman',
      kalman_min_points: 3,
      max_throughput_scaling_replicas: 1,
      max_num_fpm_samples: 16,
      fpm_sample_bucket_size: 4,
      load_min_observations: 3,
    },
    {workers: 1},
  ),
  a_target_load: agg('polynomial', {
    optimization_target: 'load',
    decode_scale_up_kv_rate: 12,
    decode_scale_down_kv_rate: 4,
    min_gpu_budget: 2,
    max_gpu_budget: 3,
  }),
  // Few samples in many buckets: which of equally full ones gives matters from the sixteenth pass on.
  a_few_samples_tight: agg(
    'ais',
    {
      max_num_fpm_samples: 12,
      fpm_sample_bucket_size: 16,
      load_min_observations: 4,
      load_adjustment_interval_seconds: 5,
      itl_ms: 8,
      ttft_ms: 900,
      load_scaling_down_sensitivity: 60,
      max_gpu_budget: 6,
    },
    {workers: 3},
  ),
  a_arima_throughput: agg('polynomial', {
    enable_load_scaling: false,
    load_predictor: 'arima',
    throughput_adjustment_interval_seconds: 15,
    load_adjustment_interval_seconds: 5,
    load_predictor_log1p: true,
  }),
  x_both_tables_startup: disagg(
    'ais',
    {
      throughput_adjustment_interval_seconds: 30,
      load_adjustment_interval_seconds: 5,
      max_num_fpm_samples: 24,
      ttft_ms: 700,
      itl_ms: 7,
      max_gpu_budget: 7,
      load_predictor: 'kalman',
    },
    {more: {startup_time: 12, kv_transfer_bandwidth: 20, kv_transfer_bytes_per_token: 65536}},
  ),
  x_both_polynomial: disagg('polynomial', {
    prefill_min_endpoint: 2,
    max_gpu_budget: 5,
    throughput_adjustment_interval_seconds: 20,
  }),
  x_target_latency: disagg(
    'polynomial',
    {optimization_target: 'latency'},
    {more: {max_model_len: 131072, startup_time: 10}},
  ),
}
