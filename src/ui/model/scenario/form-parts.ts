import {AIC_PERF_FIELDS} from '../../../config/engine/aic-perf.ts'
import {ENGINE_FIELDS, SGLANG_FIELDS, WORKER_TYPE_FIELD} from '../../../config/engine/engine-fields.ts'
import {ROUTER_FIELDS} from '../../../config/engine/router-fields.ts'
import type {Field} from '../../../config/field.ts'
import {OBJECTIVE_FIELDS} from '../../../config/objective.ts'
import {PLANNER_FIELDS} from '../../../config/planner/planner-fields.ts'
import {POOL_FIELDS} from '../../../config/pool-fields.ts'
import type {EngineArgs, Fleet, PoolSpec, SyntheticSpec} from '../../../config/scenario.ts'
import {SCENARIO_FIELDS, scenarioField} from '../../../config/scenario-fields.ts'
import {SYNTHETIC_FIELDS} from '../../../config/synthetic-fields.ts'
import type {Values} from '../../kit/form/draft.ts'

/** A pool of engines: the one of an aggregated fleet, or one of the two of a disaggregated fleet. */
export type PoolPart = 'engine' | 'prefill' | 'decode'
/** The parts of the form; a field is named `part.key`, as in links. */
export type FormPart = 'trace' | 'traffic' | PoolPart | 'router' | 'planner' | 'objective' | 'run'

/** Options of the other scheduler, named as in links and messages: they sit in an object of their own. */
const SGLANG_PREFIX = 'sglang.'
const SGLANG_OPTIONS: readonly Field[] = SGLANG_FIELDS.map(field => ({
  ...field,
  key: SGLANG_PREFIX + field.key,
}))

const POOL_PART_FIELDS: readonly Field[] = [
  ...POOL_FIELDS,
  WORKER_TYPE_FIELD,
  ...ENGINE_FIELDS,
  ...SGLANG_OPTIONS,
]

/** `mode` follows from the fleet. */
export const FIELDS_OF: Readonly<Record<FormPart, readonly Field[]>> = {
  trace: SCENARIO_FIELDS.filter(({group}) => group === 'trace'),
  traffic: SYNTHETIC_FIELDS,
  engine: POOL_PART_FIELDS,
  prefill: POOL_PART_FIELDS,
  decode: POOL_PART_FIELDS,
  router: [...ROUTER_FIELDS, ...AIC_PERF_FIELDS],
  planner: PLANNER_FIELDS.filter(field => field.key !== 'mode'),
  objective: OBJECTIVE_FIELDS,
  run: SCENARIO_FIELDS.filter(({group, only}) => group === 'run' && only === undefined),
}

/** What the router of a form in this state reads: the model behind its estimates only if it makes any. */
export function routerFieldsFor(form: {
  readonly hasPlanner: boolean
  draft(part: FormPart, key: string): unknown
}): readonly Field[] {
  const estimates = !form.hasPlanner && form.draft('router', 'router_prefill_load_model') === 'aic'
  return estimates ? FIELDS_OF.router : ROUTER_FIELDS
}

/** A pool as the values of its fields. */
export function valuesOfPool(pool: PoolSpec): Values {
  const sglang = Object.entries(pool.args.sglang ?? {}).map(([key, value]) => [SGLANG_PREFIX + key, value])
  const own = POOL_FIELDS.map(({key, read}) => [key, read(pool)])
  return {...pool.args, ...Object.fromEntries([...own, ...sglang])}
}

/** The other way round, the args being parsed. */
export function poolOf(values: Values, args: EngineArgs): PoolSpec {
  const pool: PoolSpec = {args, initialWorkers: 1, gpusPerInstance: null}
  return POOL_FIELDS.reduce((spec, {key, write}) => write(spec, values[key] as number | null), pool)
}

/** Engine args as JSON would give them. Options of a scheduler that is not chosen are left out. */
export function engineArgsOf(values: Values): Values {
  const entries = Object.entries(values).filter(([name]) => !POOL_FIELDS.some(({key}) => key === name))
  const own = entries.filter(([key]) => !key.startsWith(SGLANG_PREFIX))
  if (values.engine_type !== 'sglang') return Object.fromEntries(own)
  const options = entries
    .filter(([key, value]) => key.startsWith(SGLANG_PREFIX) && value !== null)
    .map(([key, value]) => [key.slice(SGLANG_PREFIX.length), value])
  const sglang = options.length === 0 ? {} : {sglang: Object.fromEntries(options)}
  return {...Object.fromEntries(own), ...sglang}
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
