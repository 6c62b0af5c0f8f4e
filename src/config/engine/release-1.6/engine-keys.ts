import type {JsonShape} from './json-shape.ts'

const usize: JsonShape = {kind: 'unsigned', word: 'usize'}
const optionalUsize: JsonShape = {kind: 'unsigned', word: 'usize', nullable: true}
const number: JsonShape = {kind: 'number'}
const optionalNumber: JsonShape = {kind: 'number', nullable: true}
const flag: JsonShape = {kind: 'boolean'}
const any: JsonShape = {kind: 'any'}
const choice = (...choices: readonly string[]): JsonShape => ({kind: 'choice', choices})

/** Keys of `engine` in the launch config of 1.6.1 (engine-1.6.md 3.1), in the order its messages list them. */
export const ENGINE_KEYS: Readonly<Record<string, JsonShape>> = {
  backend: choice('vllm', 'sglang', 'trtllm'),
  num_gpu_blocks: usize,
  block_size: optionalUsize,
  max_model_len: optionalUsize,
  max_num_seqs: optionalUsize,
  max_num_batched_tokens: optionalUsize,
  prefill_schedule_interval: usize,
  prefill_decode_interval: usize,
  enable_prefix_caching: flag,
  enable_chunked_prefill: flag,
  speedup_ratio: number,
  decode_speedup_ratio: number,
  aic_nextn: any,
  aic_nextn_accept_rates: any,
  aic_mtp_seed: any,
  worker_type: choice('aggregated', 'prefill', 'decode'),
  preemption_mode: choice('lifo', 'fifo'),
  emit_kv_events: flag,
  emit_kv_token_ids: flag,
  kv_bytes_per_token: optionalUsize,
  kv_transfer_bytes_per_token: optionalUsize,
  kv_cache_bytes_per_token: any,
  kv_cache_groups: any,
  kv_cache_capacity_bytes: any,
  native_host_offload: any,
  state_cache: any,
  prefix_match_unit: any,
  g3_offload: any,
  kv_transfer_bandwidth: optionalNumber,
  kv_transfer_timing_mode: choice('full_prompt', 'destination_missing'),
  timing_model: any,
  sglang: any,
  trtllm: any,
}

/** Keys beside `engine`. */
export const LAUNCH_KEYS: Readonly<Record<string, JsonShape>> = {
  engine: any,
  dp_size: usize,
  tensor_parallel_size: optionalUsize,
  startup_time: optionalNumber,
  num_gpu_blocks_is_explicit: flag,
  gpu_memory_utilization: optionalNumber,
  mem_fraction_static: optionalNumber,
  free_gpu_memory_fraction: optionalNumber,
  cuda_graph_reserved_bytes: {kind: 'unsigned', word: 'u64', nullable: true},
}

export const SGLANG_KEYS: Readonly<Record<string, JsonShape>> = {
  schedule_policy: choice('fifo', 'lpm'),
  max_prefill_tokens: usize,
  chunked_prefill_size: usize,
  clip_max_new_tokens: usize,
  schedule_conservativeness: number,
}

export const TRTLLM_KEYS: Readonly<Record<string, JsonShape>> = {
  capacity_scheduler_policy: choice('guaranteed_no_evict'),
}

/** Keys of the runtime around the engine; one of them matters to a replay. */
export const DYNAMO_KEYS: Readonly<Record<string, JsonShape>> = {
  enable_local_indexer: any,
  bootstrap_port: any,
  handoff_session_timeout_ms: any,
  reasoning: any,
  response_replay_trace_path: any,
  zmq_kv_events_port: any,
  zmq_replay_port: any,
  router_queue_policy: choice('fcfs', 'lcfs', 'wspt'),
}

/** What of an engine is not simulated: refused by name where it is asked for. */
export const NOT_SIMULATED = [
  'aic_nextn',
  'aic_nextn_accept_rates',
  'kv_cache_bytes_per_token',
  'kv_cache_groups',
  'kv_cache_capacity_bytes',
  'native_host_offload',
  'state_cache',
  'prefix_match_unit',
  'g3_offload',
] as const

/** Where 1.6.1 has what 1.2.1 spelled flat; a key that is not here has the same name inside `engine`. */
export const PLACE_OF_FLAT_KEY: Readonly<Record<string, string>> = {
  engine_type: 'engine.backend',
  startup_time: 'startup_time',
  dp_size: 'dp_size',
  kv_bytes_per_token: 'engine.kv_transfer_bytes_per_token',
  is_prefill: 'engine.worker_type',
  is_decode: 'engine.worker_type',
  router_queue_policy: 'dynamo.router_queue_policy',
  planner_profile_data: 'engine.timing_model {"type": "external", "provider": "dynamo_profile"}',
  aic_backend: 'engine.timing_model.config.backend',
  aic_system: 'engine.timing_model.config.system',
  aic_model_path: 'engine.timing_model.config.model',
  aic_backend_version: 'engine.timing_model.config.backend_version',
  aic_tp_size: 'engine.timing_model.config.tp',
  aic_moe_tp_size: 'engine.timing_model.config.moe_tp_size',
  aic_moe_ep_size: 'engine.timing_model.config.moe_ep_size',
  aic_attention_dp_size: 'engine.timing_model.config.attention_dp',
}
