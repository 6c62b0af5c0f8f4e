import type {Field} from '../field.ts'
import type {EngineArgs, EngineArgs16, SglangArgs} from '../scenario.ts'

/** `worker_type` follows from the pool and `sglang` is an object with its own table. */
export type EngineFieldKey = Exclude<keyof EngineArgs, 'worker_type' | 'sglang' | keyof EngineArgs16>
export type EngineFieldGroup =
  | 'engine'
  | 'kv-cache'
  | 'batching'
  | 'timing'
  | 'scaling'
  | 'gpu'
  | 'transfer'
  | 'router'
export type EngineField = Field<EngineFieldKey, EngineFieldGroup>

/** Counts are kept in 32-bit columns. */
const MAX_COUNT = 2 ** 31 - 1
/** A year: longer start-ups mean "never" and only make charts unreadable. */
const MAX_SECONDS = 31_536_000

const count = {type: 'integer', nullable: false, min: 1, max: MAX_COUNT} as const
const optionalCount = {type: 'integer', nullable: true, min: 1, max: MAX_COUNT} as const
const ratio = {type: 'number', nullable: false, min: 0, max: 1e9, default: 1} as const
const optionalText = {type: 'text', nullable: true, default: null} as const

/** What a pool's instances do; follows from the fleet when it has one pool. */
export const WORKER_TYPE_FIELD: Field<'worker_type', 'pool'> = {
  key: 'worker_type',
  label: 'Worker type',
  help: 'What these instances do; aggregated = both parts, which is what engine args without worker_type mean.',
  unit: null,
  group: 'pool',
  advanced: false,
  type: 'choice',
  nullable: false,
  choices: ['aggregated', 'prefill', 'decode'],
  default: 'aggregated',
}

/** Engine args in the order of a form (engine.md 3.1). Keys and defaults are the reference's. */
export const ENGINE_FIELDS: readonly EngineField[] = [
  {
    key: 'engine_type',
    label: 'Engine',
    help: 'Which scheduler each instance runs.',
    unit: null,
    group: 'engine',
    advanced: false,
    type: 'choice',
    nullable: false,
    choices: ['vllm', 'sglang'],
    default: 'vllm',
  },
  {
    key: 'num_gpu_blocks',
    label: 'KV blocks',
    help: 'KV cache of one instance, in blocks; never derived from the GPU in this release of the reference.',
    unit: 'blocks',
    group: 'kv-cache',
    advanced: false,
    ...count,
    max: 100_000_000,
    default: 16384,
  },
  {
    key: 'block_size',
    label: 'Block size',
    help: 'Tokens per KV block; a power of two from 2 to 1024 for vLLM.',
    unit: 'tokens',
    group: 'kv-cache',
    advanced: false,
    ...count,
    max: 1_048_576,
    default: 64,
  },
  {
    key: 'enable_prefix_caching',
    label: 'Prefix caching',
    help: 'Reuse KV blocks of equal prompt beginnings (vLLM).',
    unit: null,
    group: 'kv-cache',
    advanced: false,
    type: 'boolean',
    default: true,
  },
  {
    key: 'max_num_seqs',
    label: 'Max sequences',
    help: 'Requests one instance runs at a time (vLLM); empty = unlimited.',
    unit: 'requests',
    group: 'batching',
    advanced: false,
    ...optionalCount,
    default: 256,
  },
  {
    key: 'max_num_batched_tokens',
    label: 'Max batched tokens',
    help: 'Token budget of one forward pass (vLLM); empty = unlimited.',
    unit: 'tokens',
    group: 'batching',
    advanced: false,
    ...optionalCount,
    default: 8192,
  },
  {
    key: 'enable_chunked_prefill',
    label: 'Chunked prefill',
    help: 'Split prompts that exceed the token budget over several passes (vLLM).',
    unit: null,
    group: 'batching',
    advanced: false,
    type: 'boolean',
    default: true,
  },
  {
    key: 'preemption_mode',
    label: 'Pre-emption',
    help: 'Which running request yields its blocks when the KV cache is full: the newest (lifo) or the oldest.',
    unit: null,
    group: 'batching',
    advanced: false,
    type: 'choice',
    nullable: false,
    choices: ['lifo', 'fifo'],
    default: 'lifo',
  },
  {
    key: 'startup_time',
    label: 'Start-up time',
    help: 'From the scaling decision until a new instance serves; empty or 0 = at once.',
    unit: 's',
    group: 'scaling',
    advanced: false,
    type: 'number',
    nullable: true,
    min: 0,
    max: MAX_SECONDS,
    default: null,
  },
  {
    key: 'speedup_ratio',
    label: 'Speed-up',
    help: 'Divides every pass time; 0 means no scaling.',
    unit: '×',
    group: 'timing',
    advanced: false,
    ...ratio,
  },
  {
    key: 'decode_speedup_ratio',
    label: 'Decode speed-up',
    help: 'Divides decode time further, on top of the speed-up.',
    unit: '×',
    group: 'timing',
    advanced: false,
    ...ratio,
  },
  {
    key: 'planner_profile_data',
    label: 'Profile data',
    help: 'Recorded pass times (NPZ) to use in place of the polynomial.',
    unit: null,
    group: 'timing',
    advanced: false,
    ...optionalText,
  },
  {
    key: 'aic_backend',
    label: 'AIC backend',
    help: 'Serving stack whose GPU tables are used.',
    unit: null,
    group: 'gpu',
    advanced: false,
    ...optionalText,
  },
  {
    key: 'aic_system',
    label: 'GPU',
    help: 'System whose GPU tables are used.',
    unit: null,
    group: 'gpu',
    advanced: false,
    ...optionalText,
  },
  {
    key: 'aic_model_path',
    label: 'Model',
    help: 'Model whose operations are timed.',
    unit: null,
    group: 'gpu',
    advanced: false,
    ...optionalText,
  },
  {
    key: 'aic_backend_version',
    label: 'Backend version',
    help: 'Version of the tables; empty = the newest.',
    unit: null,
    group: 'gpu',
    advanced: true,
    ...optionalText,
  },
  {
    key: 'aic_tp_size',
    label: 'Tensor parallel',
    help: 'GPUs one instance spreads each layer over; empty = 1.',
    unit: 'GPUs',
    group: 'gpu',
    advanced: false,
    ...optionalCount,
    default: null,
  },
  {
    key: 'aic_moe_tp_size',
    label: 'MoE tensor parallel',
    help: 'Tensor parallelism inside the experts of a mixture-of-experts model.',
    unit: 'GPUs',
    group: 'gpu',
    advanced: true,
    ...optionalCount,
    default: null,
  },
  {
    key: 'aic_moe_ep_size',
    label: 'Expert parallel',
    help: 'GPUs the experts of a mixture-of-experts model are spread over.',
    unit: 'GPUs',
    group: 'gpu',
    advanced: true,
    ...optionalCount,
    default: null,
  },
  {
    key: 'aic_attention_dp_size',
    label: 'Attention data parallel',
    help: 'Copies of the attention layers that share the experts.',
    unit: 'GPUs',
    group: 'gpu',
    advanced: true,
    ...optionalCount,
    default: null,
  },
  {
    key: 'dp_size',
    label: 'Data parallel',
    help: 'Data-parallel ranks of one instance; replay simulates 1.',
    unit: 'ranks',
    group: 'engine',
    advanced: true,
    ...count,
    default: 1,
  },
  {
    key: 'kv_bytes_per_token',
    label: 'KV bytes per token',
    help: 'Size of the KV cache sent from prefill to decode; no transfer delay unless the bandwidth is given too.',
    unit: 'bytes',
    group: 'transfer',
    advanced: false,
    type: 'integer',
    nullable: true,
    min: 0,
    max: 2 ** 40,
    default: null,
  },
  {
    key: 'kv_transfer_bandwidth',
    label: 'KV bandwidth',
    help: 'Bandwidth of the KV transfer, 1e9 bytes per second.',
    unit: 'GB/s',
    group: 'transfer',
    advanced: false,
    type: 'number',
    nullable: true,
    min: 0,
    max: 1e9,
    default: null,
  },
  {
    key: 'router_queue_policy',
    label: 'Router queue',
    help: "Order of the KV router's queue; overrides the router config.",
    unit: null,
    group: 'router',
    advanced: true,
    type: 'choice',
    nullable: true,
    choices: ['fcfs', 'lcfs', 'wspt'],
    default: null,
  },
]

export type SglangField = Field<keyof SglangArgs, 'sglang'>

const sglang = {unit: 'tokens', group: 'sglang', advanced: true} as const

/** Options of the SGLang scheduler; empty = the reference's default (engine.md 7.1). */
export const SGLANG_FIELDS: readonly SglangField[] = [
  {
    ...sglang,
    key: 'schedule_policy',
    label: 'Schedule policy',
    help: 'fifo, fcfs or lpm (longest prefix first); anything else is fifo.',
    unit: null,
    ...optionalText,
  },
  {
    ...sglang,
    key: 'page_size',
    label: 'Page size',
    help: 'Tokens per KV page; must equal the block size if both are given.',
    ...optionalCount,
    default: null,
  },
  {
    ...sglang,
    key: 'max_prefill_tokens',
    label: 'Max prefill tokens',
    help: 'Prompt tokens admitted per pass (16384).',
    ...optionalCount,
    default: null,
  },
  {
    ...sglang,
    key: 'chunked_prefill_size',
    label: 'Chunk size',
    help: 'Prompt tokens computed per pass (8192); a multiple of the page size.',
    ...optionalCount,
    default: null,
  },
  {
    ...sglang,
    key: 'clip_max_new_tokens',
    label: 'Clip new tokens',
    help: 'Output tokens the admission test reserves at most (4096).',
    ...optionalCount,
    default: null,
  },
  {
    ...sglang,
    key: 'schedule_conservativeness',
    label: 'Conservativeness',
    help: 'Scales the share of future output tokens reserved at admission (1).',
    unit: null,
    type: 'number',
    nullable: true,
    min: 0,
    max: 1e6,
    default: null,
  },
]

/** Keys the reference accepts although nothing in an offline replay depends on them. */
export const INERT_ENGINE_KEYS: ReadonlySet<string> = new Set([
  'enable_local_indexer',
  'bootstrap_port',
  'reasoning',
  'zmq_kv_events_port',
  'zmq_replay_port',
  'num_g2_blocks',
  'offload_batch_size',
  'bandwidth_g1_to_g2_gbps',
  'bandwidth_g2_to_g1_gbps',
  'has_perf_model',
])
