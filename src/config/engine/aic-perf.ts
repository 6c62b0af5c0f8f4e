import {isObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {checkField, type Field} from '../field.ts'
import {DEFAULT_SYSTEM} from '../gpus.ts'
import {FIRST_RELEASE} from '../release.ts'
import {
  type AicPerfConfig,
  plannerOf,
  type RouterConfig,
  type Scenario,
  type WorkerType,
} from '../scenario.ts'
import {parseTimingModel} from './release-1.6/timing-model.ts'

const shared = {group: 'router', advanced: false, unit: null} as const
const name = {type: 'text', nullable: false} as const

/**
 * The model that estimates prompts for the KV router (engine.md 8.8), in the order of a form. The keys are those of the
 * flags; the defaults are only where a form starts, since on the command line the first three must be given.
 */
export const AIC_PERF_FIELDS: readonly Field<keyof AicPerfConfig, 'router'>[] = [
  {
    ...shared,
    ...name,
    key: 'aic_backend',
    label: 'Estimate: backend',
    help: 'Serving engine whose GPU tables tell the router how long a prompt takes.',
    default: 'vllm',
  },
  {
    ...shared,
    ...name,
    key: 'aic_system',
    label: 'Estimate: GPU',
    help: 'GPU the router takes the instances to have; the engine timing is chosen apart from it.',
    default: DEFAULT_SYSTEM,
  },
  {
    ...shared,
    ...name,
    key: 'aic_model_path',
    label: 'Estimate: model',
    help: 'Model the router takes the instances to serve.',
    default: 'nvidia/Llama-3.1-8B-Instruct-FP8',
  },
  {
    ...shared,
    ...name,
    key: 'aic_backend_version',
    label: 'Estimate: version',
    help: 'Version of the backend; empty = measured, the one there are tables for.',
    advanced: true,
    nullable: true,
    default: null,
  },
  {
    ...shared,
    key: 'aic_tp_size',
    label: 'Estimate: TP',
    help: 'GPUs of one instance under tensor parallelism, as the router takes them.',
    type: 'integer',
    nullable: false,
    min: 1,
    max: 1024,
    default: 1,
  },
]

export const DEFAULT_AIC_PERF = Object.fromEntries(
  AIC_PERF_FIELDS.map(field => [field.key, field.default]),
) as unknown as AicPerfConfig

/** Reads values by key; what is absent is its default. */
export function parseAicPerf(given: Readonly<Record<string, unknown>>): Result<AicPerfConfig> {
  const config: Record<string, unknown> = {...DEFAULT_AIC_PERF}
  for (const field of AIC_PERF_FIELDS) {
    const value = given[field.key]
    if (value === undefined) continue
    const checked = checkField(field, value)
    const label = `--${field.key.replaceAll('_', '-')}`
    if (checked.kind === 'wrong-type') return fail(`${label} must be ${checked.expected}`, field.key)
    if (checked.kind === 'out-of-range') return fail(`${label} ${checked.message}`, field.key)
    config[field.key] = checked.value
  }
  return ok(config as unknown as AicPerfConfig)
}

/** Whether the KV router of a run estimates prompts: in planner runs 1.6.1's does, and 1.2.1's never. */
export function estimatesPrefill(scenario: Scenario): boolean {
  const {routerMode, routerConfig} = scenario
  return isHeard(scenario) && routerMode === 'kv_router' && wantsEstimate(routerConfig)
}

function isHeard(scenario: Scenario): boolean {
  return scenario.release === '1.6.1' || plannerOf(scenario) === null
}

/** The names of model and option that each release's messages use. */
const WORDS = {
  '1.2.1': {model: 'aic_perf_config (the --aic-* flags)', option: "router_prefill_load_model='aic'"},
  '1.6.1': {model: 'ais_perf_config', option: "router_prefill_load_model='ais'"},
} as const

/** The reference refuses every half of an estimate in a plain run; 1.2.1 passes over it in a planner run. */
export function checkAicPerf(scenario: Scenario): ReturnType<typeof fail> | null {
  const {release = FIRST_RELEASE, routerMode, routerConfig, aicPerf} = scenario
  if (!isHeard(scenario)) return null
  const {model, option} = WORDS[release]
  if (aicPerf === undefined) {
    if (!estimatesPrefill(scenario)) return null
    return fail(`${option} requires ${model}`, 'router.router_prefill_load_model')
  }
  if (routerMode !== 'kv_router') return fail(`${model} requires router_mode='kv_router'`, 'routerMode')
  if (wantsEstimate(routerConfig)) return null
  const what = release === '1.2.1' && routerConfig === undefined ? 'router_config with ' : ''
  return fail(`${model} requires ${what}${option}`, 'router.router_prefill_load_model')
}

function wantsEstimate(config: RouterConfig | undefined): boolean {
  return config?.router_prefill_load_model === 'aic'
}

/** The model of 1.6.1's `ais_perf_config`, as the engine args of that release name one. */
export function parseAisPerf(value: unknown): Result<AicPerfConfig> {
  const role = isObject(value) ? value.worker_type : undefined
  const identity = parseTimingModel({type: 'external', provider: 'ais', config: value}, role as WorkerType)
  if (!identity.ok) return fail(`--ais-perf-config: ${identity.error.message}`, 'router.aic_model_path')
  const {aic_moe_tp_size, aic_moe_ep_size, aic_attention_dp_size, ...args} = identity.value
  const spread = {
    moe_tp_size: aic_moe_tp_size,
    moe_ep_size: aic_moe_ep_size,
    attention_dp: aic_attention_dp_size,
  }
  const unsimulated = Object.entries(spread).find(([, size]) => (size ?? 1) !== 1)
  if (unsimulated !== undefined)
    return fail(
      `--ais-perf-config: ${unsimulated[0]} is known to 1.6.1 but not simulated here`,
      'router.aic_model_path',
    )
  const {aic_backend, aic_system, aic_model_path, aic_backend_version, aic_tp_size} = args
  return parseAicPerf({aic_backend, aic_system, aic_model_path, aic_backend_version, aic_tp_size})
}

/** The same as 1.6.1 is given it. */
export function aisPerfOf(config: AicPerfConfig): Readonly<Record<string, string | number>> {
  const {aic_model_path, aic_backend, aic_system, aic_backend_version, aic_tp_size} = config
  return {
    model: aic_model_path,
    backend: aic_backend,
    system: aic_system,
    worker_type: 'aggregated',
    ...(aic_backend_version === null ? {} : {backend_version: aic_backend_version}),
    ...(aic_tp_size === 1 ? {} : {tp: aic_tp_size}),
  }
}
