import {isObject, type JsonObject} from '../../../core/is-object.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import type {AicIdentity, EngineArgs, EngineTiming, WorkerType} from '../../scenario.ts'
import {type JsonShape, shapeProblem, unknownKeyProblem, wrongType} from './json-shape.ts'

export type TimingArgs = AicIdentity &
  Pick<
    EngineArgs,
    'planner_profile_data' | 'fixed_prefill_ms' | 'fixed_decode_ms' | 'prefill_context_parallel_size'
  > & {readonly timing: EngineTiming}

const NO_GPU = {
  planner_profile_data: null,
  aic_backend: null,
  aic_system: null,
  aic_model_path: null,
  aic_backend_version: null,
  aic_tp_size: null,
  aic_moe_tp_size: null,
  aic_moe_ep_size: null,
  aic_attention_dp_size: null,
} as const

const positive: JsonShape = {kind: 'unsigned', word: 'usize', nullable: true}
const text: JsonShape = {kind: 'text', nullable: true}

/** Of the estimator's config we know the keys that name a GPU, a model and how it is spread. */
const AIS_KEYS: Readonly<Record<string, JsonShape>> = {
  model: text,
  backend: text,
  system: text,
  worker_type: text,
  backend_version: text,
  tp: positive,
  pp: positive,
  attention_dp: positive,
  moe_tp_size: positive,
  moe_ep_size: positive,
  cp_size: positive,
  nextn: positive,
}

const PATH = 'invalid engine launch config: engine.timing_model'

/** `engine.timing_model` (engine-1.6.md 3.1): where pass times come from. */
export function parseTimingModel(value: unknown, workerType: WorkerType): Result<TimingArgs> {
  if (value === undefined) return ok({...NO_GPU, timing: 'polynomial'})
  if (!isObject(value))
    return refuse(`${PATH}: ${wrongType(value, 'internally tagged enum TimingModelConfig')}`)
  if (value.type === undefined) return refuse(`${PATH}: missing field \`type\``)
  const type = shapeProblem({kind: 'choice', choices: ['polynomial', 'fixed', 'external']}, value.type)
  if (type !== null) return refuse(`${PATH}.type: ${type}`)
  if (value.type === 'polynomial') return ok({...NO_GPU, timing: 'polynomial'})
  return value.type === 'fixed' ? parseFixed(value) : parseExternal(value, workerType)
}

function parseFixed(model: JsonObject): Result<TimingArgs> {
  const times: number[] = []
  for (const key of ['prefill_ms', 'decode_ms'] as const) {
    const given = model[key]
    if (given === undefined) return refuse(`${PATH}: missing field \`${key}\``)
    const problem = shapeProblem({kind: 'number'}, given)
    if (problem !== null) return refuse(`${PATH}.${key}: ${problem}`)
    if (!((given as number) >= 0))
      return refuse(
        `fixed ${key === 'prefill_ms' ? 'prefill' : 'decode'} latency must be finite and non-negative`,
      )
    times.push(given as number)
  }
  const [fixed_prefill_ms = 0, fixed_decode_ms = 0] = times
  return ok({...NO_GPU, timing: 'fixed', fixed_prefill_ms, fixed_decode_ms})
}

function parseExternal({provider, config}: JsonObject, workerType: WorkerType): Result<TimingArgs> {
  if (provider === undefined) return refuse(`${PATH}: missing field \`provider\``)
  if (provider === 'dynamo_profile') return parseProfile(config)
  if (provider === 'ais' || provider === 'aic') return parseAis(config, workerType)
  return refuse(`unsupported external timing provider ${JSON.stringify(provider)}`)
}

function parseProfile(config: unknown): Result<TimingArgs> {
  if (!isObject(config) || typeof config.path !== 'string') return refuse('missing field `path`')
  return ok({...NO_GPU, timing: 'profile', planner_profile_data: config.path})
}

function parseAis(config: unknown, workerType: WorkerType): Result<TimingArgs> {
  if (!isObject(config))
    return refuse(`invalid AIS performance config: ${wrongType(config, 'struct ForwardPassPerfModelConfig')}`)
  const where = `${PATH}.config.`
  const unknown = unknownKeyProblem(where, config, Object.keys(AIS_KEYS))
  if (unknown !== null) return refuse(unknown)
  for (const [key, shape] of Object.entries(AIS_KEYS)) {
    const problem = config[key] === undefined ? null : shapeProblem(shape, config[key])
    if (problem !== null) return refuse(`${where}${key}: ${problem}`)
  }
  const missing = ['model', 'system', 'backend', 'worker_type'].filter(key => typeof config[key] !== 'string')
  if (missing.length > 0) return refuse(`${PATH}.config: missing ${missing.join(', ')}`)
  if (config.worker_type !== workerType) return refuse('AIS worker_type must match engine role')
  const size = (key: string) => (config[key] ?? null) as number | null
  if ((size('pp') ?? 1) !== 1) return refuse(`engine launch supports only pp=1; got pp=${config.pp}`)
  if (size('tp') === 0) return refuse('tensor_parallel_size must be positive')
  if ((size('nextn') ?? 0) !== 0) return refuse(`${PATH}.config.nextn: speculative decoding is not simulated`)
  return ok({
    ...NO_GPU,
    timing: 'aic',
    aic_model_path: config.model as string,
    aic_system: config.system as string,
    aic_backend: config.backend as string,
    aic_backend_version: (config.backend_version ?? null) as string | null,
    aic_tp_size: size('tp') ?? 1,
    aic_moe_tp_size: size('moe_tp_size'),
    aic_moe_ep_size: size('moe_ep_size'),
    aic_attention_dp_size: size('attention_dp'),
    ...(size('cp_size') === null ? {} : {prefill_context_parallel_size: size('cp_size')!}),
  })
}

function refuse(message: string): ReturnType<typeof fail> {
  return fail(message, 'timing_model')
}
