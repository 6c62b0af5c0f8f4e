import type {JsonObject} from '../../core/is-object.ts'
import type {EngineArgs, EngineTiming, PoolSpec, WorkerType} from '../scenario.ts'

export interface WrittenWorker {
  readonly worker: JsonObject
  /** What of the pool a prediction cannot say. */
  readonly notes: readonly string[]
}

/** Engine args that a prediction has no word for, and what it takes in their place. */
const WORDLESS: readonly (readonly [key: keyof EngineArgs, usual: unknown])[] = [
  ['speedup_ratio', 1],
  ['decode_speedup_ratio', 1],
  ['preemption_mode', 'lifo'],
  ['router_queue_policy', null],
]

/** One pool as a role of `engine.workers`; what the reference would take anyway is left out. */
export function workerOfPool(
  role: WorkerType,
  {args, initialWorkers, gpusPerInstance}: PoolSpec,
  engineTiming: EngineTiming,
): WrittenWorker {
  const notes = WORDLESS.filter(([key, usual]) => args[key] !== usual).map(([key]) => `${role}: ${key}`)
  if (args.engine_type === 'sglang' && Object.values(args.sglang ?? {}).some(value => value !== null))
    notes.push(`${role}: sglang options`)
  if (args.engine_type === 'vllm' && args.max_model_len === undefined)
    notes.push(`${role}: no max_model_len (a prediction takes the longest context of the model)`)
  if (gpusPerInstance !== null) notes.push(`${role}: GPUs of an instance apart from its engine`)
  for (const key of ['max_num_seqs', 'max_num_batched_tokens'] as const)
    if (args[key] === null) notes.push(`${role}: ${key} without limit`)
  const timing = args.timing ?? engineTiming
  if (timing === 'profile') notes.push(`${role}: pass times of a profile`)
  const worker = filled({
    parallelism: parallelismOf(args, initialWorkers),
    scheduler: schedulerOf(role, args),
    kv_cache: cacheOf(args),
    timing: timingOf(args, timing),
    startup_seconds: args.startup_time || undefined,
  })
  return {worker, notes}
}

function parallelismOf(args: EngineArgs, replicas: number): JsonObject {
  const {aic_moe_tp_size: moeTensor, aic_moe_ep_size: moeExpert} = args
  const isSpread = (moeTensor ?? 1) * (moeExpert ?? 1) > 1
  return filled({
    replicas,
    tensor: other(args.tensor_parallel_size ?? args.aic_tp_size, 1),
    attention_data: other(args.dp_size, 1),
    moe_tensor: isSpread ? (moeTensor ?? 1) : undefined,
    moe_expert: isSpread ? (moeExpert ?? 1) : undefined,
    prefill_context: other(args.prefill_context_parallel_size, 1),
  })
}

function schedulerOf(role: WorkerType, args: EngineArgs): JsonObject {
  return filled({
    max_batched_tokens: other(args.max_num_batched_tokens, 8192),
    max_sequences: other(args.max_num_seqs, role === 'prefill' ? 1 : 256),
    prefill_decode_interval: other(args.prefill_decode_interval, 0),
  })
}

const USUAL_BLOCK_SIZE = {vllm: 64, sglang: 1, trtllm: 32} as const

function cacheOf(args: EngineArgs): JsonObject {
  const {gpu_memory_utilization: vllm, mem_fraction_static: sglang, free_gpu_memory_fraction: trtllm} = args
  const capacity =
    args.estimates_num_gpu_blocks === true
      ? filled({
          memory_fraction: {vllm, sglang, trtllm}[args.engine_type],
          cuda_graph_reserved_bytes: other(args.cuda_graph_reserved_bytes, 0),
        })
      : {type: 'fixed', blocks: args.num_gpu_blocks}
  return filled({
    block_size: other(args.block_size, USUAL_BLOCK_SIZE[args.engine_type]),
    prefix_caching: args.enable_prefix_caching ? undefined : false,
    capacity,
  })
}

function timingOf(args: EngineArgs, timing: EngineTiming): JsonObject {
  if (timing === 'polynomial') return {type: 'polynomial'}
  if (timing !== 'fixed') return {}
  return {type: 'fixed', prefill_ms: args.fixed_prefill_ms ?? 0, decode_ms: args.fixed_decode_ms ?? 0}
}

function other<T>(value: T | null | undefined, usual: T): T | undefined {
  return value === null || value === usual ? undefined : value
}

/** Without what says nothing: absent values and sections without keys. */
export function filled(section: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(section).filter(
      ([, value]) =>
        value !== undefined &&
        !(typeof value === 'object' && value !== null && Object.keys(value).length === 0),
    ),
  )
}
