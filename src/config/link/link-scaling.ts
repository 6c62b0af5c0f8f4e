import {assert} from '../../core/assert.ts'
import {type FieldValue, formatFieldValue} from '../field-text.ts'
import {formsOf, releaseOf} from '../releases/release-forms.ts'
import {isOtherPolicy} from '../scaling/parse-scaling.ts'
import type {DynamoScaling, Fleet, Scaling, Scenario} from '../scenario.ts'
import type {LinkPairs} from './link-pairs.ts'
import {decodePolicy, policyDifferences} from './link-policy.ts'
import type {Pair} from './query-string.ts'
import {settle} from './settle.ts'

type Described = Pick<Scenario, 'release' | 'scaling'>

/** Its phase is one of the scenario's own fields. */
export function decodeScaling(link: LinkPairs, base: Scenario, mode: Fleet['topology']): Scaling {
  const other = decodePolicy(link)
  if (other !== null) return other
  const from = valuesOf(base)
  const state = link.takeChoice('planner', from === null ? 'off' : 'on', ['on', 'off'] as const)
  const given = new Map<string, FieldValue>()
  for (const field of linkedFields(base)) {
    const value = link.takeField(`planner.${field.key}`, field)
    if (value !== undefined) given.set(field.key, value)
  }
  if (state === 'off') {
    for (const [key, value] of given) link.ignore(`planner.${key}`, String(value))
    return {policy: 'fixed'}
  }
  const {readPlanner, plannerValues} = formsOf(releaseOf(base))
  const start = from ?? plannerValues(usual(base, mode).config)
  const read = (fields: Readonly<Record<string, FieldValue>>) => readPlanner({...start, ...fields, mode})
  const scaling = settle(link, 'planner.', given, fields => {
    const parsed = read(Object.fromEntries(fields))
    return parsed.ok ? {value: parsed.value.scaling} : {field: parsed.error.field ?? ''}
  })
  return scaling ?? usual(base, mode)
}

/** The mode is the fleet's, so it is not part of the planner's keys. */
function linkedFields(scenario: Pick<Scenario, 'release'>) {
  return formsOf(releaseOf(scenario)).plannerFields.filter(({key}) => key !== 'mode')
}

export function scalingDifferences(before: Scenario, to: Scenario): readonly Pair[] {
  if (isOtherPolicy(to.scaling)) return policyDifferences(before, to.scaling)
  const from = valuesOf(before)
  const planner = valuesOf(to)
  if (planner === null) return from === null ? [] : [['planner', 'off']]
  const base = from ?? valuesOf({...to, scaling: usual(to, to.fleet.topology)}) ?? {}
  const pairs: Pair[] = from === null ? [['planner', 'on']] : []
  for (const field of linkedFields(to)) {
    const value = planner[field.key] ?? null
    if (value !== (base[field.key] ?? null))
      pairs.push([`planner.${field.key}`, formatFieldValue(field, value)])
  }
  return pairs
}

function valuesOf({release, scaling}: Described): Record<string, FieldValue> | null {
  if (scaling.policy !== 'dynamo') return null
  return formsOf(release ?? scaling.release).plannerValues(scaling.config)
}

/** Dynamo's planner with nothing said but the mode. */
function usual(scenario: Pick<Scenario, 'release'>, mode: Fleet['topology']): DynamoScaling {
  const parsed = formsOf(releaseOf(scenario)).readPlanner({mode})
  assert(parsed.ok, 'a planner config may say nothing but the mode')
  return parsed.value.scaling
}
