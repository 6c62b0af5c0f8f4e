import {isObject, type JsonObject} from '../../../core/is-object.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import type {EngineArgs, EngineType, SglangArgs, WorkerType} from '../../scenario.ts'
import type {EngineArgsOptions, ParsedEngineArgs} from '../engine-args.ts'
import {
  DYNAMO_KEYS,
  ENGINE_KEYS,
  LAUNCH_KEYS,
  NOT_SIMULATED,
  PLACE_OF_FLAT_KEY,
  SGLANG_KEYS,
  TRTLLM_KEYS,
} from './engine-keys.ts'
import {type JsonShape, shapeProblem, unknownKeyProblem, wrongType} from './json-shape.ts'
import {parseTimingModel, type TimingArgs} from './timing-model.ts'

/** KV blocks where neither the args nor a GPU's memory say. */
const DEFAULT_BLOCKS = 16384
const DEFAULT_BLOCK_SIZES: Readonly<Record<EngineType, number>> = {vllm: 64, sglang: 1, trtllm: 32}

/**
 * Engine args as 1.6.1 takes them, `{"engine": {…, "timing_model": …}, "startup_time": s, …}` (engine-1.6.md 3), with
 * its messages. Unlike 1.2.1's reader this one forgives nothing: an unknown key and a wrong type are errors.
 */
export function parseEngineArgs16(value: unknown, {flag}: EngineArgsOptions): Result<ParsedEngineArgs> {
  const parsed = parseLaunch(value)
  if (!parsed.ok) return fail(`${flag}: ${parsed.error.message}`, parsed.error.field)
  return ok({args: parsed.value, notices: []})
}

/** Whether engine args are written as 1.6.1 takes them; those of 1.2.1 are flat. */
export function isLaunchConfig(value: unknown): boolean {
  return isObject(value) && (isObject(value.engine) || isObject(value.dynamo))
}

function parseLaunch(value: unknown): Result<EngineArgs> {
  if (!isObject(value)) return fail('engine args must be a JSON object')
  const {dynamo, ...launch} = value
  const {engine = {}} = launch
  const problem = findProblem(launch, engine, dynamo)
  if (problem !== null) return problem
  const given = engine as JsonObject
  const workerType = (given.worker_type ?? 'aggregated') as WorkerType
  const timing = parseTimingModel(given.timing_model, workerType)
  if (!timing.ok) return timing
  const args = assemble(launch, given, timing.value, (dynamo ?? {}) as JsonObject)
  const rule = RULES.find(({holds}) => !holds(args, given, launch))
  return rule === undefined ? ok(args) : fail(rule.message, rule.field)
}

/** Wrong names and types, outermost first. */
function findProblem(launch: JsonObject, engine: unknown, dynamo: unknown): ReturnType<typeof fail> | null {
  const inLaunch = tableProblem('', launch, LAUNCH_KEYS, adviceForFlatKey)
  if (inLaunch !== null) return inLaunch
  if (!isObject(engine)) return refuse(`engine: ${wrongType(engine, 'struct EngineConfig')}`, 'engine')
  const inEngine = tableProblem('engine.', engine, ENGINE_KEYS, adviceForFlatKey)
  if (inEngine !== null) return inEngine
  if (engine.kv_bytes_per_token !== undefined && engine.kv_transfer_bytes_per_token !== undefined)
    return refuse('engine: duplicate field `kv_transfer_bytes_per_token`', 'kv_bytes_per_token')
  for (const [key, table] of [
    ['sglang', SGLANG_KEYS],
    ['trtllm', TRTLLM_KEYS],
  ] as const) {
    const section = engine[key]
    if (section === undefined || section === null) continue
    if (!isObject(section)) return refuse(`engine.${key}: ${wrongType(section, 'a map')}`, key)
    const problem = tableProblem(`engine.${key}.`, section, table)
    if (problem !== null) return problem
  }
  if (dynamo !== undefined) {
    if (!isObject(dynamo)) return fail(wrongType(dynamo, 'a map'), 'dynamo')
    const problem = tableProblem('', dynamo, DYNAMO_KEYS)
    if (problem !== null) return problem
  }
  const unsimulated = NOT_SIMULATED.find(key => (engine[key] ?? null) !== null)
  return unsimulated === undefined
    ? null
    : fail(`engine.${unsimulated} is known to 1.6.1 but not simulated here`, unsimulated)
}

function tableProblem(
  path: string,
  object: JsonObject,
  table: Readonly<Record<string, JsonShape>>,
  advice?: (key: string) => string,
): ReturnType<typeof fail> | null {
  const keys = Object.keys(table)
  const unknown = unknownKeyProblem(path, object, keys, advice)
  if (unknown !== null)
    return refuse(
      unknown,
      Object.keys(object).find(key => !keys.includes(key)),
    )
  for (const [key, value] of Object.entries(object)) {
    const problem = shapeProblem(table[key]!, value)
    if (problem !== null) return refuse(`${path}${key}: ${problem}`, key)
  }
  return null
}

/** Where 1.6.1 has a key of 1.2.1's flat form. */
function adviceForFlatKey(key: string): string {
  const place = PLACE_OF_FLAT_KEY[key] ?? (Object.hasOwn(ENGINE_KEYS, key) ? `engine.${key}` : null)
  return place === null ? '' : ` (in 1.6.1 it is ${place}; --dynamo 1.2.1 takes the flat form)`
}

function refuse(message: string, field?: string): ReturnType<typeof fail> {
  return fail(`invalid engine launch config: ${message}`, field)
}

function assemble(
  launch: JsonObject,
  engine: JsonObject,
  timing: TimingArgs,
  dynamo: JsonObject,
): EngineArgs {
  const of = <T>(key: string, fallback: T) => (engine[key] === undefined ? fallback : engine[key]) as T
  const optional = (key: string, from: JsonObject = engine) =>
    (from[key] ?? null) === null ? {} : {[key]: from[key]}
  const engineType = of<EngineType>('backend', 'vllm')
  const estimates = timing.timing === 'aic' && engine.num_gpu_blocks === undefined
  return {
    ...timing,
    engine_type: engineType,
    num_gpu_blocks: of('num_gpu_blocks', DEFAULT_BLOCKS),
    ...(estimates ? {estimates_num_gpu_blocks: true} : {}),
    block_size: of<number | null>('block_size', null) ?? DEFAULT_BLOCK_SIZES[engineType],
    max_num_seqs: of('max_num_seqs', 256),
    max_num_batched_tokens: of('max_num_batched_tokens', 8192),
    enable_prefix_caching: of('enable_prefix_caching', true),
    enable_chunked_prefill: of('enable_chunked_prefill', true),
    speedup_ratio: of('speedup_ratio', 1),
    decode_speedup_ratio: of('decode_speedup_ratio', 1),
    dp_size: (launch.dp_size ?? timing.aic_attention_dp_size ?? 1) as number,
    tensor_parallel_size: (launch.tensor_parallel_size ?? timing.aic_tp_size ?? 1) as number,
    startup_time: (launch.startup_time ?? null) as number | null,
    worker_type: of<WorkerType>('worker_type', 'aggregated'),
    kv_bytes_per_token: of<number | null>(
      'kv_transfer_bytes_per_token',
      of<number | null>('kv_bytes_per_token', null),
    ),
    kv_transfer_bandwidth: of<number | null>('kv_transfer_bandwidth', null),
    preemption_mode: of('preemption_mode', 'lifo'),
    router_queue_policy: (dynamo.router_queue_policy ?? null) as string | null,
    sglang: engineType === 'sglang' ? sglangArgs(of<JsonObject | null>('sglang', null)) : null,
    ...optional('max_model_len'),
    ...optional('prefill_decode_interval'),
    ...optional('kv_transfer_timing_mode'),
    ...optional('gpu_memory_utilization', launch),
    ...optional('mem_fraction_static', launch),
    ...optional('free_gpu_memory_fraction', launch),
    ...optional('cuda_graph_reserved_bytes', launch),
  }
}

function sglangArgs(given: JsonObject | null): SglangArgs {
  const number = (key: string) => (given?.[key] ?? null) as number | null
  return {
    schedule_policy: (given?.schedule_policy ?? null) as string | null,
    page_size: null,
    max_prefill_tokens: number('max_prefill_tokens'),
    chunked_prefill_size: number('chunked_prefill_size'),
    clip_max_new_tokens: number('clip_max_new_tokens'),
    schedule_conservativeness: number('schedule_conservativeness'),
  }
}

interface Rule {
  readonly field: string
  readonly message: string
  readonly holds: (args: EngineArgs, engine: JsonObject, launch: JsonObject) => boolean
}

const isPositive = (value: number | null | undefined) => value === null || value === undefined || value > 0
const isShare = (value: number | undefined) => value === undefined || (value >= 0 && value <= 1)

/** What values of the right type must satisfy, in 1.6.1's order and words. */
const RULES: readonly Rule[] = [
  positive('dp_size', ({dp_size}) => dp_size),
  positive('tensor_parallel_size', ({tensor_parallel_size}) => tensor_parallel_size),
  positive('num_gpu_blocks', ({num_gpu_blocks}) => num_gpu_blocks),
  positive('block_size', ({block_size}) => block_size),
  {
    field: 'block_size',
    message: 'vLLM/TRT-LLM block_size must be at least two',
    holds: ({engine_type, block_size}) => engine_type === 'sglang' || block_size >= 2,
  },
  positive('max_model_len', ({max_model_len}) => max_model_len),
  positive('max_num_seqs', ({max_num_seqs}) => max_num_seqs),
  positive('max_num_batched_tokens', ({max_num_batched_tokens}) => max_num_batched_tokens),
  positive(
    'prefill_schedule_interval',
    (_, engine) => engine.prefill_schedule_interval as number | undefined,
  ),
  nonNegative('speedup_ratio', ({speedup_ratio}) => speedup_ratio),
  nonNegative('decode_speedup_ratio', ({decode_speedup_ratio}) => decode_speedup_ratio),
  {
    field: 'prefill_schedule_interval',
    message:
      'prefill_schedule_interval is supported only for backend=vllm; use prefill_decode_interval for backend=sglang',
    holds: ({engine_type}, {prefill_schedule_interval: given = 1}) => given === 1 || engine_type === 'vllm',
  },
  {
    field: 'prefill_decode_interval',
    message: 'prefill_decode_interval is supported only for backend=sglang',
    holds: ({engine_type, prefill_decode_interval: given = 0}) => given === 0 || engine_type === 'sglang',
  },
  {
    field: 'enable_chunked_prefill',
    message: 'enable_chunked_prefill=false is not supported for backend=sglang',
    holds: ({engine_type, enable_chunked_prefill}) => engine_type !== 'sglang' || enable_chunked_prefill,
  },
  positive('sglang.max_prefill_tokens', ({sglang}) => sglang?.max_prefill_tokens),
  positive('sglang.chunked_prefill_size', ({sglang}) => sglang?.chunked_prefill_size),
  {
    field: 'sglang.chunked_prefill_size',
    message: 'sglang.chunked_prefill_size must be divisible by block_size',
    holds: ({sglang, block_size}) =>
      sglang === null || (sglang.chunked_prefill_size ?? 8192) % block_size === 0,
  },
  nonNegative('sglang.schedule_conservativeness', ({sglang}) => sglang?.schedule_conservativeness),
  nonNegative('kv_transfer_bandwidth', ({kv_transfer_bandwidth}) => kv_transfer_bandwidth),
  positive('kv_transfer_bytes_per_token', ({kv_bytes_per_token}) => kv_bytes_per_token),
  nonNegative('startup_time', ({startup_time}) => startup_time),
  share('gpu_memory_utilization'),
  share('mem_fraction_static'),
  share('free_gpu_memory_fraction'),
  {
    field: 'tensor_parallel_size',
    message: 'tensor_parallel_size conflicts with canonical tp',
    holds: ({timing, tensor_parallel_size, aic_tp_size}) =>
      timing !== 'aic' || tensor_parallel_size === (aic_tp_size ?? 1),
  },
  {
    field: 'dp_size',
    message: 'dp_size conflicts with canonical attention_dp',
    holds: ({timing, dp_size, aic_attention_dp_size}) =>
      timing !== 'aic' || dp_size === (aic_attention_dp_size ?? 1),
  },
  {
    field: 'dp_size',
    message: 'dp_size above 1 (attention data parallelism) is not simulated here',
    holds: ({dp_size}) => dp_size === 1,
  },
]

function positive(
  field: string,
  read: (args: EngineArgs, engine: JsonObject) => number | null | undefined,
): Rule {
  const message = `${field} must be positive`
  return {field, message, holds: (args, engine) => isPositive(read(args, engine))}
}

function nonNegative(field: string, read: (args: EngineArgs) => number | null | undefined): Rule {
  return {
    field,
    message: `${field} must be finite and non-negative`,
    holds: args => (read(args) ?? 0) >= 0,
  }
}

function share(field: 'gpu_memory_utilization' | 'mem_fraction_static' | 'free_gpu_memory_fraction'): Rule {
  return {field, message: `${field} must be finite and in [0, 1]`, holds: args => isShare(args[field])}
}
