import type {Field} from '../../field.ts'
import type {EngineArgs, SglangArgs} from '../../scenario.ts'
import {ENGINE_FIELDS, type EngineField, type EngineFieldGroup, SGLANG_FIELDS} from '../engine-fields.ts'

/** Engine args of 1.6.1 under the flat names that links, forms and sweeps have for them. */
export type EngineKey16 = Exclude<keyof EngineArgs, 'worker_type' | 'sglang' | 'estimates_num_gpu_blocks'>
export type EngineField16 = Field<EngineKey16, EngineFieldGroup>

const MOST = 2 ** 31 - 1
const SHARED = new Map<string, EngineField>(ENGINE_FIELDS.map(field => [field.key, field]))

/** A field of 1.2.1 as it is in 1.6.1. */
function shared(key: EngineKey16, change: Partial<EngineField16> = {}): EngineField16 {
  return {...SHARED.get(key), ...change} as EngineField16
}

const plain = {unit: null, advanced: false} as const
const expert = {unit: null, advanced: true} as const
const optionalCount = {type: 'integer', nullable: true, min: 1, max: MOST, default: null} as const
const share = {
  ...expert,
  group: 'kv-cache',
  type: 'number',
  nullable: true,
  min: 0,
  max: 1,
  default: null,
} as const
const fixedMs = {
  ...plain,
  unit: 'ms',
  group: 'timing',
  type: 'number',
  nullable: true,
  min: 0,
  max: 1e9,
} as const

/**
 * Engine args of 1.6.1 in the order of a form (engine-1.6.md 3.1); its own launch config nests them, see `launch-config.ts`.
 * What is empty is left to the reference.
 */
export const ENGINE_FIELDS_16: readonly EngineField16[] = [
  shared('engine_type', {choices: ['vllm', 'sglang', 'trtllm']} as Partial<EngineField16>),
  shared('num_gpu_blocks', {
    help: "KV cache of one instance, in blocks; empty = estimated, what fits beside the model in the GPU's memory; 16384 where no GPU is named.",
    nullable: true,
    default: null,
  } as Partial<EngineField16>),
  shared('block_size', {help: 'Tokens per KV block.'}),
  {
    ...share,
    key: 'gpu_memory_utilization',
    label: 'GPU memory share (vLLM)',
    help: "Share of the GPU's memory for weights, passes and KV cache together; 0.9 if empty.",
  },
  {
    ...share,
    key: 'mem_fraction_static',
    label: 'GPU memory share (SGLang)',
    help: "Share of the GPU's memory for weights and KV cache; 0.88 if empty.",
  },
  {
    ...share,
    key: 'free_gpu_memory_fraction',
    label: 'GPU memory share (TRT-LLM)',
    help: "Share of what the weights leave of the GPU's memory for the KV cache; 0.9 if empty.",
  },
  {
    ...expert,
    key: 'cuda_graph_reserved_bytes',
    label: 'CUDA graphs',
    help: 'Memory kept for CUDA graphs when the KV cache is sized.',
    unit: 'bytes',
    group: 'kv-cache',
    type: 'integer',
    nullable: true,
    min: 0,
    max: 2 ** 40,
    default: null,
  },
  shared('enable_prefix_caching'),
  shared('max_num_seqs'),
  shared('max_num_batched_tokens'),
  {
    ...expert,
    key: 'max_model_len',
    label: 'Longest request',
    help: 'Tokens of prompt and output together; longer requests are rejected. Targets throughput and latency measure prefill queues by it.',
    unit: 'tokens',
    group: 'batching',
    ...optionalCount,
  },
  shared('enable_chunked_prefill'),
  shared('preemption_mode'),
  {
    ...expert,
    key: 'prefill_decode_interval',
    label: 'Decode passes between prompts',
    help: 'Passes that only decode after one that computed prompts (SGLang).',
    unit: 'passes',
    group: 'batching',
    type: 'integer',
    nullable: true,
    min: 0,
    max: MOST,
    default: null,
  },
  shared('startup_time'),
  shared('speedup_ratio'),
  shared('decode_speedup_ratio'),
  {
    ...expert,
    key: 'timing',
    label: 'Timing of this pool',
    help: 'Where pass times of these instances come from; empty = run, as chosen above.',
    group: 'timing',
    type: 'choice',
    nullable: true,
    choices: ['aic', 'polynomial', 'profile', 'fixed'],
    default: null,
  },
  {
    ...fixedMs,
    key: 'fixed_prefill_ms',
    label: 'Fixed prefill time',
    help: 'Time of a pass that computes prompts, under timing fixed.',
    default: null,
  },
  {
    ...fixedMs,
    key: 'fixed_decode_ms',
    label: 'Fixed decode time',
    help: 'Time of a pass that only decodes, under timing fixed.',
    default: null,
  },
  shared('planner_profile_data'),
  shared('aic_backend'),
  shared('aic_system'),
  shared('aic_model_path'),
  shared('aic_backend_version'),
  shared('aic_tp_size'),
  shared('aic_moe_tp_size'),
  shared('aic_moe_ep_size'),
  shared('aic_attention_dp_size'),
  {
    ...expert,
    key: 'prefill_context_parallel_size',
    label: 'Context parallel',
    help: 'GPUs that share the context of a prompt.',
    unit: 'GPUs',
    group: 'engine',
    ...optionalCount,
  },
  {
    ...expert,
    key: 'tensor_parallel_size',
    label: 'GPUs per engine',
    help: "What budgets and GPU-hours count; empty = derived from the tensor parallelism of the GPU's tables, or 1.",
    unit: 'GPUs',
    group: 'engine',
    ...optionalCount,
  },
  shared('dp_size'),
  shared('kv_bytes_per_token'),
  shared('kv_transfer_bandwidth'),
  {
    ...expert,
    key: 'kv_transfer_timing_mode',
    label: 'KV transfer',
    help: 'What of a prompt is sent from prefill to decode: all of it, or what the destination has not got.',
    group: 'transfer',
    type: 'choice',
    nullable: true,
    choices: ['full_prompt', 'destination_missing'],
    default: null,
  },
  shared('router_queue_policy'),
]

/** The page size is the block size here, and the policy one of two. */
export const SGLANG_FIELDS_16: readonly Field<keyof SglangArgs, 'sglang'>[] = SGLANG_FIELDS.filter(
  ({key}) => key !== 'page_size',
).map(field =>
  field.key === 'schedule_policy'
    ? {
        ...field,
        help: 'Order of the queue: fifo, or lpm (longest prefix first).',
        type: 'choice',
        nullable: true,
        choices: ['fifo', 'lpm'],
        default: null,
      }
    : field,
)
