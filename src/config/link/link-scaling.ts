import {type FieldValue, formatFieldValue} from '../field-text.ts'
import {parsePlannerConfig} from '../planner/planner-config.ts'
import {PLANNER_FIELDS} from '../planner/planner-fields.ts'
import {plannerConfigWith} from '../presets.ts'
import {isOtherPolicy} from '../scaling/parse-scaling.ts'
import {
  type Fleet,
  type PlannerConfig,
  plannerOf,
  type Scaling,
  type Scenario,
  scalingBy,
} from '../scenario.ts'
import type {LinkPairs} from './link-pairs.ts'
import {decodePolicy, policyDifferences} from './link-policy.ts'
import type {Pair} from './query-string.ts'
import {settle} from './settle.ts'

/** Its phase is one of the scenario's own fields. */
export function decodeScaling(link: LinkPairs, base: Scenario, mode: Fleet['topology']): Scaling {
  const other = decodePolicy(link)
  if (other !== null) return other
  return scalingBy(decodePlanner(link, plannerOf(base), mode))
}

/** The mode is the fleet's, so it is not part of the planner's keys. */
const LINKED_PLANNER_FIELDS = PLANNER_FIELDS.filter(field => field.key !== 'mode')

export function scalingDifferences(before: Scenario, to: Scenario): readonly Pair[] {
  if (isOtherPolicy(to.scaling)) return policyDifferences(before, to.scaling)
  const from = plannerOf(before)
  const planner = plannerOf(to)
  if (planner === null) return from === null ? [] : [['planner', 'off']]
  const base = from ?? plannerConfigWith(to.fleet.topology, {})
  const pairs: Pair[] = from === null ? [['planner', 'on']] : []
  for (const field of LINKED_PLANNER_FIELDS) {
    const value = planner[field.key]
    if (value !== base[field.key])
      pairs.push([`planner.${field.key}`, formatFieldValue(field, value ?? null)])
  }
  return pairs
}

function decodePlanner(
  link: LinkPairs,
  base: PlannerConfig | null,
  mode: Fleet['topology'],
): PlannerConfig | null {
  const state = link.takeChoice('planner', base === null ? 'off' : 'on', ['on', 'off'] as const)
  const given = new Map<string, FieldValue>()
  for (const field of LINKED_PLANNER_FIELDS) {
    const value = link.takeField(`planner.${field.key}`, field)
    if (value !== undefined) given.set(field.key, value)
  }
  if (state === 'off') {
    for (const [key, value] of given) link.ignore(`planner.${key}`, String(value))
    return null
  }
  const from = base ?? plannerConfigWith(mode, {})
  const config = settle(link, 'planner.', given, fields => {
    const parsed = parsePlannerConfig({...from, ...Object.fromEntries(fields), mode})
    return parsed.ok ? {value: parsed.value.config} : {field: parsed.error.field ?? ''}
  })
  return config ?? {...from, mode}
}
