import {assert} from '../../core/assert.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {FieldValue} from '../field-text.ts'
import {type ParsedPlannerConfig16, parsePlannerConfig16} from './planner-config-1.6.ts'
import type {PlannerField} from './planner-fields.ts'
import {defaultPlannerConfig16, PLANNER_FIELDS_16, SCALE_INTERVAL_FIELD} from './planner-fields-1.6.ts'
import {readScaleInterval} from './planner-nested-1.6.ts'
import type {PlannerConfig16} from './planner-shape-1.6.ts'

/** What is nested in a config of 1.6.1 stands beside the other fields in forms, links and sweeps: a value to a field. */
export const PLANNER_FORM_FIELDS_16: readonly PlannerField<keyof PlannerConfig16>[] = [
  ...PLANNER_FIELDS_16,
  {
    ...SCALE_INTERVAL_FIELD,
    help: 'Time between ticks (scheduling.scale_interval_seconds); divides both intervals. empty = computed, their greatest common divisor.',
    nullable: true,
    default: null,
  } as PlannerField<'scale_interval_seconds'>,
  {
    key: 'ais_perf_model',
    label: 'Estimates from GPU tables',
    help: 'JSON {"roles": {"aggregated": {"model": …, "system": …, "backend": …}}}: estimate by the tables and correct them, in place of learning from passes; empty = learn.',
    unit: null,
    advanced: true,
    alias: null,
    group: 'regression',
    use: 'sla',
    type: 'text',
    nullable: true,
    default: null,
  },
]

/** A config as the values of its fields; a cadence that follows from the intervals is empty. */
export function plannerValues16(config: PlannerConfig16): Record<string, FieldValue> {
  const {scale_interval_seconds, ais_perf_model, ...plain} = config
  const isUsual = usualInterval(plain) === scale_interval_seconds
  return {
    ...plain,
    scale_interval_seconds: isUsual ? null : scale_interval_seconds,
    ais_perf_model: ais_perf_model === null ? null : JSON.stringify(ais_perf_model),
  }
}

function usualInterval(plain: object): number | null {
  const usual = readScaleInterval(new Map<string, unknown>(Object.entries(plain)))
  return usual.ok ? usual.value : null
}

/** A config, as a file would give it, from the values of its fields. */
function plannerJsonOfValues16(
  values: Readonly<Record<string, FieldValue | undefined>>,
): Result<Record<string, unknown>> {
  const {scale_interval_seconds: cadence = null, ais_perf_model: model = null, ...plain} = values
  const scheduling = cadence === null ? {} : {scheduling: {scale_interval_seconds: cadence}}
  if (model === null) return ok({...plain, ...scheduling})
  try {
    return ok({...plain, ...scheduling, ais_perf_model: JSON.parse(String(model))})
  } catch (error) {
    return fail(`planner.ais_perf_model: no JSON: ${(error as Error).message}`, 'planner.ais_perf_model')
  }
}

export function readPlannerValues16(
  values: Readonly<Record<string, FieldValue | undefined>>,
): Result<ParsedPlannerConfig16> {
  const json = plannerJsonOfValues16(values)
  return json.ok ? parsePlannerConfig16(json.value) : json
}

/** A config as the JSON of a file: mode, target, and what differs from their defaults. */
export function plannerJson16(config: PlannerConfig16): Record<string, unknown> {
  const {mode, optimization_target} = config
  // Other targets than sla force the scaling modes.
  const forced =
    optimization_target === 'sla' ? {} : {enable_load_scaling: true, enable_throughput_scaling: false}
  const usual: Readonly<Record<string, unknown>> = {
    ...defaultPlannerConfig16,
    ...forced,
    scale_interval_seconds: null,
  }
  const changed = Object.entries(plannerValues16(config)).filter(([key, value]) => value !== usual[key])
  const json = plannerJsonOfValues16({...Object.fromEntries(changed), mode, optimization_target})
  assert(json.ok, 'what was read is JSON')
  // These two first, as readers expect them.
  return {mode, optimization_target, ...json.value}
}
