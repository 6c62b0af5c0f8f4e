import type {JsonObject} from '../../../core/is-object.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import type {FieldValue} from '../../field-text.ts'
import type {EngineArgs, EngineTiming, SglangArgs, WorkerType} from '../../scenario.ts'
import {ENGINE_FIELDS_16, type EngineKey16, SGLANG_FIELDS_16} from './engine-fields.ts'
import {parseEngineArgs16} from './parse-engine-args.ts'
import {parseTimingModel} from './timing-model.ts'

/** Engine args of 1.6.1 by the flat names of `ENGINE_FIELDS_16`; options of the SGLang scheduler as `sglang.KEY`. */
export type EngineValues16 = Readonly<Record<string, FieldValue | undefined>>

/** Engine args as the values of their fields; what the reference would work out by itself is empty. */
export function engineValues16(args: EngineArgs, engineTiming: EngineTiming): Record<string, FieldValue> {
  const gpus = args.aic_tp_size ?? 1
  const derived: Partial<Record<EngineKey16, FieldValue>> = {
    num_gpu_blocks: args.estimates_num_gpu_blocks === true ? null : args.num_gpu_blocks,
    timing: args.timing === engineTiming ? null : (args.timing ?? null),
    tensor_parallel_size: args.tensor_parallel_size === gpus ? null : (args.tensor_parallel_size ?? null),
  }
  const own = ENGINE_FIELDS_16.map(({key}) => [
    key,
    Object.hasOwn(derived, key) ? derived[key] : (args[key] ?? null),
  ])
  const sglang = SGLANG_FIELDS_16.map(({key}) => [`sglang.${key}`, args.sglang?.[key] ?? null])
  return Object.fromEntries([...own, ...sglang]) as Record<string, FieldValue>
}

export interface EngineReading16 {
  readonly flag: string
  readonly workerType: WorkerType
  /** Of the run; a pool may have one of its own. */
  readonly engineTiming: EngineTiming
}

/**
 * Engine args from the values of their fields, by the rules and in the words of 1.6.1's own reader. A GPU that is named
 * sizes the KV cache whatever times the passes; one that is named in part is kept for whoever needs it to complain of.
 */
export function readEngineValues16(
  values: EngineValues16,
  {flag, workerType, engineTiming}: EngineReading16,
): Result<EngineArgs> {
  const timing = (values.timing ?? engineTiming) as EngineTiming
  const isNamed = GPU_NAMES.every(key => (values[key] ?? null) !== null)
  const model = isNamed ? aisModel(values, workerType) : timingModel(values, timing)
  const parsed = parseEngineArgs16(launchOfValues(values, workerType, model), {flag})
  if (!parsed.ok) return fail(parsed.error.message, fieldOf(parsed.error.field, timing))
  const {args} = parsed.value
  if (!isNamed) return ok({...args, ...partOfIdentity(values), timing})
  if (timing === 'aic') return ok(args)
  const other = parseTimingModel(timingModel(values, timing), workerType)
  if (!other.ok) return fail(`${flag}: ${other.error.message}`, fieldOf('timing_model', timing))
  const {planner_profile_data, fixed_prefill_ms, fixed_decode_ms} = other.value
  const fixed =
    fixed_prefill_ms === undefined || fixed_decode_ms === undefined ? {} : {fixed_prefill_ms, fixed_decode_ms}
  return ok({...args, timing, planner_profile_data, ...fixed})
}

const GPU_NAMES = ['aic_backend', 'aic_system', 'aic_model_path'] as const
const IDENTITY = [
  ...GPU_NAMES,
  ...([
    'aic_backend_version',
    'aic_tp_size',
    'aic_moe_tp_size',
    'aic_moe_ep_size',
    'aic_attention_dp_size',
  ] as const),
] as const

function partOfIdentity(values: EngineValues16): Partial<EngineArgs> {
  return given(Object.fromEntries(IDENTITY.map(key => [key, values[key]])))
}

/** Names that the reader's messages use where ours are flat. */
const FIELD_OF_KEY: Readonly<Record<string, string>> = {
  backend: 'engine_type',
  kv_transfer_bytes_per_token: 'kv_bytes_per_token',
}

function fieldOf(key: string | undefined, timing: EngineTiming): string {
  if (key === 'timing_model') return timing === 'profile' ? 'planner_profile_data' : 'fixed_prefill_ms'
  return FIELD_OF_KEY[key ?? ''] ?? key ?? ''
}

/**
 * Engine args as 1.6.1 takes them, without what it assumes anyway. The timing is the pool's own; a GPU that times
 * nothing has no place there.
 */
export function launchConfig(args: EngineArgs): JsonObject {
  const timing = args.timing ?? 'polynomial'
  const values = engineValues16(args, timing)
  const model = timing === 'aic' ? aisModel(values, args.worker_type) : timingModel(values, timing)
  return launchOfValues(values, args.worker_type, model)
}

/** The same, timed by the GPU it names, for readers that are told the timing apart from it. */
export function launchConfigOnGpu(args: EngineArgs): JsonObject {
  const values = engineValues16(args, 'aic')
  return launchOfValues(values, args.worker_type, aisModel(values, args.worker_type))
}

function timingModel(values: EngineValues16, timing: EngineTiming): JsonObject | undefined {
  switch (timing) {
    case 'profile':
      return {type: 'external', provider: 'dynamo_profile', config: {path: values.planner_profile_data}}
    case 'fixed':
      return {
        type: 'fixed',
        ...given({prefill_ms: values.fixed_prefill_ms, decode_ms: values.fixed_decode_ms}),
      }
    default:
      return undefined
  }
}

function aisModel(values: EngineValues16, workerType: WorkerType): JsonObject {
  return {type: 'external', provider: 'ais', config: aisIdentity(values, workerType)}
}

/** A model on a GPU as engine args, planner configs and metadata of 1.6.1 name it. */
export function aisIdentity(values: EngineValues16, workerType: WorkerType): JsonObject {
  return given({
    model: values.aic_model_path,
    backend: values.aic_backend,
    system: values.aic_system,
    worker_type: workerType,
    backend_version: values.aic_backend_version,
    tp: values.aic_tp_size,
    moe_tp_size: values.aic_moe_tp_size,
    moe_ep_size: values.aic_moe_ep_size,
    attention_dp: values.aic_attention_dp_size,
    cp_size: values.prefill_context_parallel_size,
  })
}

/** Where a flat field stands in the launch config; those with a rule of their own are not here. */
const ENGINE_SECTION: readonly (readonly [flat: EngineKey16, nested: string])[] = [
  ['engine_type', 'backend'],
  ['num_gpu_blocks', 'num_gpu_blocks'],
  ['block_size', 'block_size'],
  ['max_model_len', 'max_model_len'],
  ['max_num_seqs', 'max_num_seqs'],
  ['max_num_batched_tokens', 'max_num_batched_tokens'],
  ['prefill_decode_interval', 'prefill_decode_interval'],
  ['enable_prefix_caching', 'enable_prefix_caching'],
  ['enable_chunked_prefill', 'enable_chunked_prefill'],
  ['speedup_ratio', 'speedup_ratio'],
  ['decode_speedup_ratio', 'decode_speedup_ratio'],
  ['preemption_mode', 'preemption_mode'],
  ['kv_bytes_per_token', 'kv_transfer_bytes_per_token'],
  ['kv_transfer_bandwidth', 'kv_transfer_bandwidth'],
  ['kv_transfer_timing_mode', 'kv_transfer_timing_mode'],
]

/** Keys beside the engine. */
const BESIDE_ENGINE: readonly EngineKey16[] = [
  'dp_size',
  'tensor_parallel_size',
  'startup_time',
  'gpu_memory_utilization',
  'mem_fraction_static',
  'free_gpu_memory_fraction',
  'cuda_graph_reserved_bytes',
]

/** Block sizes where nobody says; the engine's own needs no mention. */
const USUAL_BLOCK_SIZE: Readonly<Record<string, number>> = {vllm: 64, sglang: 1, trtllm: 32}

const USUAL: Readonly<Record<string, FieldValue>> = Object.fromEntries(
  ENGINE_FIELDS_16.map(field => [field.key, field.default]),
)

function launchOfValues(
  values: EngineValues16,
  workerType: WorkerType,
  timing_model: JsonObject | undefined,
): JsonObject {
  const changed = (key: EngineKey16): FieldValue | undefined => {
    const value = values[key]
    const usual = key === 'block_size' ? USUAL_BLOCK_SIZE[String(values.engine_type ?? 'vllm')] : USUAL[key]
    return value === undefined || value === usual ? undefined : value
  }
  const engine = {
    ...defined(ENGINE_SECTION.map(([flat, nested]) => [nested, changed(flat)])),
    ...(workerType === 'aggregated' ? {} : {worker_type: workerType}),
    ...sglangSection(values),
    ...(timing_model === undefined ? {} : {timing_model}),
  }
  const queue = values.router_queue_policy ?? null
  return {
    engine,
    ...defined(BESIDE_ENGINE.map(key => [key, changed(key)])),
    ...(queue === null ? {} : {dynamo: {router_queue_policy: queue}}),
  }
}

function sglangSection(values: EngineValues16): JsonObject {
  if (values.engine_type !== 'sglang') return {}
  const options = given(
    Object.fromEntries(SGLANG_FIELDS_16.map(({key}) => [key, values[`sglang.${key}`]])) as Partial<
      Record<keyof SglangArgs, FieldValue>
    >,
  )
  return Object.keys(options).length === 0 ? {} : {sglang: options}
}

function defined(entries: readonly (readonly [string, FieldValue | undefined])[]): JsonObject {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Without the keys that hold nothing. */
function given(object: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => (value ?? null) !== null))
}
