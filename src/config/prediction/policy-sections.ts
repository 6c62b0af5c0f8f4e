import type {JsonObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {WorkerType} from '../scenario.ts'
import {any, checkPositive, number, oneOf, readSection, type Shapes} from './read-section.ts'

/** `evaluation.sla`: bounds that the report counts by, and that a planner of target sla aims at. */
export interface SlaSection {
  readonly ttft_ms?: number
  readonly itl_ms?: number
  readonly e2e_ms?: number
}

export function readEvaluationSection(value: unknown): Result<SlaSection> {
  const evaluation = readSection('evaluation', value, {sla: any})
  if (!evaluation.ok) return evaluation
  const path = 'evaluation.sla'
  const sla = readSection(path, evaluation.value.sla, {ttft_ms: number, itl_ms: number, e2e_ms: number})
  if (!sla.ok) return sla
  const problem = checkPositive(path, sla.value, ['ttft_ms', 'itl_ms', 'e2e_ms'])
  if (problem !== null) return problem
  if (sla.value.e2e_ms !== undefined && Object.keys(sla.value).length > 1)
    return fail(`${path}: e2e_ms comes alone, without ttft_ms and itl_ms`, path)
  return ok(sla.value)
}

/** Keys that the planner's own config spells the same. */
const SAME_KEYS = [
  'enable_throughput_scaling',
  'enable_load_scaling',
  'throughput_adjustment_interval_seconds',
  'load_adjustment_interval_seconds',
  'max_throughput_scaling_replicas',
  'max_num_fpm_samples',
  'fpm_sample_bucket_size',
  'load_scaling_down_sensitivity',
  'load_min_observations',
  'load_predictor',
  'load_predictor_log1p',
  'prophet_window_size',
  'kalman_q_level',
  'kalman_q_trend',
  'kalman_r',
  'kalman_min_points',
] as const

/** And those it spells otherwise. */
export const PLANNER_KEYS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SAME_KEYS.map(key => [key, key])),
  target: 'optimization_target',
  max_num_gpus: 'max_gpu_budget',
  min_num_gpus: 'min_gpu_budget',
  min_workers: 'min_endpoint',
  prefill_min_workers: 'prefill_min_endpoint',
  decode_min_workers: 'decode_min_endpoint',
}

const PLANNER_SHAPES: Shapes = {
  policy: oneOf('disabled', 'enabled'),
  ...Object.fromEntries(Object.keys(PLANNER_KEYS).map(key => [key, any])),
}

/** Thresholds of target load, which a prediction does not let anybody choose. */
export const LOAD_THRESHOLDS = {
  prefill: {prefill_scale_up_queue_tokens: 1, prefill_scale_down_queue_tokens: 0},
  decode: {decode_scale_up_kv_rate: 90, decode_scale_down_kv_rate: 70},
} as const

export interface PlannerContext {
  readonly isDisagg: boolean
  readonly sla: SlaSection
  readonly gpus: Readonly<Partial<Record<WorkerType, number>>>
}

/** `planner` of a prediction as the planner's own config; null = nobody scales. */
export function readPlannerSection(
  value: unknown,
  {isDisagg, sla, gpus}: PlannerContext,
): Result<JsonObject | null> {
  const planner = readSection('planner', value, PLANNER_SHAPES)
  if (!planner.ok) return planner
  const {policy = 'disabled', target = 'throughput', ...rest} = planner.value
  if (policy === 'disabled') return ok(null)
  const own = Object.fromEntries(Object.entries(rest).map(([key, given]) => [PLANNER_KEYS[key]!, given]))
  const {enable_throughput_scaling: isThroughput = true} = own
  if (target === 'sla' && isThroughput !== false && (sla.ttft_ms === undefined || sla.itl_ms === undefined))
    return fail(
      'planner: throughput scaling needs evaluation.sla.ttft_ms and evaluation.sla.itl_ms',
      'evaluation.sla',
    )
  return ok({
    mode: isDisagg ? 'disagg' : 'agg',
    optimization_target: target,
    ...(isDisagg
      ? {prefill_engine_num_gpu: gpus.prefill, decode_engine_num_gpu: gpus.decode}
      : {decode_engine_num_gpu: gpus.aggregated}),
    ...(target === 'sla' ? targets(sla) : {}),
    ...(target === 'load' ? {...(isDisagg ? LOAD_THRESHOLDS.prefill : {}), ...LOAD_THRESHOLDS.decode} : {}),
    ...own,
  })
}

function targets({ttft_ms, itl_ms}: SlaSection): JsonObject {
  return {...(ttft_ms === undefined ? {} : {ttft_ms}), ...(itl_ms === undefined ? {} : {itl_ms})}
}

/** Keys of the KV router, as its own config spells them. */
export const ROUTER_KEYS: Readonly<Record<string, string>> = {
  overlap_score_credit: 'overlap_score_credit',
  prefill_load_scale: 'prefill_load_scale',
  temperature: 'router_temperature',
}

const ROUTER_SHAPES: Shapes = {
  policy: oneOf('round_robin', 'kv_router'),
  prefill_load_model: any,
  ...Object.fromEntries(Object.keys(ROUTER_KEYS).map(key => [key, number])),
}

/** `router` of a prediction as flags of the replay call. */
export function readRouterSection(
  value: unknown,
): Result<readonly (readonly [flag: string, value: string])[]> {
  const router = readSection('router', value, ROUTER_SHAPES)
  if (!router.ok) return router
  const {policy = 'round_robin', prefill_load_model, ...numbers} = router.value
  const model = readSection('router.prefill_load_model', prefill_load_model, {type: oneOf('none', 'ais')})
  if (!model.ok) return model
  if (model.value.type === 'ais')
    return fail(
      'router.prefill_load_model: ais is known to 1.6.1 but not simulated here',
      'router.prefill_load_model',
    )
  const [extra] = Object.keys(numbers)
  if (policy === 'round_robin')
    return extra === undefined ? ok([]) : fail(`router.${extra} is for policy kv_router`, `router.${extra}`)
  const wrong = Object.entries(numbers).find(([, own]) => !((own as number) >= 0))
  if (wrong !== undefined) return fail(`router.${wrong[0]} must not be negative`, `router.${wrong[0]}`)
  const config = Object.fromEntries(Object.entries(numbers).map(([key, own]) => [ROUTER_KEYS[key]!, own]))
  return ok([
    ['--router-mode', 'kv_router'],
    ['--router-config', JSON.stringify(config)],
  ])
}
