import {checkField, type Field, type FieldShape, quoted} from '../config/field.ts'
import type {FieldValue} from '../config/field-text.ts'
import type {Release} from '../config/release.ts'
import {formsOf} from '../config/releases/release-forms.ts'
import type {Scenario} from '../config/scenario.ts'
import {suggestion} from '../core/nearest-key.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {applyEngineField, applyPlannerField, type PoolChoice} from './apply-field.ts'
import {SCHEDULE_KNOBS} from './knobs/schedule-knobs.ts'
import {STARTUP_KNOBS} from './knobs/startup-knobs.ts'
import {POLICY_KNOBS} from './policy-knobs.ts'
import {RUN_KNOBS, type RunKnob} from './run-knobs.ts'
import {TRAFFIC_KNOBS} from './traffic-knobs.ts'

/** A knob a sweep can turn: its dotted name, its table entry and what a value of it changes. */
export interface SweepKey {
  /** As the user wrote it: ids and result rows carry it. */
  readonly name: string
  /** The one spelling of this knob, to notice the same knob twice. */
  readonly path: string
  readonly label: string
  readonly help: string
  readonly unit: string | null
  readonly field: FieldShape
  readonly apply: (scenario: Scenario, value: FieldValue) => Result<Scenario>
}

/** `Start-up time, startup_time (s)`: what a knob is called in words, by its key and with its unit. */
export function titleOfKnob({label, name, unit}: SweepKey): string {
  return unit === null ? `${label}, ${name}` : `${label}, ${name} (${unit})`
}

const POOLS: readonly PoolChoice[] = ['engine', 'prefill', 'decode']

/** Which fleet the planner thinks it scales follows from the fleet. */
const NOT_SWEPT: ReadonlySet<string> = new Set([
  'mode',
  'ais_perf_model',
  'load_predictor_warmup_trace',
  'report_write_gzip_log',
])

/** The fields of both releases; where one takes more than the other, what it takes: the scenario's release decides. */
function ofBoth<F extends Field>(older: readonly F[], newer: readonly F[]): readonly F[] {
  const wider = older.map(field => newer.find(({key}) => key === field.key) ?? field)
  return [...wider, ...newer.filter(({key}) => !older.some(field => field.key === key))]
}

const OLDER = formsOf('1.2.1')
const NEWER = formsOf('1.6.1')
const asOption = (field: Field): Field => ({...field, key: `sglang.${field.key}`})
const ENGINE_KNOB_FIELDS = [
  ...ofBoth(OLDER.engineFields, NEWER.engineFields),
  ...ofBoth(OLDER.sglangFields, NEWER.sglangFields).map(asOption),
]
const PLANNER_KNOB_FIELDS = ofBoth(OLDER.plannerFields, NEWER.plannerFields).filter(
  ({key, use}) => !NOT_SWEPT.has(key) && use !== 'report',
)

const KNOBS: ReadonlyMap<string, RunKnob> = new Map(
  [
    ...RUN_KNOBS,
    ...POLICY_KNOBS,
    ...SCHEDULE_KNOBS,
    ...STARTUP_KNOBS,
    ...TRAFFIC_KNOBS,
    ...POOLS.flatMap(pool => engineKnobs(pool)),
    ...plannerKnobs(),
  ].map(knob => [knob.path, knob]),
)

/** Other spellings: a bare field means every engine or the planner, and the reference's aliases keep working. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ...PLANNER_KNOB_FIELDS.flatMap(({key, alias}) => [
    [key, `planner.${key}`] as const,
    ...(alias === null
      ? []
      : [[alias, `planner.${key}`] as const, [`planner.${alias}`, `planner.${key}`] as const]),
  ]),
  ...[...KNOBS.keys()]
    .filter(path => path.startsWith('engine.'))
    .map(path => [path.slice('engine.'.length), path] as const),
])

/** All knobs in the order of a form, as a release calls them. */
export function sweepKeys(release: Release): readonly SweepKey[] {
  return [...KNOBS.values()].map(knob => inWordsOf({...knob, name: knob.path}, release))
}

/** What 1.2.1 calls its own otherwise than 1.6.1, by path. */
const OLDER_WORDS: ReadonlyMap<string, RunKnob> = new Map(
  [...POOLS.flatMap(pool => engineKnobs(pool, OLDER.engineFields)), ...plannerKnobs(OLDER.plannerFields)].map(
    knob => [knob.path, knob],
  ),
)

/** A knob in the words of a release: what it is called, does, and is counted in may differ between them. */
export function inWordsOf(key: SweepKey, release: Release): SweepKey {
  const older = release === '1.2.1' ? OLDER_WORDS.get(key.path) : undefined
  return older === undefined ? key : {...key, label: older.label, help: older.help, unit: older.unit}
}

/**
 * `fewest replicas per pool (min_endpoint) 3`, `2 workers (num_workers)`: a value of a knob within a sentence.
 *
 * @param isBrief without its key
 */
export function tellKnob(name: string, value: FieldValue, release: Release, isBrief = false): string {
  const found = findSweepKey(name)
  if (!found.ok) return `${name} ${String(value)}`
  const key = isBrief ? '' : ` (${name.replace(/^(planner|engine)\./, '')})`
  const {label, unit} = inWordsOf(found.value, release)
  const counted = COUNTED.exec(label)
  if (counted !== null) return `${tellCount(value, counted)}${key}`
  const shown = `${key} ${String(value)}`.trimStart()
  // Acronyms stay as they are.
  const words = /^.[a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label
  // What is counted is not said twice.
  if (unit === null || words.split(' ').includes(unit)) return `${words} ${shown}`
  // One token, but ms and GPUs as they are.
  const units = value === 1 && /^[a-z]{3,}s$/.test(unit) ? unit.slice(0, -1) : unit
  return `${words} ${shown} ${units}`
}

/** A label that is what its number counts, with the pool behind it. */
const COUNTED = /^(Worker)s(?: \((\w+)\))?$/

/** `1 worker`, `2 prefill workers`. */
function tellCount(value: FieldValue, [, noun = '', pool = '']: RegExpExecArray): string {
  return `${String(value)} ${pool === '' ? '' : `${pool} `}${noun.toLowerCase()}${value === 1 ? '' : 's'}`
}

/** The knob a dotted or bare key names. */
export function findSweepKey(name: string): Result<SweepKey> {
  const knob = KNOBS.get(name) ?? KNOBS.get(ALIASES.get(name) ?? '')
  if (knob !== undefined) return ok({...knob, name})
  const shown = quoted(name)
  return fail(
    `${shown} is no knob of a sweep; write engine.FIELD, prefill.FIELD, decode.FIELD, planner.FIELD, policy.FIELD, router.FIELD or one ` +
      `of ${[...RUN_KNOBS, ...STARTUP_KNOBS].map(({path}) => path).join(', ')}${suggestion(name, [...KNOBS.keys(), ...ALIASES.keys()])}`,
    name.slice(0, 60),
  )
}

/** The scenario with the knob at this value, checked as if it had been given that way from the start. */
export function applySweepValue(scenario: Scenario, key: SweepKey, value: FieldValue): Result<Scenario> {
  const check = checkField(key.field, value)
  if (check.kind === 'out-of-range') return fail(`${key.name} ${check.message}`, key.name)
  if (check.kind === 'wrong-type')
    return fail(`${key.name} must be ${check.expected}, got ${quoted(value)}`, key.name)
  const applied = key.apply(scenario, value)
  return applied.ok ? applied : fail(`${key.name}=${String(value)}: ${applied.error.message}`, key.name)
}

function engineKnobs(pool: PoolChoice, fields: readonly Field[] = ENGINE_KNOB_FIELDS): RunKnob[] {
  return fields.map(field => ({
    path: `${pool}.${field.key}`,
    label: pool === 'engine' ? field.label : `${field.label} (${pool})`,
    help: field.help,
    unit: field.unit,
    field,
    apply: (scenario, value) => applyEngineField(scenario, {pool, path: field.key}, value),
  }))
}

function plannerKnobs(fields: readonly Field[] = PLANNER_KNOB_FIELDS): RunKnob[] {
  return fields.map(field => ({
    path: `planner.${field.key}`,
    label: field.label,
    help: field.help,
    unit: field.unit,
    field,
    apply: (scenario, value) => applyPlannerField(scenario, field.key, value),
  }))
}
