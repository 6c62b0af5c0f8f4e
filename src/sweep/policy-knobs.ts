import type {FieldShape} from '../config/field.ts'
import type {FieldValue} from '../config/field-text.ts'
import {checkScaling, isOtherPolicy} from '../config/scaling/parse-scaling.ts'
import {type PolicyField, policyFields, withValueAt} from '../config/scaling/policy-fields.ts'
import type {Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {RunKnob} from './run-knobs.ts'

/** What the paths of an autoscaler's knobs begin with. */
export const POLICY_KNOB_PREFIX = 'policy.'

interface PolicyKnob {
  readonly key: string
  readonly label: string
  readonly help: string
  readonly unit: string | null
  readonly field: FieldShape
  /** How the forms of HPA, KEDA and Knative call it. */
  readonly fields: readonly string[]
}

const replicas = {type: 'integer', nullable: false, min: 0, max: 100_000, default: 1} as const
const seconds = {type: 'integer', nullable: false, min: 0, max: 86_400, default: 0} as const
const target = {type: 'number', nullable: false, min: 0, max: 1e9, default: 1} as const

/** One name for what HPA, KEDA and Knative each call their own way; in every pool of the document. */
const POLICY_KNOB_LIST: readonly PolicyKnob[] = [
  {
    key: 'min_replicas',
    label: 'Fewest replicas',
    help: 'minReplicas of an HPA, minReplicaCount of KEDA, min-scale of Knative.',
    unit: 'replicas',
    field: replicas,
    fields: ['minReplicas', 'minReplicaCount', 'min-scale'],
  },
  {
    key: 'max_replicas',
    label: 'Most replicas',
    help: 'maxReplicas of an HPA, maxReplicaCount of KEDA, max-scale of Knative.',
    unit: 'replicas',
    field: {...replicas, min: 1},
    fields: ['maxReplicas', 'maxReplicaCount', 'max-scale'],
  },
  ...[1, 2, 3].map(i => ({
    key: `target_${i}`,
    label: `Target ${i}`,
    help: `What a replica is to have of metric ${i}; of Knative, which has one, in flight.`,
    unit: null,
    field: target,
    fields: i === 1 ? [`target_${i}`, 'target'] : [`target_${i}`],
  })),
  {
    key: 'scale_up_window',
    label: 'Scale-up window',
    help: 'Seconds of which the smallest wish counts (HPA, KEDA).',
    unit: 's',
    field: {...seconds, max: 3600},
    fields: ['scale_up_window'],
  },
  {
    key: 'scale_down_window',
    label: 'Scale-down window',
    help: 'Seconds of which the largest wish counts (HPA, KEDA); the scale-down delay of Knative.',
    unit: 's',
    field: {...seconds, max: 3600},
    fields: ['scale_down_window', 'scale-down-delay'],
  },
]

/** `policy.min_replicas` and the like. */
export const POLICY_KNOBS: readonly RunKnob[] = POLICY_KNOB_LIST.map(knob => ({
  path: `${POLICY_KNOB_PREFIX}${knob.key}`,
  label: knob.label,
  help: knob.help,
  unit: knob.unit,
  field: knob.field,
  apply: (scenario, value) => applyPolicyField(scenario, knob, value),
}))

/** Where a knob stands in an autoscaler's settings; none where it has no such setting. */
export function policyKnobPlaces(scenario: Scenario, path: string): readonly PolicyField[] {
  const knob = POLICY_KNOB_LIST.find(({key}) => `${POLICY_KNOB_PREFIX}${key}` === path)
  const {scaling} = scenario
  if (knob === undefined || !isOtherPolicy(scaling)) return []
  return policyFields(scaling).flatMap(({fields}) =>
    fields.filter(({field}) => knob.fields.includes(field.key)),
  )
}

function applyPolicyField(scenario: Scenario, knob: PolicyKnob, value: FieldValue): Result<Scenario> {
  const {scaling} = scenario
  if (!isOtherPolicy(scaling))
    return fail('this run is under no autoscaler; give it one (--policy hpa, keda or kpa)')
  const places = policyKnobPlaces(scenario, `${POLICY_KNOB_PREFIX}${knob.key}`)
  if (places.length === 0) return fail(`${scaling.policy} has no ${knob.label.toLowerCase()} here`)
  let {config} = scaling
  for (const {field, path} of places) {
    const written =
      field.type !== 'text' ? value : field.key === 'scale-down-delay' ? `${value}s` : String(value)
    config = withValueAt(config, path, written)
  }
  const changed = {...scaling, config}
  const checked = checkScaling(changed)
  return checked.ok ? ok({...scenario, scaling: changed}) : checked
}
