import type {JsonObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {PoolName, WorkerType} from '../scenario.ts'
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
} from './read-section.ts'
import {
  ESTIMATOR_KEYS,
  type PredictionModels,
  type Retiming,
  readWorker,
  type WorkerContext,
} from './worker-section.ts'

export interface EngineSection {
  readonly isDisagg: boolean
  /** Flags of the replay call. */
  readonly flags: readonly (readonly [flag: string, value: string])[]
  readonly retimed: Partial<Readonly<Record<PoolName, Retiming>>>
  /** By role: the model on a GPU, which the planner's estimates start from. */
  readonly identities: Readonly<Partial<Record<WorkerType, JsonObject>>>
  /** GPUs of an instance, as the planner's config says it. */
  readonly gpus: Readonly<Partial<Record<WorkerType, number>>>
}

const UNSIMULATED: Unsimulated = {
  ...ESTIMATOR_KEYS,
  systems_path: [],
  fpm_profile: [],
  decoder_replay: [false],
  enable_shared_layer: [],
  strict_provenance: [false],
  speculation: [],
  nextn: [0],
  nextn_accepted: [],
  enable_eplb: [false],
  wideep_num_slots: [],
  moe_backend: ['default'],
  moe_kernel_source: [],
  afd: [],
}

const ENGINE_SHAPES: Shapes = {
  mode: oneOf('aggregated', 'disaggregated', 'afd'),
  model: text,
  hardware: text,
  backend: oneOf('vllm', 'sglang', 'trtllm'),
  backend_version: text,
  context_length: any,
  enable_chunked_prefill: flag,
  workers: any,
  kv_transfer: any,
  ...Object.fromEntries(Object.keys(UNSIMULATED).map(key => [key, any])),
}

const TRANSFER_SHAPES: Shapes = {
  bytes_per_token: any,
  bandwidth_gb_per_second: number,
  timing_mode: oneOf('full_prompt', 'destination_missing'),
}

/** `engine` of a prediction: what serves, and on what. */
export function readEngineSection(value: unknown, models: PredictionModels): Result<EngineSection> {
  const engine = readSection('engine', value, ENGINE_SHAPES)
  if (!engine.ok) return engine
  const {mode = 'aggregated', model = '', hardware = '', context_length: context = 'max'} = engine.value
  if (mode === 'afd') return fail('engine.mode: afd is known to 1.6.1 but not simulated here', 'engine.mode')
  const refused = refuseUnsimulated('engine', engine.value, UNSIMULATED)
  if (refused !== null) return refused
  for (const [key, name] of Object.entries({model, hardware}))
    if (name === '')
      return fail(`engine.${key} must name a ${key === 'model' ? 'model' : 'GPU'}`, `engine.${key}`)
  if (hardware === 'auto') return fail('engine.hardware: auto is for recommend alone', 'engine.hardware')
  if (context !== 'max' && !isCount(context))
    return fail('engine.context_length must be a number of tokens above 0, or max', 'engine.context_length')
  const workers = readRoles(engine.value.workers, mode === 'disaggregated')
  if (!workers.ok) return workers
  const transfer = readSection('engine.kv_transfer', engine.value.kv_transfer, TRANSFER_SHAPES)
  if (!transfer.ok) return transfer
  if (mode === 'aggregated' && engine.value.kv_transfer !== undefined)
    return fail('engine.kv_transfer is for disaggregated engines', 'engine.kv_transfer')
  const wrong = checkPositive('engine.kv_transfer', transfer.value, ['bandwidth_gb_per_second'])
  if (wrong !== null) return wrong
  return assemble(workers.value, {
    engine: engine.value,
    transfer: engine.value.kv_transfer === undefined ? null : transfer.value,
    models,
  })
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}

type Roles = readonly (readonly [role: WorkerType, value: unknown])[]

function readRoles(value: unknown, isDisagg: boolean): Result<Roles> {
  const workers = readSection('engine.workers', value, {
    aggregated: any,
    prefill: any,
    decode: any,
    encoder: any,
  })
  if (!workers.ok) return workers
  if (workers.value.encoder !== undefined)
    return fail('engine.workers.encoder is known to 1.6.1 but not simulated here', 'engine.workers.encoder')
  const wanted: readonly WorkerType[] = isDisagg ? ['prefill', 'decode'] : ['aggregated']
  const missing = wanted.find(role => workers.value[role] === undefined)
  if (missing !== undefined)
    return fail(`engine.workers.${missing} is missing; it may be empty ({})`, `engine.workers.${missing}`)
  const extra = Object.keys(workers.value).find(role => !wanted.some(own => own === role))
  if (extra !== undefined)
    return fail(
      `engine.workers.${extra} does not go with engine.mode ${isDisagg ? 'disaggregated' : 'aggregated'}`,
      `engine.workers.${extra}`,
    )
  return ok(wanted.map(role => [role, workers.value[role]] as const))
}

const FLAGS: Readonly<Record<WorkerType, readonly [args: string, count: string, pool: PoolName]>> = {
  aggregated: ['--extra-engine-args', '--num-workers', 'agg'],
  prefill: ['--prefill-engine-args', '--num-prefill-workers', 'prefill'],
  decode: ['--decode-engine-args', '--num-decode-workers', 'decode'],
}

function assemble(roles: Roles, context: Omit<WorkerContext, 'transferBytes'>): Result<EngineSection> {
  const flags: [string, string][] = []
  const retimed: Partial<Record<PoolName, Retiming>> = {}
  const identities: Partial<Record<WorkerType, JsonObject>> = {}
  const gpus: Partial<Record<WorkerType, number>> = {}
  // What is sent is the prefill engine's, and the same for both sides.
  let transferBytes: number | null = null
  for (const [role, value] of roles) {
    const worker = readWorker(role, value, {...context, transferBytes})
    if (!worker.ok) return worker
    const [args, count, pool] = FLAGS[role]
    const {launch, replicas, retiming, identity, gpusPerInstance} = worker.value
    transferBytes = worker.value.transferBytes
    flags.push([args, JSON.stringify(launch)], [count, String(replicas)])
    if (retiming !== null) retimed[pool] = retiming
    identities[role] = identity
    gpus[role] = gpusPerInstance
  }
  return ok({isDisagg: roles.length === 2, flags, retimed, identities, gpus})
}
