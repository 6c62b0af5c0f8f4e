import {DEFAULT_ROUTER_CONFIG, parseRouterConfig} from '../config/engine/router-config.ts'
import {ROUTER_FIELDS} from '../config/engine/router-fields.ts'
import type {FieldValue} from '../config/field-text.ts'
import type {Scenario} from '../config/scenario.ts'
import {SYNTHETIC_FIELDS} from '../config/synthetic-fields.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {RunKnob} from './run-knobs.ts'

/** Knobs of the traffic and of the KV router. */
export const TRAFFIC_KNOBS: readonly RunKnob[] = [
  ...SYNTHETIC_FIELDS.map(field => ({
    path: field.key,
    label: field.label,
    help: field.help,
    unit: field.unit,
    field,
    apply: (scenario: Scenario, value: FieldValue) => applySynthetic(scenario, field.key, value),
  })),
  // What estimates prompts is no knob: it needs a model beside it.
  ...ROUTER_FIELDS.filter(({key}) => key !== 'router_prefill_load_model').map(field => ({
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
  return ok({...scenario, synthetic: {...synthetic, [key]: value}})
}

function applyRouter(scenario: Scenario, key: string, value: FieldValue): Result<Scenario> {
  const parsed = parseRouterConfig({...(scenario.routerConfig ?? DEFAULT_ROUTER_CONFIG), [key]: value})
  return parsed.ok ? ok({...scenario, routerConfig: parsed.value.config}) : parsed
}
