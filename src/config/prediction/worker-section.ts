import type {JsonObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {EngineTiming, WorkerType} from '../scenario.ts'
import {
  any,
  checkPositive,
  flag,
  number,
  oneOf,
  readSection,
  refuseUnsimulated,
  type Shapes,
  text,
  type Unsimulated,
  whole,
} from './read-section.ts'

/** What of a model this module cannot know itself. */
export interface PredictionModels {
  /** Longest context in tokens, as the model's own config says; null = not known here. */
  readonly contextLength: (model: string) => number | null
  /** KV cache bytes of a token on one GPU, of an engine that is spread so. */
  readonly kvBytesPerToken: (identity: JsonObject) => Result<number>
}

/** Pass times that the launch config cannot say, because the GPU it names sizes the KV cache alone. */
export interface Retiming {
  readonly timing: EngineTiming
  readonly fixed_prefill_ms?: number
  readonly fixed_decode_ms?: number
}

export interface WorkerContext {
  /** `engine`, checked. */
  readonly engine: JsonObject
  /** `engine.kv_transfer`, checked; null = nothing is said, and nothing takes time. */
  readonly transfer: JsonObject | null
  readonly models: PredictionModels
  /** Of the prefill engine, whose figure serves both sides; null = not known yet. */
  readonly transferBytes: number | null
}

export interface WorkerSection {
  /** Engine args as the replay call takes them. */
  readonly launch: JsonObject
  readonly replicas: number
  readonly retiming: Retiming | null
  /** The model on a GPU, and how it is spread there. */
  readonly identity: JsonObject
  readonly gpusPerInstance: number
  readonly transferBytes: number | null
}

/** Choices of the estimator other than the measured tables of a model as it is. */
export const ESTIMATOR_KEYS: Unsimulated = {
  gemm_quant_mode: [],
  moe_quant_mode: [],
  kvcache_quant_mode: [],
  fmha_quant_mode: [],
  comm_quant_mode: [],
  attention_backend: [],
  estimation_mode: ['auto', 'op_level'],
  fallback_policy: ['deny'],
  estimator_config: [{}],
  systems_paths: [['default']],
  database_mode: ['SILICON', 'silicon'],
  transfer_policy: [],
}

const anyOf = (keys: Unsimulated): Shapes => Object.fromEntries(Object.keys(keys).map(key => [key, any]))

const WORKER_SHAPES: Shapes = {
  hardware: text,
  context_length: whole,
  parallelism: any,
  scheduler: any,
  kv_cache: any,
  timing: any,
  startup_seconds: number,
}
const PARALLELISM_SHAPES: Shapes = Object.fromEntries(
  [
    'replicas',
    'tensor',
    'pipeline',
    'attention_data',
    'moe_tensor',
    'moe_expert',
    'prefill_context',
    'decode_context',
  ].map(key => [key, whole]),
)
const SCHEDULER_SHAPES: Shapes = {
  max_batched_tokens: whole,
  max_sequences: whole,
  prefill_schedule_interval: whole,
  prefill_decode_interval: whole,
}
const CACHE_UNSIMULATED: Unsimulated = {
  prefix_match_unit: [],
  host_offload: [],
  g3_offload: [],
  state_cache: [],
}
const CACHE_SHAPES: Shapes = {
  block_size: whole,
  prefix_caching: flag,
  bytes_per_token: any,
  capacity: any,
  ...anyOf(CACHE_UNSIMULATED),
}
const CAPACITY_SHAPES: Shapes = {
  type: oneOf('default', 'fixed'),
  memory_fraction: number,
  blocks: whole,
  bytes: whole,
  cuda_graph_reserved_bytes: whole,
}
const TIMING_UNSIMULATED: Unsimulated = {...ESTIMATOR_KEYS, forward_model: ['op_level'], fpm_parquet_path: []}
const TIMING_SHAPES: Shapes = {
  type: oneOf('default', 'fixed', 'polynomial'),
  prefill_ms: number,
  decode_ms: number,
  ...anyOf(TIMING_UNSIMULATED),
}

interface Sections {
  readonly worker: JsonObject
  readonly parallelism: JsonObject
  readonly scheduler: JsonObject
  readonly cache: JsonObject
  readonly capacity: JsonObject
  readonly timing: JsonObject
}

/** One role of `engine.workers`. */
export function readWorker(role: WorkerType, value: unknown, context: WorkerContext): Result<WorkerSection> {
  const path = `engine.workers.${role}`
  const sections = readSections(path, value)
  if (!sections.ok) return sections
  const problem = checkSections(path, sections.value, context)
  if (problem !== null) return problem
  const {parallelism} = sections.value
  const identity = identityOf(role, sections.value, context)
  const memory = memoryOf(path, sections.value, context)
  if (!memory.ok) return memory
  const length = contextLength(sections.value, context)
  if (!length.ok) return length
  const bytes = transferBytesOf(identity, context)
  if (!bytes.ok) return bytes
  const size = (key: string) => (parallelism[key] ?? 1) as number
  return ok({
    launch: {
      engine: {
        worker_type: role,
        ...engineOf(role, sections.value, context),
        ...memory.value.engine,
        ...length.value,
        ...(bytes.value === null ? {} : {kv_transfer_bytes_per_token: bytes.value}),
        timing_model: {type: 'external', provider: 'ais', config: identity},
      },
      ...memory.value.beside,
      ...given({startup_time: sections.value.worker.startup_seconds}),
    },
    replicas: size('replicas'),
    retiming: retimingOf(sections.value.timing),
    identity,
    gpusPerInstance: size('tensor') * size('attention_data'),
    transferBytes: bytes.value,
  })
}

function readSections(path: string, value: unknown): Result<Sections> {
  const worker = readSection(path, value, WORKER_SHAPES)
  if (!worker.ok) return worker
  const parallelism = readSection(`${path}.parallelism`, worker.value.parallelism, PARALLELISM_SHAPES)
  if (!parallelism.ok) return parallelism
  const scheduler = readSection(`${path}.scheduler`, worker.value.scheduler, SCHEDULER_SHAPES)
  if (!scheduler.ok) return scheduler
  const cache = readSection(`${path}.kv_cache`, worker.value.kv_cache, CACHE_SHAPES)
  if (!cache.ok) return cache
  const capacity = readSection(`${path}.kv_cache.capacity`, cache.value.capacity, CAPACITY_SHAPES)
  if (!capacity.ok) return capacity
  const timing = readSection(`${path}.timing`, worker.value.timing, TIMING_SHAPES)
  if (!timing.ok) return timing
  return ok({
    worker: worker.value,
    parallelism: parallelism.value,
    scheduler: scheduler.value,
    cache: cache.value,
    capacity: capacity.value,
    timing: timing.value,
  })
}

type Refusal = ReturnType<typeof fail>

function checkSections(path: string, sections: Sections, {engine}: WorkerContext): Refusal | null {
  const {worker, parallelism, scheduler, cache, capacity, timing} = sections
  const {startup_seconds: startup = 0} = worker
  return (
    refuseUnsimulated(`${path}.kv_cache`, cache, CACHE_UNSIMULATED) ??
    refuseUnsimulated(`${path}.timing`, timing, TIMING_UNSIMULATED) ??
    refuseUnsimulated(`${path}.parallelism`, parallelism, {pipeline: [1], decode_context: [1]}) ??
    checkPositive(path, worker, ['context_length']) ??
    checkPositive(`${path}.parallelism`, parallelism, Object.keys(PARALLELISM_SHAPES)) ??
    checkPositive(`${path}.scheduler`, scheduler, [
      'max_batched_tokens',
      'max_sequences',
      'prefill_schedule_interval',
    ]) ??
    checkPositive(`${path}.kv_cache`, cache, ['block_size']) ??
    checkPositive(`${path}.kv_cache.capacity`, capacity, ['memory_fraction', 'blocks', 'bytes']) ??
    checkTiming(`${path}.timing`, timing) ??
    ((startup as number) >= 0
      ? null
      : fail(`${path}.startup_seconds must not be negative`, `${path}.startup_seconds`)) ??
    (worker.hardware !== undefined && engine.mode !== 'disaggregated'
      ? fail(`${path}.hardware is for prefill and decode workers alone`, `${path}.hardware`)
      : null)
  )
}

function checkTiming(path: string, timing: JsonObject): Refusal | null {
  const {type = 'default', prefill_ms, decode_ms} = timing
  const times = [prefill_ms, decode_ms]
  if (type === 'fixed' && times.some(ms => !((ms as number) >= 0)))
    return fail(`${path}: fixed timing takes prefill_ms and decode_ms, both from 0`, path)
  if (type !== 'fixed' && times.some(ms => ms !== undefined))
    return fail(`${path}: only fixed timing takes prefill_ms and decode_ms`, path)
  return null
}

function identityOf(role: WorkerType, {worker, parallelism}: Sections, {engine}: WorkerContext): JsonObject {
  const {moe_tensor: moeTensor = 1, moe_expert: moeExpert = 1} = parallelism
  const isSpread = (moeTensor as number) * (moeExpert as number) > 1
  return given({
    model: engine.model,
    backend: engine.backend ?? 'vllm',
    system: worker.hardware ?? engine.hardware,
    worker_type: role,
    backend_version: engine.backend_version,
    tp: parallelism.tensor ?? 1,
    attention_dp: parallelism.attention_data,
    moe_tp_size: isSpread ? moeTensor : undefined,
    moe_ep_size: isSpread ? moeExpert : undefined,
    cp_size: parallelism.prefill_context === 1 ? undefined : parallelism.prefill_context,
  })
}

function engineOf(
  role: WorkerType,
  {scheduler, cache}: Sections,
  {engine, transfer}: WorkerContext,
): JsonObject {
  const {enable_chunked_prefill: chunks} = engine
  return given({
    backend: engine.backend ?? 'vllm',
    block_size: cache.block_size,
    max_num_batched_tokens: scheduler.max_batched_tokens ?? 8192,
    // A prefill engine takes one prompt at a time unless it is told otherwise.
    max_num_seqs: scheduler.max_sequences ?? (role === 'prefill' ? 1 : 256),
    prefill_schedule_interval: scheduler.prefill_schedule_interval,
    prefill_decode_interval: scheduler.prefill_decode_interval,
    enable_prefix_caching: cache.prefix_caching,
    enable_chunked_prefill: role === 'decode' ? undefined : chunks,
    kv_transfer_bandwidth: transfer?.bandwidth_gb_per_second,
    kv_transfer_timing_mode: transfer === null ? undefined : (transfer.timing_mode ?? 'destination_missing'),
  })
}

interface Memory {
  readonly engine: JsonObject
  readonly beside: JsonObject
}

const FRACTION_KEYS: Readonly<Record<string, string>> = {
  vllm: 'gpu_memory_utilization',
  sglang: 'mem_fraction_static',
  trtllm: 'free_gpu_memory_fraction',
}

/** `kv_cache.capacity`: a number of blocks, or a share of the GPU's memory from which one is worked out. */
function memoryOf(path: string, {cache, capacity}: Sections, {engine}: WorkerContext): Result<Memory> {
  const place = `${path}.kv_cache.capacity`
  const {type = 'default', blocks, bytes, memory_fraction: fraction} = capacity
  const {cuda_graph_reserved_bytes: reserved} = capacity
  if (type === 'default') {
    if (blocks !== undefined || bytes !== undefined)
      return fail(`${place}: blocks and bytes are for type fixed`, place)
    const key = FRACTION_KEYS[(engine.backend ?? 'vllm') as string]!
    return ok({engine: {}, beside: given({[key]: fraction, cuda_graph_reserved_bytes: reserved})})
  }
  if ((blocks === undefined) === (bytes === undefined))
    return fail(`${place}: type fixed takes either blocks or bytes`, place)
  if (fraction !== undefined || (reserved ?? 0) !== 0)
    return fail(`${place}: type fixed takes no memory_fraction and no cuda_graph_reserved_bytes`, place)
  if (blocks !== undefined) return ok({engine: {num_gpu_blocks: blocks}, beside: {}})
  const {block_size: size, bytes_per_token: perToken} = cache
  if (typeof size !== 'number' || typeof perToken !== 'number')
    return fail(`${place}.bytes takes kv_cache.block_size and a number as kv_cache.bytes_per_token`, place)
  const fitting = Math.floor((bytes as number) / (size * perToken))
  if (fitting < 1) return fail(`${place}.bytes holds no block`, place)
  return ok({engine: {num_gpu_blocks: fitting}, beside: {}})
}

function contextLength({worker}: Sections, {engine, models}: WorkerContext): Result<JsonObject> {
  const own = worker.context_length ?? engine.context_length ?? 'max'
  if (typeof own === 'number') return ok({max_model_len: own})
  // The other backends leave it open.
  if ((engine.backend ?? 'vllm') !== 'vllm') return ok({})
  const longest = models.contextLength(engine.model as string)
  if (longest !== null) return ok({max_model_len: longest})
  return fail(
    `engine.context_length: how long a context ${engine.model} takes is not known here; give the number its ` +
      'config.json has as max_position_embeddings',
    'engine.context_length',
  )
}

function transferBytesOf(
  identity: JsonObject,
  {transfer, models, transferBytes}: WorkerContext,
): Result<number | null> {
  if (transfer === null || transferBytes !== null) return ok(transferBytes)
  const own = transfer.bytes_per_token ?? 'auto'
  if (own === 'auto') return models.kvBytesPerToken(identity)
  const place = 'engine.kv_transfer.bytes_per_token'
  return typeof own === 'number' && Number.isInteger(own) && own > 0
    ? ok(own)
    : fail(`${place} must be a number above 0, or auto`, place)
}

function retimingOf({type = 'default', prefill_ms, decode_ms}: JsonObject): Retiming | null {
  if (type === 'default') return null
  if (type === 'polynomial') return {timing: 'polynomial'}
  return {timing: 'fixed', fixed_prefill_ms: prefill_ms as number, fixed_decode_ms: decode_ms as number}
}

function given(section: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined))
}
