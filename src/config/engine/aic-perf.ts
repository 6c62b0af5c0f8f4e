import {fail, ok, type Result} from '../../core/result.ts'
import {checkField, type Field} from '../field.ts'
import {type AicPerfConfig, plannerOf, type RouterConfig, type Scenario} from '../scenario.ts'

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
    default: 'h200_sxm',
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

/** Whether the KV router of a run estimates prompts: the reference's planner runs never do. */
export function estimatesPrefill(scenario: Scenario): boolean {
  const {routerMode, routerConfig} = scenario
  return plannerOf(scenario) === null && routerMode === 'kv_router' && wantsEstimate(routerConfig)
}

/** The reference refuses every half of an estimate in a plain run, and passes over it in a planner run. */
export function checkAicPerf(scenario: Scenario): ReturnType<typeof fail> | null {
  const {routerMode, routerConfig, aicPerf} = scenario
  if (plannerOf(scenario) !== null) return null
  if (aicPerf === undefined) {
    if (!estimatesPrefill(scenario)) return null
    const message = "router_prefill_load_model='aic' requires aic_perf_config (the --aic-* flags)"
    return fail(message, 'router.router_prefill_load_model')
  }
  if (routerMode !== 'kv_router')
    return fail("aic_perf_config (the --aic-* flags) requires router_mode='kv_router'", 'routerMode')
  if (wantsEstimate(routerConfig)) return null
  const what = routerConfig === undefined ? 'router_config with ' : ''
  const message = `aic_perf_config (the --aic-* flags) requires ${what}router_prefill_load_model='aic'`
  return fail(message, 'router.router_prefill_load_model')
}

function wantsEstimate(config: RouterConfig | undefined): boolean {
  return config?.router_prefill_load_model === 'aic'
}
