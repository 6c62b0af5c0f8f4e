import {isObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {parseTimingModel} from '../engine/release-1.6/timing-model.ts'
import type {AicIdentity, Fleet, Scenario, WorkerType} from '../scenario.ts'
import {parseJson} from './flags.ts'

const FLAG = '--performance-model-metadata'

/** The engines a planner's estimates are of, by role, as the reference's call takes them (planner-1.6.md 12). */
export function readBenchmarkModels(
  flags: ReadonlyMap<string, string>,
  {topology}: Fleet,
): Result<Pick<Scenario, 'benchmarkModels'>> {
  const text = flags.get(FLAG)
  if (text === undefined) return ok({})
  const json = parseJson(text)
  if (!json.ok || !isObject(json.value)) return fail(`${FLAG} must be a JSON object by role`, FLAG)
  const given = json.value
  const roleOf = (...names: string[]) => names.find(name => given[name] !== undefined) ?? null
  if (topology === 'agg') {
    const role = roleOf('aggregated', 'agg')
    if (role === null) return ok({})
    const identity = readIdentity(given[role], 'aggregated')
    return identity.ok ? ok({benchmarkModels: {prefill: identity.value, decode: identity.value}}) : identity
  }
  const missing = ['prefill', 'decode'].filter(role => given[role] === undefined)
  if (missing.length > 0) {
    const list = missing.map(role => `'${role}'`).join(', ')
    return fail(
      'disagg performance_model_metadata must provide AIS identities for both prefill and decode; missing ' +
        `[${list}]`,
      FLAG,
    )
  }
  const prefill = readIdentity(given.prefill, 'prefill')
  if (!prefill.ok) return prefill
  const decode = readIdentity(given.decode, 'decode')
  return decode.ok ? ok({benchmarkModels: {prefill: prefill.value, decode: decode.value}}) : decode
}

/** Provider and config, in the form an engine's own timing has. */
function readIdentity(value: unknown, role: WorkerType): Result<AicIdentity> {
  const timing = parseTimingModel(isObject(value) ? {type: 'external', ...value} : value, role)
  if (!timing.ok) return fail(`${FLAG}: ${timing.error.message}`, FLAG)
  if (timing.value.timing !== 'aic') return fail(`${FLAG}: the provider of ${role} must be ais`, FLAG)
  return timing
}
