import {AIC_PERF_FIELDS} from '../../../config/engine/aic-perf.ts'
import {WORKER_TYPE_FIELD} from '../../../config/engine/engine-fields.ts'
import type {Field} from '../../../config/field.ts'
import {OBJECTIVE_FIELDS} from '../../../config/objective.ts'
import {POOL_FIELDS} from '../../../config/pool-fields.ts'
import type {Release} from '../../../config/release.ts'
import {type FieldValues, formsOf, releaseOf} from '../../../config/releases/release-forms.ts'
import type {
  EngineArgs,
  Fleet,
  PoolSpec,
  Scenario,
  SyntheticSpec,
  WorkerType,
} from '../../../config/scenario.ts'
import type {ScenarioField} from '../../../config/scenario-field.ts'
import {SCENARIO_FIELDS, scenarioField} from '../../../config/scenario-fields.ts'
import type {Values} from '../../kit/form/draft.ts'

/** A pool of engines: the one of an aggregated fleet, or one of the two of a disaggregated fleet. */
export type PoolPart = 'engine' | 'prefill' | 'decode'
/** The parts of the form; a field is named `part.key`, as in links. */
export type FormPart = 'trace' | 'traffic' | PoolPart | 'router' | 'planner' | 'objective' | 'run'

/** Options of the other scheduler, named as in links and messages: they sit in an object of their own. */
const SGLANG_PREFIX = 'sglang.'

/** `mode` follows from the fleet, and so does what a pool of 1.6.1 is for. */
function fieldsIn(release: Release): Readonly<Record<FormPart, readonly Field[]>> {
  const forms = formsOf(release)
  const pool: readonly Field[] = [
    ...POOL_FIELDS,
    ...(release === '1.2.1' ? [WORKER_TYPE_FIELD] : []),
    ...forms.engineFields,
    ...forms.sglangFields.map(field => ({...field, key: SGLANG_PREFIX + field.key})),
  ]
  const own = ({only}: ScenarioField) => only === undefined || only === release
  return {
    trace: SCENARIO_FIELDS.filter(field => field.group === 'trace' && own(field)),
    traffic: forms.trafficFields,
    engine: pool,
    prefill: pool,
    decode: pool,
    router: [...forms.routerFields, ...AIC_PERF_FIELDS],
    planner: forms.plannerFields.filter(field => field.key !== 'mode'),
    objective: OBJECTIVE_FIELDS,
    run: SCENARIO_FIELDS.filter(field => field.group === 'run' && own(field)),
  }
}

const FIELDS: Readonly<Record<Release, ReturnType<typeof fieldsIn>>> = {
  '1.2.1': fieldsIn('1.2.1'),
  '1.6.1': fieldsIn('1.6.1'),
}

/** The form's fields as a release has them. */
export function fieldsOf(release: Release): Readonly<Record<FormPart, readonly Field[]>> {
  return FIELDS[release]
}

/** What the router of a form in this state reads: the model behind its estimates only if it makes any. */
export function routerFieldsFor(form: {
  readonly release: Release
  readonly hasPlanner: boolean
  draft(part: FormPart, key: string): unknown
}): readonly Field[] {
  // 1.2.1's planner runs estimate nothing.
  const isHeard = form.release === '1.6.1' || !form.hasPlanner
  const estimates = isHeard && form.draft('router', 'router_prefill_load_model') === 'aic'
  return estimates ? fieldsOf(form.release).router : formsOf(form.release).routerFields
}

/** A pool as the values of its fields. */
export function valuesOfPool(pool: PoolSpec, scenario: Pick<Scenario, 'release' | 'engineTiming'>): Values {
  const own = POOL_FIELDS.map(({key, read}) => [key, read(pool)])
  const args = formsOf(releaseOf(scenario)).engineValues(pool.args, scenario.engineTiming)
  return {...args, ...Object.fromEntries(own)}
}

/** The other way round, the args being parsed. */
export function poolOf(values: Values, args: EngineArgs): PoolSpec {
  const pool: PoolSpec = {args, initialWorkers: 1, gpusPerInstance: null}
  return POOL_FIELDS.reduce((spec, {key, write}) => write(spec, values[key] as number | null), pool)
}

/** Values of the engine args alone. Options of a scheduler that is not chosen are left out. */
export function engineValuesOf(values: Values): FieldValues {
  const isOption = (key: string) => key.startsWith(SGLANG_PREFIX)
  const entries = Object.entries(values).filter(
    ([name]) =>
      !POOL_FIELDS.some(({key}) => key === name) && (values.engine_type === 'sglang' || !isOption(name)),
  )
  return Object.fromEntries(entries) as FieldValues
}

/** What the engines of a part are for, where the fleet says it. */
export const WORKER_TYPES: Readonly<Record<PoolPart, WorkerType>> = {
  engine: 'aggregated',
  prefill: 'prefill',
  decode: 'decode',
}

export function poolParts(topology: Fleet['topology']): readonly PoolPart[] {
  return topology === 'agg' ? ['engine'] : ['prefill', 'decode']
}

/** What generated traffic starts from: a quarter of an hour at four requests a second. */
export const FIRST_TRAFFIC: SyntheticSpec = {
  input_tokens: 8000,
  output_tokens: 200,
  request_count: 3600,
  arrival_interval_ms: 250,
  turns_per_session: 1,
  shared_prefix_ratio: 0,
  num_prefix_groups: 0,
  inter_turn_delay_ms: 0,
}

/**
 * Where a problem of the whole scenario stands in the form; '.' = nowhere in particular, null = another part of the
 * page asks for it (the file of a profile).
 */
export function formFieldOf(field: string, topology: Fleet['topology']): string | null {
  const [first] = poolParts(topology)
  switch (field) {
    case 'routerMode':
      return 'router_mode'
    case 'planner_profile_data':
      return null
    case 'objective':
      return 'objective.share'
    case 'dp_size':
    case 'aic_model_path':
      return `${first}.${field}`
    case 'prefill.worker_type':
    case 'decode.worker_type':
    case 'decode.block_size':
    case 'router.router_prefill_load_model':
      return field
    default:
      return placeOf(field) ?? '.'
  }
}

/** A field of the scenario or of a pool, by its name in problems. */
function placeOf(name: string): string | null {
  const own = scenarioField(name)
  if (own !== null) return own.group === 'picked' ? null : `${own.group}.${name}`
  for (const {key, names} of POOL_FIELDS) {
    if (name === names.agg) return `engine.${key}`
    if (name === names.prefill) return `prefill.${key}`
    if (name === names.decode) return `decode.${key}`
  }
  return null
}
