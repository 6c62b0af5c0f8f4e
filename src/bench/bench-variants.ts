import type {AutoscalerName} from '../config/scaling/parse-policy-text.ts'
import {checkScaling} from '../config/scaling/parse-scaling.ts'
import {POLICY_WORDS} from '../config/scaling/policy-names.ts'
import type {Scenario} from '../config/scenario.ts'
import type {JsonObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {autoscaler} from './bench-autoscalers.ts'
import {plannerVariant} from './bench-planners.ts'
import type {BenchPolicy, BenchSettings} from './bench-policy.ts'
import {VARIED} from './parse-variants.ts'

/** A policy of each setting, in the order they are given. */
export function variantPolicies(base: Scenario, settings: BenchSettings): Result<readonly BenchPolicy[]> {
  const policies: BenchPolicy[] = []
  for (const kind of VARIED) {
    for (const [i, own] of (settings.variants[kind] ?? []).entries()) {
      const id = `${kind}-own-${i + 1}`
      const policy =
        kind === 'dynamo'
          ? plannerVariant(base, settings, {id, own})
          : kind === 'schedule'
            ? scheduleVariant(base, own, i + 1)
            : autoscalerVariant(base, kind, settings, own)
      if (!policy.ok) return fail(`settings ${i + 1} of ${kind}: ${policy.error.message}`, 'settings')
      policies.push({...policy.value, id})
    }
  }
  return ok(policies)
}

function scheduleVariant(base: Scenario, own: JsonObject, number: number): Result<BenchPolicy> {
  const scaling = {policy: 'schedule', config: own} as const
  const checked = checkScaling(scaling)
  if (!checked.ok) return checked
  const label = `schedule ${number} as given`
  // A schedule looks at nothing, so it has no phases.
  return ok({id: '', label, kind: 'own', scenario: {...base, scaling}, size: null, intervalS: null})
}

function autoscalerVariant(
  base: Scenario,
  kind: AutoscalerName,
  settings: BenchSettings,
  own: JsonObject,
): Result<BenchPolicy> {
  if (Object.entries(own).every(([key, value]) => TARGETS.has(key) && Number(value) > 0))
    return ok(autoscaler(base, kind, settings, own))
  const scaling = {policy: kind, config: own}
  const checked = checkScaling(scaling)
  if (!checked.ok) return checked
  const usual = autoscaler(base, kind, settings, {})
  return ok({...usual, label: `${POLICY_WORDS[kind].short} as given`, scenario: {...base, scaling}})
}

const TARGETS: ReadonlySet<string> = new Set(['waiting', 'running'])
