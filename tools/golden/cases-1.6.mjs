// The cases of test/golden16/replay: our bundled traces, replayed by 1.6.1, in the form its oracle takes.

const MODEL = 'nvidia/Llama-3.1-8B-Instruct-FP8'
const FIVE_MINUTES = 'toolagent-5min.jsonl.gz'
const SESSIONS = 'bursty-sessions.jsonl.gz'

const ais = (worker_type, backend = 'vllm', more = {}) => ({
  type: 'external',
  provider: 'ais',
  config: {model: MODEL, backend, system: 'h200_sxm', worker_type, ...more},
})
const agg = engine => ({extra_engine_args: {engine: {worker_type: 'aggregated', ...engine}}})
const disagg = (prefill, decode = prefill) => ({
  prefill_engine_args: {engine: {...prefill, worker_type: 'prefill'}},
  decode_engine_args: {engine: {...decode, worker_type: 'decode'}},
})
const trace = (name, rows, args) => ({call: 'trace', trace: name, rows, args})
const delta = {trace_format: 'mooncake-delta'}
/** Routed by estimates of prompts, under four times the traffic; the oracle makes objects of config and model. */
const loaded = (router_queue_threshold, {config}) => ({
  router_mode: 'kv_router',
  router_config: {router_prefill_load_model: 'ais', router_queue_threshold},
  ais_perf_config: config,
  arrival_speedup_ratio: 4,
})
const synthetic = args => ({call: 'synthetic', args})

export const CASES_16 = {
  agg_gpu: trace(FIVE_MINUTES, 600, {...agg({timing_model: ais('aggregated')}), num_workers: 3}),
  agg_tight: trace(FIVE_MINUTES, 300, {...agg({num_gpu_blocks: 3000}), num_workers: 2}),
  agg_fifo_small_blocks: trace(FIVE_MINUTES, 200, {
    ...agg({num_gpu_blocks: 12000, block_size: 16, preemption_mode: 'fifo', max_num_seqs: 24}),
    num_workers: 2,
  }),
  agg_rejects: trace(FIVE_MINUTES, 300, {
    ...agg({max_model_len: 9000, num_gpu_blocks: 400}),
    num_workers: 2,
    sla_ttft_ms: 2000,
    sla_itl_ms: 60,
  }),
  agg_stops: trace(FIVE_MINUTES, 400, {...agg({}), num_workers: 2, max_sim_time_ms: 30000}),
  agg_sessions: trace(SESSIONS, null, {...agg({timing_model: ais('aggregated')}), num_workers: 2}),
  agg_closed_loop: trace(SESSIONS, null, {...agg({}), num_workers: 2, replay_concurrency: 10}),
  agg_rate: synthetic({
    ...agg({}),
    input_tokens: 1500,
    output_tokens: 120,
    request_count: 200,
    num_workers: 2,
    request_rate: 5,
    arrival_seed: 11,
  }),
  // The first chunk of each prompt leaves one token, which is still a prompt's and is timed as one.
  agg_last_token: synthetic({
    ...agg({max_num_batched_tokens: 999}),
    input_tokens: 1000,
    output_tokens: 60,
    request_count: 30,
    num_workers: 1,
    arrival_interval_ms: 700,
  }),
  agg_groups: synthetic({
    ...agg({timing_model: {type: 'fixed', prefill_ms: 40, decode_ms: 8}}),
    input_tokens: 2000,
    output_tokens: 60,
    request_count: 80,
    num_workers: 2,
    arrival_interval_ms: 90,
    turns_per_session: 3,
    inter_turn_delay_ms: 400,
    shared_prefix_ratio: 0.5,
    num_prefix_groups: 3,
  }),
  disagg_gpu: trace(FIVE_MINUTES, 300, {
    prefill_engine_args: {
      engine: {
        worker_type: 'prefill',
        timing_model: ais('prefill', 'vllm', {tp: 2}),
        kv_transfer_bandwidth: 20,
        kv_transfer_bytes_per_token: 131072,
        kv_transfer_timing_mode: 'destination_missing',
      },
    },
    decode_engine_args: {
      engine: {worker_type: 'decode', timing_model: ais('decode'), num_gpu_blocks: 2600},
    },
    num_prefill_workers: 2,
    num_decode_workers: 2,
  }),
  disagg_tight: trace(FIVE_MINUTES, 200, {
    ...disagg({max_num_seqs: 6}, {num_gpu_blocks: 2200, max_num_seqs: 16}),
    num_prefill_workers: 2,
    num_decode_workers: 2,
  }),
  sglang_lpm: trace(FIVE_MINUTES, 200, {
    ...agg({backend: 'sglang', num_gpu_blocks: 240000, sglang: {schedule_policy: 'lpm'}}),
    num_workers: 2,
  }),
  sglang_disagg: trace(FIVE_MINUTES, 200, {
    ...disagg({backend: 'sglang', block_size: 16, num_gpu_blocks: 20000}),
    num_prefill_workers: 2,
    num_decode_workers: 2,
  }),
  trtllm: trace(FIVE_MINUTES, 200, {...agg({backend: 'trtllm', num_gpu_blocks: 6000}), num_workers: 2}),
  trtllm_disagg: trace(FIVE_MINUTES, 200, {
    ...disagg({backend: 'trtllm', num_gpu_blocks: 8000}),
    num_prefill_workers: 2,
    num_decode_workers: 2,
  }),
  router_one: trace(FIVE_MINUTES, 200, {
    ...agg({num_gpu_blocks: 6000}),
    num_workers: 1,
    router_mode: 'kv_router',
  }),
  // One instance a pool, so that no tie is left to chance: what counts of a queued prompt decides who waits, and how long.
  router_load: trace(FIVE_MINUTES, 300, {
    ...agg({timing_model: ais('aggregated')}),
    ...loaded(0.5, ais('aggregated')),
    num_workers: 1,
  }),
  router_load_tp2: trace(FIVE_MINUTES, 200, {
    ...agg({timing_model: ais('aggregated')}),
    ...loaded(0.3, ais('aggregated', 'vllm', {tp: 2})),
    num_workers: 1,
  }),
  router_load_disagg: trace(FIVE_MINUTES, 300, {
    ...disagg({}, {}),
    ...loaded(0.2, ais('prefill', 'vllm', {system: 'h100_sxm'})),
    num_prefill_workers: 1,
    num_decode_workers: 1,
  }),
  // Turns that hold only what is new: later prompts begin with what was generated before, and find its blocks.
  delta: trace(SESSIONS, null, {...agg({timing_model: ais('aggregated')}), ...delta, num_workers: 2}),
  delta_tight: trace(SESSIONS, null, {...agg({num_gpu_blocks: 1500}), ...delta, num_workers: 1}),
  delta_small_blocks: trace(SESSIONS, 300, {
    ...agg({num_gpu_blocks: 9000, block_size: 16}),
    ...delta,
    num_workers: 2,
    arrival_speedup_ratio: 2,
  }),
  delta_closed_loop: trace(SESSIONS, 400, {...agg({}), ...delta, num_workers: 2, replay_concurrency: 9}),
  delta_router: trace(SESSIONS, 300, {
    ...agg({num_gpu_blocks: 4000}),
    ...delta,
    num_workers: 1,
    router_mode: 'kv_router',
  }),
  delta_disagg: trace(SESSIONS, 300, {
    ...disagg({num_gpu_blocks: 6000}),
    ...delta,
    num_prefill_workers: 2,
    num_decode_workers: 1,
  }),
  delta_trtllm: trace(SESSIONS, 300, {
    ...agg({backend: 'trtllm', num_gpu_blocks: 8000}),
    ...delta,
    num_workers: 1,
  }),
  delta_no_sessions: trace(FIVE_MINUTES, 200, {...agg({}), ...delta, num_workers: 1}),
  refused_router_model: trace(FIVE_MINUTES, 20, {
    ...agg({}),
    num_workers: 1,
    router_mode: 'kv_router',
    router_config: {router_prefill_load_model: 'ais'},
  }),
  refused_capacity: trace(FIVE_MINUTES, 50, {...agg({}), num_workers: 2, trace_block_size: 256}),
  refused_stuck: trace(FIVE_MINUTES, 60, {
    ...agg({enable_chunked_prefill: false}),
    num_workers: 2,
  }),
}
