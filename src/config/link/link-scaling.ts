import {type FieldValue, formatFieldValue} from '../field-text.ts'
import {formatObjective, parseObjective} from '../objective.ts'
import {parsePlannerConfig} from '../planner/planner-config.ts'
import {PLANNER_FIELDS} from '../planner/planner-fields.ts'
import {plannerConfigWith} from '../presets.ts'
import {PLANNER_PHASE_FIELD} from '../repeat-fields.ts'
import {
  type Fleet,
  type PlannerConfig,
  phaseShiftOf,
  plannerOf,
  type Scaling,
  type Scenario,
  scalingBy,
} from '../scenario.ts'
import type {LinkPairs} from './link-pairs.ts'
import type {Pair} from './query-string.ts'
import {settle} from './settle.ts'

/** The phase is in no preset, so a link says it whole. */
export function decodeScaling(link: LinkPairs, base: Scenario, mode: Fleet['topology']): Scaling {
  const planner = decodePlanner(link, plannerOf(base), mode)
  return scalingBy(planner, link.takeNumber('planner-phase', 0, PLANNER_PHASE_FIELD))
}

/** In no preset either. */
export function decodeObjective(link: LinkPairs): Pick<Scenario, 'objective'> {
  const text = link.take('objective')
  if (text === null) return {}
  const objective = parseObjective(text)
  if (objective.ok) return {objective: objective.value}
  link.ignore('objective', text)
  return {}
}

/** The mode is the fleet's, so it is not part of the planner's keys. */
const LINKED_PLANNER_FIELDS = PLANNER_FIELDS.filter(field => field.key !== 'mode')

/** Planner, its phase, and the objective, as far as they differ. */
export function scalingDifferences(from: Scenario, to: Scenario): readonly Pair[] {
  const pairs = [...plannerDifferences(plannerOf(from), to)]
  if (phaseShiftOf(from) !== phaseShiftOf(to)) pairs.push(['planner-phase', String(phaseShiftOf(to))])
  if (to.objective !== undefined) pairs.push(['objective', formatObjective(to.objective)])
  return pairs
}

function plannerDifferences(from: PlannerConfig | null, to: Scenario): readonly Pair[] {
  const planner = plannerOf(to)
  if (planner === null) return from === null ? [] : [['planner', 'off']]
  const base = from ?? plannerConfigWith(to.fleet.topology, {})
  const pairs: Pair[] = from === null ? [['planner', 'on']] : []
  for (const field of LINKED_PLANNER_FIELDS) {
    const value = planner[field.key]
    if (value !== base[field.key]) pairs.push([`planner.${field.key}`, formatFieldValue(field, value)])
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
