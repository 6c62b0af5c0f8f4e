import {fail, ok, type Result} from '../../core/result.ts'
import {checkAicInterpolation} from '../checks/aic-interpolation.ts'
import {coerceLax} from '../checks/lax-coercion.ts'
import {listed, quoted} from '../field.ts'
import type {PlannerConfig} from '../scenario.ts'
import {plannerKeyAdvice} from './former-planner-keys.ts'
import {INERT_PLANNER_FIELDS, PLANNER_FIELDS, type PlannerField} from './planner-fields.ts'

export interface ParsedPlannerConfig {
  readonly config: PlannerConfig
  /** What the reference warns about, and what it passes over in silence. */
  readonly warnings: readonly string[]
}

/** What the reference uses for fields that are not given; not itself a config a replay could run (mode, flags). */
export const defaultPlannerConfig = Object.fromEntries(
  PLANNER_FIELDS.map(field => [field.key, field.default]),
) as unknown as PlannerConfig

/**
 * Planner config from parsed JSON or YAML (planner.md 1): as lenient about types as the reference, and with its
 * checks in its order. Beyond those it refuses values that would crash or hang the reference.
 */
export function parsePlannerConfig(value: unknown): Result<ParsedPlannerConfig> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(
      `The planner config should be a valid dictionary (a JSON object), got ${quoted(value)}.`,
      'planner',
    )
  }
  const given = new Map<string, unknown>(Object.entries(value))
  const fields = readFields(given)
  if (!fields.ok) return fields
  const hasInterpolation = given.get('aic_interpolation') != null
  const config = applyTarget(fields.value.config)
  const problem = firstProblem(config, fields.value)
  if (problem !== null) return problem
  const warnings = [
    ...unknownKeys(given),
    ...targetWarnings(config),
    ...sweepWarnings(config, hasInterpolation),
    ...inertNotes(given),
  ]
  return ok({config, warnings})
}

interface ReadFields {
  /** As given, before the target forces the scaling modes. */
  readonly config: PlannerConfig
  readonly environment: unknown
  readonly globalPlannerNamespace: unknown
}

function readFields(given: ReadonlyMap<string, unknown>): Result<ReadFields> {
  const values: Record<string, unknown> = {}
  for (const field of [...PLANNER_FIELDS, ...INERT_PLANNER_FIELDS]) {
    const key = givenKey(field, given)
    if (key === null) {
      values[field.key] = field.default
      continue
    }
    const raw = given.get(key)
    const coerced = coerceLax(shapeFor(field), raw)
    if (!coerced.ok)
      return fail(`planner.${key}: ${coerced.message}, got ${quoted(raw)}.`, fieldName(field.key))
    values[field.key] = coerced.value
  }
  const interpolation = checkAicInterpolation(given.get('aic_interpolation'))
  if (interpolation !== null) return interpolation
  const config = Object.fromEntries(PLANNER_FIELDS.map(field => [field.key, values[field.key]]))
  return ok({
    config: config as unknown as PlannerConfig,
    environment: values.environment,
    globalPlannerNamespace: values.global_planner_namespace,
  })
}

/** The longer spelling wins where both are given. */
function givenKey(field: PlannerField, given: ReadonlyMap<string, unknown>): string | null {
  if (field.alias !== null && given.has(field.alias)) return field.alias
  return given.has(field.key) ? field.key : null
}

/** The reference takes any text as a predictor's name and fails later, and only where one is needed. */
function shapeFor(field: PlannerField) {
  return field.key === 'load_predictor' ? ({type: 'text', nullable: false, default: null} as const) : field
}

/** The fixed thresholds of the other targets need load scaling, and know no throughput scaling. */
function applyTarget(config: PlannerConfig): PlannerConfig {
  if (config.optimization_target === 'sla') return config
  return {...config, enable_load_scaling: true, enable_throughput_scaling: false}
}

type Problem = ReturnType<typeof fail>
type Check = (config: PlannerConfig, fields: ReadFields) => Problem | null

/** The reference's checks in its order, then ours. */
const CHECKS: readonly Check[] = [
  checkTtft,
  checkReportInterval,
  checkBuckets,
  checkGlobalPlanner,
  checkScalingModes,
  checkSweepingMode,
  checkIntervals,
  checkMode,
  checkRanges,
  checkPredictor,
]

function firstProblem(config: PlannerConfig, fields: ReadFields): Problem | null {
  for (const check of CHECKS) {
    const problem = check(config, fields)
    if (problem !== null) return problem
  }
  return null
}

function refuse(key: string, sentence: string): Problem {
  return fail(`planner.${key}: ${sentence}.`, fieldName(key))
}

function checkTtft({ttft}: PlannerConfig): Problem | null {
  return ttft <= 0 ? refuse('ttft', `ttft_ms must be > 0, got ${ttft}`) : null
}

function checkReportInterval({report_interval_hours: hours}: PlannerConfig): Problem | null {
  if (hours === null || hours > 0) return null
  return refuse(
    'report_interval_hours',
    `report_interval_hours must be a positive finite number or null, got ${hours}`,
  )
}

function checkBuckets({fpm_sample_bucket_size: buckets}: PlannerConfig): Problem | null {
  const key = 'fpm_sample_bucket_size'
  if (buckets < 0) return refuse(key, `${key} must be a perfect square and not negative, got ${buckets}`)
  const root = Math.round(Math.sqrt(buckets))
  return root * root === buckets ? null : refuse(key, `${key} must be a perfect square, got ${buckets}`)
}

function checkGlobalPlanner(
  _: PlannerConfig,
  {environment, globalPlannerNamespace}: ReadFields,
): Problem | null {
  if (environment !== 'global-planner' || globalPlannerNamespace) return null
  const sentence = "global_planner_namespace is required when environment='global-planner'"
  return refuse('global_planner_namespace', sentence)
}

function checkScalingModes(config: PlannerConfig): Problem | null {
  if (config.enable_throughput_scaling || config.enable_load_scaling) return null
  return refuse(
    'enable_load_scaling',
    'At least one scaling mode must be enabled (enable_throughput_scaling or enable_load_scaling); ' +
      'load scaling is off by default',
  )
}

function checkSweepingMode(config: PlannerConfig): Problem | null {
  const {pre_deployment_sweeping_mode: mode, enable_throughput_scaling: isOn} = config
  if (!isOn || (mode !== null && mode !== 'none')) return null
  return refuse(
    'pre_deployment_sweeping_mode',
    "pre_deployment_sweeping_mode cannot be 'none' when enable_throughput_scaling is true",
  )
}

function checkIntervals(config: PlannerConfig): Problem | null {
  const {load_adjustment_interval: load, throughput_adjustment_interval: throughput} = config
  if (!config.enable_load_scaling || !config.enable_throughput_scaling || load < throughput) return null
  return refuse(
    'load_adjustment_interval',
    `load_adjustment_interval_seconds (${load}s) must be shorter than ` +
      `throughput_adjustment_interval_seconds (${throughput}s)`,
  )
}

function checkMode({mode}: PlannerConfig): Problem | null {
  if (mode === 'agg' || mode === 'disagg') return null
  return refuse('mode', `a replay supports mode 'agg' or 'disagg', got '${mode}'`)
}

/** Values with which the reference crashes or never ends. */
function checkRanges(config: PlannerConfig): Problem | null {
  for (const field of PLANNER_FIELDS) {
    const value = config[field.key]
    if (typeof value !== 'number' || (field.type !== 'integer' && field.type !== 'number')) continue
    if (value < field.min) return refuse(field.key, `must be at least ${field.min}, got ${value}`)
    if (value > field.max) return refuse(field.key, `must be at most ${field.max}, got ${value}`)
  }
  return null
}

function checkPredictor({optimization_target: target, load_predictor: name}: PlannerConfig): Problem | null {
  const field = PLANNER_FIELDS.find(({key}) => key === 'load_predictor')
  const choices = field?.type === 'choice' ? field.choices : []
  if (target !== 'sla' || choices.includes(name)) return null
  return refuse('load_predictor', `must be ${listed(choices)}, got ${quoted(name)}`)
}

/** All keys that may stand at the top of a config, both spellings. */
export const PLANNER_KEYS: ReadonlySet<string> = new Set([
  ...[...PLANNER_FIELDS, ...INERT_PLANNER_FIELDS].flatMap(({key, alias}) =>
    alias === null ? [key] : [key, alias],
  ),
  'aic_interpolation',
])

/** Settings that only 1.6.1 has and that do something in a replay. */
export const SETTINGS_OF_1_6 = [
  'max_throughput_scaling_replicas',
  'prefill_min_endpoint',
  'decode_min_endpoint',
  'prefill_scale_up_queue_tokens',
  'prefill_scale_down_queue_tokens',
  'decode_scale_up_kv_rate',
  'decode_scale_down_kv_rate',
  'speculative_nextn',
  'ais_perf_model',
  'report_write_gzip_log',
] as const

/** Keys that only 1.6.1 has. */
const NEWER_KEYS: ReadonlySet<string> = new Set([...SETTINGS_OF_1_6, 'scheduling', 'plugin_registration'])

/** The reference ignores them in silence, so a typo has no effect there. */
function unknownKeys(given: ReadonlyMap<string, unknown>): readonly string[] {
  const unknown = [...given.keys()].filter(key => !PLANNER_KEYS.has(key))
  const warnings = unknown.slice(0, 10).map(key => {
    if (NEWER_KEYS.has(key)) return `planner.${key} is a field of Dynamo 1.6.1; 1.2.1 ignores it.`
    return `planner.${key.slice(0, 60)} is not a planner field and is ignored${plannerKeyAdvice(key, PLANNER_KEYS)}.`
  })
  if (unknown.length > 10) warnings.push(`${unknown.length - 10} more unknown planner fields are ignored.`)
  return warnings
}

function targetWarnings({optimization_target: target, ttft, itl}: PlannerConfig): readonly string[] {
  if (target === 'sla' || (ttft === defaultPlannerConfig.ttft && itl === defaultPlannerConfig.itl)) return []
  return [
    `optimization_target=${target} ignores ttft_ms and itl_ms; set optimization_target to "sla" to scale by them.`,
  ]
}

function sweepWarnings(config: PlannerConfig, hasInterpolation: boolean): readonly string[] {
  const {enable_throughput_scaling: isOn, pre_deployment_sweeping_mode: mode} = config
  if (!isOn || mode !== 'rapid' || hasInterpolation) return []
  return [
    "pre_deployment_sweeping_mode='rapid' without aic_interpolation: harmless, a replay never runs that sweep.",
  ]
}

function inertNotes(given: ReadonlyMap<string, unknown>): readonly string[] {
  const keys = INERT_PLANNER_FIELDS.map(({key}) => key).filter(key => given.has(key))
  return keys.length === 0 ? [] : [`Without effect in a replay: ${keys.join(', ')}.`]
}

function fieldName(key: string): string {
  return `planner.${key}`
}
