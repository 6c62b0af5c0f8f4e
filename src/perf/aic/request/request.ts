import {
  BACKEND_NAMES,
  type BackendName,
  backendVersion,
  DEFAULT_SYSTEM,
  SYSTEM_NAMES,
  SYSTEMS,
  type SystemName,
} from '../../../config/gpus.ts'
import type {Release} from '../../../config/release.ts'
import type {EngineArgs} from '../../../config/scenario.ts'
import {closest} from '../../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {findModelLike, sameModelNotice} from '../../models/catalogue.ts'
import type {ModelConfig} from '../../models/model-config.ts'
import {whyUnsupported} from '../../models/named-families.ts'
import type {AicRequest} from './aic-request.ts'
import {checkParallelism} from './parallelism.ts'

/** A request whose names and numbers are known to be good. */
export interface ResolvedAicRequest extends AicRequest {
  readonly system: SystemName
  readonly backend: BackendName
  readonly version: string
  /** What was changed on the way, in sentences for the user. */
  readonly notices: readonly string[]
}

type AicField =
  | 'aic_system'
  | 'aic_backend'
  | 'aic_backend_version'
  | 'aic_model_path'
  | 'aic_tp_size'
  | 'aic_moe_tp_size'
  | 'aic_moe_ep_size'
  | 'aic_attention_dp_size'
export type AicArgs = Pick<EngineArgs, AicField>

export const SYSTEM_ALIASES: Readonly<Record<string, SystemName>> = Object.fromEntries(
  SYSTEM_NAMES.flatMap(name => SYSTEMS[name].aliases.map(alias => [alias, name])),
)
export const BACKEND_ALIASES: Readonly<Record<string, BackendName>> = {
  'tensorrt-llm': 'trtllm',
  tensorrt_llm: 'trtllm',
}

/** Versions ai-dynamo 1.2.1 asks for on its own; their tables are no longer published. */
const OLD_DEFAULT_VERSIONS: Readonly<Record<BackendName, readonly string[]>> = {
  vllm: ['0.14.0'],
  sglang: ['0.5.6.post2', '0.14.0'],
  trtllm: ['0.14.0', '1.2.0rc5'],
}

/** Engine args -> request. Missing system and TP mean the reference's defaults, `DEFAULT_SYSTEM` and 1. */
export function resolveAicRequest(
  args: AicArgs,
  models: readonly ModelConfig[],
  release: Release,
): Result<ResolvedAicRequest> {
  if (args.aic_backend === null)
    return fail('aic_backend is not set: name vllm, sglang or trtllm', 'aic_backend')
  if (args.aic_model_path === null) return fail('aic_model_path is not set: name a model', 'aic_model_path')
  const model = findModelLike(models, args.aic_model_path)
  if (model === null) return fail(unknownModel(args.aic_model_path, models), 'aic_model_path')
  const notice = sameModelNotice(model, args.aic_model_path)
  const checked = checkAicRequest({
    release,
    system: args.aic_system ?? DEFAULT_SYSTEM,
    backend: args.aic_backend,
    version: args.aic_backend_version,
    model,
    tp: args.aic_tp_size ?? 1,
    moeTp: args.aic_moe_tp_size,
    moeEp: args.aic_moe_ep_size,
    attentionDp: args.aic_attention_dp_size,
  })
  if (!checked.ok || notice === null) return checked
  return ok({...checked.value, notices: [notice, ...checked.value.notices]})
}

/** Resolves aliases and refuses what has no tables, naming the nearest choice that has. */
export function checkAicRequest(request: AicRequest): Result<ResolvedAicRequest> {
  const named = checkNames(request)
  if (!named.ok) return named
  const parallelism = checkParallelism(request)
  return parallelism.ok ? named : parallelism
}

/** The part of the check that does not concern how the model is spread over GPUs. */
export function checkNames(request: AicRequest): Result<ResolvedAicRequest> {
  const system = resolveName(request.system, SYSTEM_NAMES, SYSTEM_ALIASES)
  if (system === null)
    return fail(unknown('GPU system', request.system, SYSTEM_NAMES, SYSTEM_ALIASES), 'aic_system')
  const backend = resolveName(request.backend, BACKEND_NAMES, BACKEND_ALIASES)
  if (backend === null)
    return fail(unknown('backend', request.backend, BACKEND_NAMES, BACKEND_ALIASES), 'aic_backend')
  const version = resolveVersion(request.version, system, backend)
  if (!version.ok) return version
  return ok({...request, system, backend, version: version.value.version, notices: version.value.notices})
}

/** Equal for requests that share one model: a key for caches of loaded models. */
export function aicRequestKey(request: AicRequest): string {
  const {release, system, backend, version, model, tp, moeTp, moeEp, attentionDp} = request
  return JSON.stringify([release, system, backend, version, model, tp, moeTp, moeEp, attentionDp])
}

function resolveVersion(
  requested: string | null,
  system: SystemName,
  backend: BackendName,
): Result<{version: string; notices: readonly string[]}> {
  const version = backendVersion(system, backend)
  if (requested === null || requested === '' || requested === 'current' || requested === version) {
    return ok({version, notices: []})
  }
  if (OLD_DEFAULT_VERSIONS[backend].includes(requested)) {
    const notice = `GPU tables of ${backend} ${requested} are no longer published; ${version} is used instead.`
    return ok({version, notices: [notice]})
  }
  return fail(
    `GPU tables of ${backend} ${requested} are not available; the nearest version is ${version}`,
    'aic_backend_version',
  )
}

function resolveName<T extends string>(
  given: string,
  names: readonly T[],
  aliases: Readonly<Record<string, T>>,
): T | null {
  const lower = given.trim().toLowerCase()
  return names.find(name => name === lower) ?? aliases[lower] ?? null
}

function unknown(
  what: string,
  given: string,
  names: readonly string[],
  aliases: Readonly<Record<string, string>>,
): string {
  const near = closest(given.toLowerCase(), [...Object.keys(aliases), ...names])
  return `unknown ${what} "${given}": did you mean ${aliases[near] ?? near}? Available: ${names.join(', ')}`
}

export function unknownModel(id: string, models: readonly ModelConfig[]): string {
  const family = familyOf(id)
  const relatives = models
    .map(model => model.id)
    .filter(known => family !== null && familyOf(known) === family)
  const nearest = relatives.length === 0 ? '' : ` the nearest known one is ${closest(id, relatives)};`
  const why = whyUnsupported(id)
  const told = why === null ? '' : ` ${why};`
  return `unknown model "${id}":${told}${nearest} any other needs its config.json (on the command line a path to it, or to its folder, is a model's name)`
}

/** Models of one family resemble each other; across families a similar name means nothing. */
const FAMILIES = [
  'llama',
  'qwen3',
  'deepseek',
  'gpt-oss',
  'mimo',
  'kimi-k2',
  'minimax-m2',
  'mixtral',
] as const

function familyOf(id: string): (typeof FAMILIES)[number] | null {
  const lower = id.toLowerCase()
  return FAMILIES.find(family => lower.includes(family)) ?? null
}
