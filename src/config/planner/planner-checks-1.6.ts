import {fail} from '../../core/result.ts'
import type {AisRole, PlannerConfig16} from './planner-shape-1.6.ts'

export type PlannerProblem = ReturnType<typeof fail>

export function plannerProblem(key: string, sentence: string): PlannerProblem {
  return fail(`planner.${key}: ${sentence}${sentence.endsWith('.') ? '' : '.'}`, `planner.${key}`)
}

/** The reference's checks of the whole config in its order (planner-1.6.md 1.3), then ours. */
export function checkPlanner16(
  config: PlannerConfig16,
  inert: ReadonlyMap<string, unknown>,
): PlannerProblem | null {
  const problem =
    checkTtft(config) ??
    checkRoleMinima(config) ??
    checkReportInterval(config) ??
    checkBuckets(config) ??
    checkPower(config, inert) ??
    checkGlobalPlanner(inert) ??
    checkLoadThresholds(config) ??
    checkScalingModes(config) ??
    checkAisRoles(config) ??
    checkIntervals(config)
  return problem ?? checkMode(config) ?? checkObservations(config) ?? checkSizes(config)
}

function checkTtft({ttft}: PlannerConfig16): PlannerProblem | null {
  return ttft <= 0 ? plannerProblem('ttft', `ttft_ms must be > 0, got ${ttft}`) : null
}

function checkRoleMinima(config: PlannerConfig16): PlannerProblem | null {
  const {mode, prefill_min_endpoint: prefill, decode_min_endpoint: decode} = config
  if (mode === 'prefill' && decode !== null) {
    return plannerProblem('decode_min_endpoint', "decode_min_endpoint is not supported when mode='prefill'")
  }
  if (mode === 'decode' && prefill !== null) {
    return plannerProblem('prefill_min_endpoint', "prefill_min_endpoint is not supported when mode='decode'")
  }
  if (mode !== 'agg' || (prefill === null && decode === null)) return null
  return plannerProblem(
    prefill === null ? 'decode_min_endpoint' : 'prefill_min_endpoint',
    "prefill_min_endpoint and decode_min_endpoint are not supported when mode='agg'; use min_endpoint",
  )
}

function checkReportInterval({report_interval_hours: hours}: PlannerConfig16): PlannerProblem | null {
  if (hours === null || hours > 0) return null
  const sentence = 'report_interval_hours must be a positive finite number or None'
  return plannerProblem('report_interval_hours', sentence)
}

function checkBuckets({fpm_sample_bucket_size: buckets}: PlannerConfig16): PlannerProblem | null {
  const root = Math.round(Math.sqrt(buckets))
  if (root * root === buckets) return null
  return plannerProblem(
    'fpm_sample_bucket_size',
    `fpm_sample_bucket_size must be a perfect square, got ${buckets}`,
  )
}

/** In a replay nobody knows how many watts a replica takes, so even a complete power budget does nothing there. */
function checkPower({mode}: PlannerConfig16, inert: ReadonlyMap<string, unknown>): PlannerProblem | null {
  if (inert.get('enable_power_awareness') !== true) return null
  const needs = 'enable_power_awareness=True'
  if (inert.get('total_gpu_power_limit') === null) {
    return plannerProblem('total_gpu_power_limit', `total_gpu_power_limit is required when ${needs}`)
  }
  if (inert.get('environment') !== 'kubernetes') {
    return plannerProblem('enable_power_awareness', `${needs} requires environment='kubernetes'`)
  }
  if (mode !== 'agg') return null
  return plannerProblem('enable_power_awareness', `${needs} is not supported with mode='agg'`)
}

function checkGlobalPlanner(inert: ReadonlyMap<string, unknown>): PlannerProblem | null {
  if (inert.get('environment') !== 'global-planner' || inert.get('global_planner_namespace')) return null
  return plannerProblem(
    'global_planner_namespace',
    "global_planner_namespace is required when environment='global-planner'. " +
      'Please specify the namespace where GlobalPlanner is running',
  )
}

function checkLoadThresholds(config: PlannerConfig16): PlannerProblem | null {
  if (config.optimization_target !== 'load') return null
  const prefill = config.mode === 'disagg' || config.mode === 'prefill'
  const decode = config.mode !== 'prefill'
  return (
    (prefill
      ? checkThresholds(config, 'prefill_scale_up_queue_tokens', 'prefill_scale_down_queue_tokens')
      : null) ??
    (decode ? checkThresholds(config, 'decode_scale_up_kv_rate', 'decode_scale_down_kv_rate') : null)
  )
}

type Threshold =
  | 'prefill_scale_up_queue_tokens'
  | 'prefill_scale_down_queue_tokens'
  | 'decode_scale_up_kv_rate'
  | 'decode_scale_down_kv_rate'

function checkThresholds(config: PlannerConfig16, up: Threshold, down: Threshold): PlannerProblem | null {
  const [most, least] = [config[up], config[down]]
  if (most === null || least === null) {
    const role = up.startsWith('prefill') ? 'prefill' : 'decode'
    const sentence = `optimization_target='load' requires ${up} and ${down} for ${role} scaling`
    return plannerProblem(most === null ? up : down, sentence)
  }
  return most > least ? null : plannerProblem(up, `${up} must be greater than ${down}`)
}

function checkScalingModes(config: PlannerConfig16): PlannerProblem | null {
  if (config.enable_throughput_scaling || config.enable_load_scaling) return null
  return plannerProblem(
    'enable_load_scaling',
    'At least one scaling mode must be enabled (enable_throughput_scaling or enable_load_scaling); ' +
      'load scaling is off by default',
  )
}

const ROLES_OF_MODE: Record<PlannerConfig16['mode'], readonly AisRole[]> = {
  disagg: ['prefill', 'decode'],
  prefill: ['prefill'],
  decode: ['decode'],
  agg: ['aggregated'],
}

function checkAisRoles({mode, ais_perf_model: model}: PlannerConfig16): PlannerProblem | null {
  const missing = model === null ? undefined : ROLES_OF_MODE[mode].find(role => !(role in model.roles))
  if (missing === undefined) return null
  const sentence = `ais_perf_model.roles.${missing} is required for mode='${mode}'`
  return plannerProblem(`ais_perf_model.roles.${missing}`, sentence)
}

function checkIntervals(config: PlannerConfig16): PlannerProblem | null {
  const {load_adjustment_interval: load, throughput_adjustment_interval: throughput} = config
  const isOn = config.enable_throughput_scaling
  if (isOn && throughput <= 0) {
    const sentence = 'throughput_adjustment_interval_seconds must be > 0 when throughput scaling is enabled'
    return plannerProblem('throughput_adjustment_interval', sentence)
  }
  const intervals = isOn ? [load, throughput] : [load]
  if (!intervals.every(interval => isMultiple(interval, config.scale_interval_seconds))) {
    return plannerProblem(
      'scheduling.scale_interval_seconds',
      'scheduling.scale_interval_seconds must evenly divide load_adjustment_interval_seconds and, when ' +
        'throughput scaling is enabled, throughput_adjustment_interval_seconds',
    )
  }
  if (!isOn || !config.enable_load_scaling || load < throughput) return null
  return plannerProblem(
    'load_adjustment_interval',
    `load_adjustment_interval_seconds (${load}s) must be shorter than ` +
      `throughput_adjustment_interval_seconds (${throughput}s). ` +
      'Load-based scaling is the fast reactive loop; throughput-based is the slow predictive loop',
  )
}

function isMultiple(value: number, base: number): boolean {
  if (!(base > 0)) return false
  const ratio = value / base
  const whole = Math.round(ratio)
  return Math.abs(ratio - whole) <= Math.max(1e-9 * Math.max(Math.abs(ratio), Math.abs(whole)), 1e-9)
}

function checkMode({mode}: PlannerConfig16): PlannerProblem | null {
  if (mode === 'agg' || mode === 'disagg') return null
  const sentence = `planner-in-the-loop replay supports mode='agg' or 'disagg', got '${mode}'`
  return plannerProblem('mode', sentence)
}

/** The reference fails on these only when it builds its regressions. */
function checkObservations(config: PlannerConfig16): PlannerProblem | null {
  const {load_min_observations: fewest, max_num_fpm_samples: most} = config
  if (config.optimization_target !== 'sla') return null
  if (fewest < 1)
    return plannerProblem('load_min_observations', `min_observations must be >= 1, got ${fewest}`)
  if (fewest <= most) return null
  const sentence = `min_observations must be <= max_observations (max_num_fpm_samples), got ${fewest} > ${most}`
  return plannerProblem('load_min_observations', sentence)
}

/** More than this would only fill memory, or never end. */
const MOST_SAMPLES = 1_000_000
const LONGEST_S = 31_536_000

function checkSizes(config: PlannerConfig16): PlannerProblem | null {
  const limits = [
    ['max_num_fpm_samples', MOST_SAMPLES],
    ['fpm_sample_bucket_size', MOST_SAMPLES],
    ['prophet_window_size', MOST_SAMPLES],
    ['load_adjustment_interval', LONGEST_S],
    ['throughput_adjustment_interval', LONGEST_S],
    ['speculative_nextn', MOST_SAMPLES],
  ] as const
  for (const [key, most] of limits) {
    if (config[key] > most) return plannerProblem(key, `must be at most ${most}, got ${config[key]}`)
  }
  return null
}
