import {checkField} from '../config/field.ts'
import type {FieldValue} from '../config/field-text.ts'
import {plannerOf, type Scenario} from '../config/scenario.ts'
import {isObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {parseAxis, type SweepAxis} from '../sweep/axis.ts'
import {findSweepKey, type SweepKey} from '../sweep/keys.ts'
import {SCHEDULE_KNOB_PREFIX} from '../sweep/knobs/schedule-knobs.ts'
import {POLICY_KNOB_PREFIX, policyKnobPlaces} from '../sweep/policy-knobs.ts'

/** What may be chosen: knobs of the sweep, each with the values it may take. Every combination is a candidate. */
export interface SearchSpace {
  readonly knobs: readonly SweepAxis[]
}

/** Settings of one candidate by the knobs' one spelling; a knob that does not apply to it is left out. */
export type KnobValues = Readonly<Record<string, FieldValue>>

/** More than this cannot be told apart by a search of any budget one would wait for. */
const MOST_COMBINATIONS = 1e9

/** A space as JSON or YAML: `{"planner.min_endpoint": [1, 2, 3], "planner.ttft": {from: 500, to: 3000, step: 500}}`. */
export function parseSpaceText(
  text: string,
  parseText: (text: string) => Result<unknown>,
): Result<SearchSpace> {
  const parsed = parseText(text)
  return parsed.ok ? parseSpace(parsed.value) : fail(`the space is ${parsed.error.message}`, 'space')
}

export function parseSpace(given: unknown): Result<SearchSpace> {
  if (!isObject(given)) return fail('a space is an object of knobs and their values', 'space')
  const knobs: SweepAxis[] = []
  for (const [name, values] of Object.entries(given)) {
    const knob = readKnob(name, values)
    if (!knob.ok) return fail(`space: ${knob.error.message}`, 'space')
    if (knobs.some(({key}) => key.path === knob.value.key.path))
      return fail(`space: ${name} is named twice`, 'space')
    knobs.push(knob.value)
  }
  if (knobs.length === 0) return fail('the space names no knob', 'space')
  const space = {knobs}
  return sizeOf(space) > MOST_COMBINATIONS
    ? fail(`the space has ${sizeOf(space)} combinations, more than a search can choose among`, 'space')
    : ok(space)
}

/** Combinations, whether or not a run can take each of them. */
export function sizeOf({knobs}: SearchSpace): number {
  return knobs.reduce((product, {values}) => product * values.length, 1)
}

function readKnob(name: string, given: unknown): Result<SweepAxis> {
  const key = findSweepKey(name)
  if (!key.ok) return key
  if (Array.isArray(given)) return readList(key.value, given)
  if (isObject(given)) return readRange(name, given)
  return readList(key.value, [given])
}

function readList(key: SweepKey, given: readonly unknown[]): Result<SweepAxis> {
  const values: FieldValue[] = []
  for (const one of given) {
    // YAML 1.1 reads on and off as booleans; the planner's switch is spelt so.
    const isSwitch = key.field.type === 'choice' && typeof one === 'boolean'
    const check = checkField(key.field, isSwitch ? (one ? 'on' : 'off') : one)
    if (check.kind === 'wrong-type') return fail(`${key.name} must be ${check.expected}`)
    if (check.kind === 'out-of-range') return fail(`${key.name} ${check.message}`)
    if (values.includes(check.value)) return fail(`${key.name} has a value twice: ${String(one)}`)
    values.push(check.value)
  }
  return values.length === 0 ? fail(`${key.name} has no value`) : ok({key, values})
}

function readRange(name: string, given: Readonly<Record<string, unknown>>): Result<SweepAxis> {
  const {from, to, step, ...others} = given
  const [odd] = Object.keys(others)
  if (odd !== undefined || [from, to, step].some(part => typeof part !== 'number'))
    return fail(`${name} must be a list of values or {from, to, step}, three numbers`)
  return parseAxis(`${name}=${from}:${to}:${step}`)
}

/** The space as it is written to a file or a link: the one spelling of each knob and its values as a list. */
export function describeSpace({knobs}: SearchSpace): Readonly<Record<string, readonly FieldValue[]>> {
  return Object.fromEntries(knobs.map(({key, values}) => [key.path, values]))
}

/** Numbers in rising order, so that neighbours in a list are neighbours in effect; choices as they are given. */
export function orderedValues({key, values}: SweepAxis): readonly FieldValue[] {
  if (key.field.type !== 'integer' && key.field.type !== 'number') return values
  return [...values].sort(
    (a, b) => Number(a ?? Number.POSITIVE_INFINITY) - Number(b ?? Number.POSITIVE_INFINITY),
  )
}

/** Whether the order of the values means something. */
export function isOrdinal({key}: SweepAxis): boolean {
  return key.field.type === 'integer' || key.field.type === 'number'
}

/** Knobs that say who scales and who routes come first: whether the others apply depends on them. */
export function applyFirst({path}: SweepKey): boolean {
  return path === 'planner' || path === 'router_mode' || path === 'topology'
}

/** Whether a knob is of pools that a fleet of the other topology has not; only where the space chooses between them. */
export function isOfOtherTopology({path}: SweepKey, {fleet}: Scenario): boolean {
  const isOfTwo =
    /^(num_)?(prefill|decode)[._]/.test(path) || /^planner\.(prefill|decode)_min_endpoint$/.test(path)
  return fleet.topology === 'agg' ? isOfTwo : path === 'num_workers'
}

/** Whether a knob means anything in a scenario: a fleet without a planner has none of its settings. */
export function applies({path}: SweepKey, scenario: Scenario): boolean {
  if (path.startsWith('planner.') || path === 'planner_phase') return plannerOf(scenario) !== null
  if (path.startsWith(SCHEDULE_KNOB_PREFIX)) return scenario.scaling.policy === 'schedule'
  if (path.startsWith(POLICY_KNOB_PREFIX)) return policyKnobPlaces(scenario, path).length > 0
  return !path.startsWith('router.') || scenario.routerMode === 'kv_router'
}
