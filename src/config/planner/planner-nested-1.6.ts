import {ok, type Result} from '../../core/result.ts'
import {coerceLax} from '../checks/lax-coercion.ts'
import {quoted} from '../field.ts'
import {type PlannerProblem, plannerProblem} from './planner-checks-1.6.ts'
import type {AisPerfModel, AisRole} from './planner-shape-1.6.ts'

const anyNumber = {
  type: 'number',
  nullable: false,
  min: -Number.MAX_VALUE,
  max: Number.MAX_VALUE,
  default: null,
} as const
const EXTRA = 'Extra inputs are not permitted'

export function isGivenObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const SCHEDULING_KEYS = new Set([
  'scale_interval_seconds',
  'tick_max_duration_seconds',
  'external_plugins',
  'gateway',
])

/**
 * Seconds from tick to tick: as given, or the greatest common divisor of the intervals in force (planner-1.6.md 1.4). The
 * reference computes it from the raw values, before it checks them.
 */
export function readScaleInterval(given: ReadonlyMap<string, unknown>): Result<number> {
  const scheduling = given.get('scheduling')
  if (scheduling !== undefined && scheduling !== null && !isGivenObject(scheduling)) {
    const expected = 'Input should be a valid dictionary or instance of SchedulingConfig'
    return plannerProblem('scheduling', `${expected}, got ${quoted(scheduling)}`)
  }
  for (const [key, raw] of Object.entries(scheduling ?? {})) {
    const path = `scheduling.${key}`
    if (!SCHEDULING_KEYS.has(key)) return plannerProblem(path, `${EXTRA}, got ${quoted(raw)}`)
    const problem = key.endsWith('_seconds') ? checkPositive(path, raw) : null
    if (problem !== null) return problem
  }
  const own = isGivenObject(scheduling) ? scheduling.scale_interval_seconds : undefined
  return ok(own === undefined ? commonInterval(given) : numberOf(own))
}

function checkPositive(path: string, raw: unknown): PlannerProblem | null {
  const coerced = coerceLax(anyNumber, raw)
  if (!coerced.ok) return plannerProblem(path, `${coerced.message}, got ${quoted(raw)}`)
  if (numberOf(coerced.value) > 0) return null
  return plannerProblem(path, `Input should be greater than 0, got ${quoted(raw)}`)
}

function commonInterval(given: ReadonlyMap<string, unknown>): number {
  const load = intervalOf(given, 'load_adjustment_interval', 5)
  const isOn = isTrueWord(given.get('enable_throughput_scaling') ?? true)
  if (!isOn || given.get('optimization_target') !== 'sla') return inWholeMs(load) / 1000
  const throughput = intervalOf(given, 'throughput_adjustment_interval', 180)
  return greatestCommonDivisor(inWholeMs(load), inWholeMs(throughput)) / 1000
}

function intervalOf(given: ReadonlyMap<string, unknown>, key: string, usual: number): number {
  return numberOf(given.get(`${key}_seconds`) ?? given.get(key) ?? usual)
}

/** Here a text is true only for these words, elsewhere for more. */
function isTrueWord(value: unknown): boolean {
  if (typeof value === 'string') return ['1', 'true', 'yes', 'on'].includes(value.toLowerCase())
  return Boolean(value)
}

function numberOf(value: unknown): number {
  const coerced = coerceLax(anyNumber, value)
  return coerced.ok && typeof coerced.value === 'number' ? coerced.value : Number.NaN
}

function inWholeMs(seconds: number): number {
  return Math.round(seconds * 1000)
}

function greatestCommonDivisor(a: number, b: number): number {
  let [big, small] = [Math.abs(a), Math.abs(b)]
  while (small > 0) [big, small] = [small, big % small]
  return big
}

const ROLES: readonly string[] = ['prefill', 'decode', 'aggregated'] satisfies AisRole[]

/** Whether each role's identity is one we have is for whoever builds the timing model to say. */
export function readAisPerfModel(value: unknown): Result<AisPerfModel | null> {
  if (value === undefined || value === null) return ok(null)
  const path = 'ais_perf_model'
  if (!isGivenObject(value)) {
    const expected = 'Input should be a valid dictionary or instance of AISPerfModelSpec'
    return plannerProblem(path, `${expected}, got ${quoted(value)}`)
  }
  const {roles} = value
  if (roles === undefined) return plannerProblem(`${path}.roles`, 'Field required')
  if (!isGivenObject(roles)) {
    return plannerProblem(`${path}.roles`, `Input should be a valid dictionary, got ${quoted(roles)}`)
  }
  for (const [role, identity] of Object.entries(roles)) {
    const problem = checkRole(role, identity)
    if (problem !== null) return problem
  }
  const extra = Object.keys(value).find(key => key !== 'roles')
  if (extra !== undefined) return plannerProblem(`${path}.${extra}`, `${EXTRA}, got ${quoted(value[extra])}`)
  return ok({roles: roles as AisPerfModel['roles']})
}

function checkRole(role: string, identity: unknown): PlannerProblem | null {
  const path = `ais_perf_model.roles.${role}`
  if (!ROLES.includes(role))
    return plannerProblem(path, "Input should be 'prefill', 'decode' or 'aggregated'")
  if (!isGivenObject(identity)) {
    return plannerProblem(path, `Input should be a valid dictionary, got ${quoted(identity)}`)
  }
  if ((identity.worker_type ?? role) !== role) {
    return plannerProblem(path, `AIS role '${role}' conflicts with worker_type`)
  }
  const missing = ['model', 'system', 'backend'].filter(key => identity[key] === undefined)
  if (missing.length === 0) return null
  return plannerProblem(path, `invalid AIS config for ${role}: missing ${missing.join(', ')}`)
}

const REGISTRATION_KEYS = new Set([
  'auth',
  'transport',
  'protocol_version_min',
  'protocol_version_max',
  'heartbeat_timeout_seconds',
  'heartbeat_missed_threshold',
  'in_process_plugins',
  'admin',
])

/** A replay has the three built-in plugins; any other would decide something we cannot. */
export function refusePlugins(given: ReadonlyMap<string, unknown>): PlannerProblem | null {
  const registration = given.get('plugin_registration')
  if (registration !== undefined && !isGivenObject(registration)) {
    const expected = 'Input should be a valid dictionary or instance of PluginRegistrationConfig'
    return plannerProblem('plugin_registration', `${expected}, got ${quoted(registration)}`)
  }
  for (const [key, raw] of Object.entries(registration ?? {})) {
    if (!REGISTRATION_KEYS.has(key)) {
      return plannerProblem(`plugin_registration.${key}`, `${EXTRA}, got ${quoted(raw)}`)
    }
  }
  const scheduling = given.get('scheduling')
  const external = isGivenObject(scheduling) ? scheduling.external_plugins : undefined
  const plugins = [
    ['scheduling.external_plugins', external],
    ['plugin_registration.in_process_plugins', registration?.in_process_plugins],
  ] as const
  for (const [path, list] of plugins) {
    if (list === undefined || (Array.isArray(list) && list.length === 0)) continue
    return plannerProblem(path, 'a replay here runs the three built-in plugins only')
  }
  return null
}
