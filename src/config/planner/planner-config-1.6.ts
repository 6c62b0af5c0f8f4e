import {fail, ok, type Result} from '../../core/result.ts'
import {coerceLax} from '../checks/lax-coercion.ts'
import {quoted} from '../field.ts'
import {checkPlanner16, plannerProblem} from './planner-checks-1.6.ts'
import {INERT_PLANNER_FIELDS_16, PLANNER_FIELDS_16, type PlannerKey16} from './planner-fields-1.6.ts'
import {isGivenObject, readAisPerfModel, readScaleInterval, refusePlugins} from './planner-nested-1.6.ts'
import {plannerNotes16} from './planner-notes-1.6.ts'
import type {PlannerConfig16} from './planner-shape-1.6.ts'

export interface ParsedPlannerConfig16 {
  readonly config: PlannerConfig16
  /** What the reference warns about, and what it passes over in silence. */
  readonly warnings: readonly string[]
}

/**
 * Planner config of 1.6.1 from parsed JSON or YAML: as lenient about types as the reference, with its checks in its order
 * and its messages. Beyond those it refuses what would crash or hang the reference, or what a replay here cannot do.
 */
export function parsePlannerConfig16(value: unknown): Result<ParsedPlannerConfig16> {
  if (!isGivenObject(value)) {
    const expected = 'Input should be a valid dictionary or instance of PlannerConfig'
    return fail(`The planner config: ${expected}, got ${quoted(value)}.`, 'planner')
  }
  if (Object.hasOwn(value, 'aic_perf_model')) return plannerProblem('aic_perf_model', RETIRED)
  const given = new Map<string, unknown>(Object.entries(value))
  const fields = readFields(given)
  if (!fields.ok) return fields
  const interval = readScaleInterval(given)
  if (!interval.ok) return interval
  const aisPerfModel = readAisPerfModel(given.get('ais_perf_model'))
  if (!aisPerfModel.ok) return aisPerfModel
  const plugins = refusePlugins(given)
  if (plugins !== null) return plugins

  const asGiven: PlannerConfig16 = {
    ...fields.value.config,
    scale_interval_seconds: interval.value,
    ais_perf_model: aisPerfModel.value,
  }
  const config = applyTarget(asGiven)
  const problem = checkPlanner16(config, fields.value.inert)
  if (problem !== null) return problem
  return ok({config, warnings: plannerNotes16({given, asGiven, config})})
}

const RETIRED =
  'aic_perf_model is no longer supported; use ais_perf_model.roles with canonical AISimulate configurations'

interface ReadFields {
  /** As given, before the target forces the scaling modes. */
  readonly config: Pick<PlannerConfig16, PlannerKey16>
  readonly inert: ReadonlyMap<string, unknown>
}

function readFields(given: ReadonlyMap<string, unknown>): Result<ReadFields> {
  const values = new Map<string, unknown>()
  for (const field of [...PLANNER_FIELDS_16, ...INERT_PLANNER_FIELDS_16]) {
    // The longer spelling wins where both are given.
    const key = field.alias !== null && given.has(field.alias) ? field.alias : field.key
    if (!given.has(key)) {
      values.set(field.key, field.default)
      continue
    }
    const raw = given.get(key)
    const coerced = coerceLax(field, raw)
    const message = coerced.ok ? rangeMessage(field.key, coerced.value) : coerced.message
    if (!coerced.ok || message !== null) return plannerProblem(key, `${message}, got ${quoted(raw)}`)
    values.set(field.key, coerced.value)
  }
  const config = Object.fromEntries(PLANNER_FIELDS_16.map(({key}) => [key, values.get(key)]))
  return ok({config: config as unknown as Pick<PlannerConfig16, PlannerKey16>, inert: values})
}

interface Range {
  readonly above?: number
  readonly atLeast?: number
  readonly atMost?: number
}

/** Ranges that the reference itself checks; others fail there in their own ways, or not at all. */
const RANGES: Readonly<Record<string, Range>> = {
  max_throughput_scaling_replicas: {above: 0},
  min_endpoint: {atLeast: 0},
  prefill_min_endpoint: {atLeast: 1},
  decode_min_endpoint: {atLeast: 1},
  control_api_port: {atLeast: 0, atMost: 65_535},
  prophet_window_size: {above: 0},
  load_adjustment_interval: {above: 0},
  max_num_fpm_samples: {above: 0},
  fpm_sample_bucket_size: {above: 0},
  load_scaling_down_sensitivity: {atLeast: 0, atMost: 100},
  prefill_scale_up_queue_tokens: {atLeast: 0},
  prefill_scale_down_queue_tokens: {atLeast: 0},
  decode_scale_up_kv_rate: {atLeast: 0, atMost: 100},
  decode_scale_down_kv_rate: {atLeast: 0, atMost: 100},
  speculative_nextn: {atLeast: 0},
  total_gpu_power_limit: {atLeast: 1},
  metric_pulling_prometheus_request_timeout_seconds: {above: 0},
}

function rangeMessage(key: string, value: number | string | boolean | null): string | null {
  const range = RANGES[key]
  if (range === undefined || typeof value !== 'number') return null
  const {above, atLeast, atMost} = range
  if (above !== undefined && !(value > above)) return `Input should be greater than ${above}`
  if (atLeast !== undefined && !(value >= atLeast))
    return `Input should be greater than or equal to ${atLeast}`
  if (atMost !== undefined && !(value <= atMost)) return `Input should be less than or equal to ${atMost}`
  return null
}

/** The thresholds of the other targets need load scaling, and know no throughput scaling. */
function applyTarget(config: PlannerConfig16): PlannerConfig16 {
  if (config.optimization_target === 'sla') return config
  return {...config, enable_load_scaling: true, enable_throughput_scaling: false}
}
