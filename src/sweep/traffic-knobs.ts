import type {FieldValue} from '../config/field-text.ts'
import {formsOf, releaseOf} from '../config/releases/release-forms.ts'
import type {Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {RunKnob} from './run-knobs.ts'

/** Knobs of the traffic and of the KV router. */
export const TRAFFIC_KNOBS: readonly RunKnob[] = [
  ...formsOf('1.6.1').trafficFields.map(field => ({
    path: field.key,
    label: field.label,
    help: field.help,
    unit: field.unit,
    field,
    apply: (scenario: Scenario, value: FieldValue) => applySynthetic(scenario, field.key, value),
  })),
  // 1.6.1 has all of 1.2.1's; what estimates prompts is no knob, since it needs a model beside it.
  ...formsOf('1.6.1').routerFields.map(field => ({
    path: `router.${field.key}`,
    label: field.label,
    help: field.help,
    unit: field.unit,
    field,
    apply: (scenario: Scenario, value: FieldValue) => applyRouter(scenario, field.key, value),
  })),
]

function applySynthetic(scenario: Scenario, key: string, value: FieldValue): Result<Scenario> {
  const {synthetic} = scenario
  if (synthetic === undefined) {
    return fail('this run replays a trace; give --input-tokens, --output-tokens and --request-count')
  }
  const {trafficFields, readTraffic} = formsOf(releaseOf(scenario))
  if (!trafficFields.some(field => field.key === key))
    return fail(`${key} is no field of this Dynamo release`)
  const changed = readTraffic({...synthetic, [key]: value})
  return changed.ok ? ok({...scenario, synthetic: changed.value}) : changed
}

function applyRouter(scenario: Scenario, key: string, value: FieldValue): Result<Scenario> {
  const {defaultRouter, readRouter} = formsOf(releaseOf(scenario))
  if (!Object.hasOwn(defaultRouter, key)) return fail(`${key} is no field of this Dynamo release`)
  const parsed = readRouter({...(scenario.routerConfig ?? defaultRouter), [key]: value})
  return parsed.ok ? ok({...scenario, routerConfig: parsed.value.config}) : parsed
}
