import {DEFAULT_BLOCK_SIZES} from '../config/engine/engine-args.ts'
import {checkField, type Field} from '../config/field.ts'
import type {FieldValue} from '../config/field-text.ts'
import type {PoolField} from '../config/pool-fields.ts'
import {formsOf, releaseOf} from '../config/releases/release-forms.ts'
import type {EngineArgs, PoolName, PoolSpec, Scenario, WorkerType} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'

/** `engine` = every pool. */
export type PoolChoice = 'engine' | 'prefill' | 'decode'

export interface EngineFieldPath {
  readonly pool: PoolChoice
  /** Key of the engine args; `sglang.KEY` for the options of that scheduler. */
  readonly path: string
}

/** Sets one engine arg of the pools chosen and checks their args anew. */
export function applyEngineField(
  scenario: Scenario,
  {pool, path}: EngineFieldPath,
  value: FieldValue,
): Result<Scenario> {
  const known = checkOwnField(engineFieldsOf(scenario), path, value)
  if (known !== null) return known
  const {fleet} = scenario
  if (fleet.topology === 'agg') {
    if (pool !== 'engine') return fail(`the fleet is aggregated and has no ${pool} pool; use engine.${path}`)
    const workers = withArg(scenario, {pool: fleet.workers, workerType: 'aggregated'}, path, value)
    return workers.ok ? ok({...scenario, fleet: {...fleet, workers: workers.value}}) : workers
  }
  const of = (workerType: 'prefill' | 'decode') =>
    pool === 'engine' || pool === workerType
      ? withArg(scenario, {pool: fleet[workerType], workerType}, path, value)
      : ok(fleet[workerType])
  const prefill = of('prefill')
  if (!prefill.ok) return prefill
  const decode = of('decode')
  if (!decode.ok) return decode
  return ok({...scenario, fleet: {...fleet, prefill: prefill.value, decode: decode.value}})
}

/** Sets one field of the planner config and checks the config anew. */
export function applyPlannerField(scenario: Scenario, key: string, value: FieldValue): Result<Scenario> {
  const {scaling} = scenario
  if (scaling.policy !== 'dynamo')
    return fail('this run has no planner; give it a planner config (--planner-config)')
  const {plannerFields, plannerValues, readPlanner} = formsOf(releaseOf(scenario))
  const known = checkOwnField(plannerFields, key, value)
  if (known !== null) return known
  const parsed = readPlanner({...plannerValues(scaling.config), [key]: value})
  if (!parsed.ok) return parsed
  const {phaseShiftS} = scaling
  const phase = phaseShiftS === undefined ? {} : {phaseShiftS}
  return ok({...scenario, scaling: {...parsed.value.scaling, ...phase}})
}

/** A knob may belong to the other release, or take values there that it does not take here. */
function checkOwnField(fields: readonly Field[], key: string, value: FieldValue): Problem | null {
  const field = fields.find(candidate => candidate.key === key)
  if (field === undefined) return fail(`${key} is no field of this Dynamo release`)
  const check = checkField(field, value)
  if (check.kind === 'ok') return null
  return fail(`${key} ${check.kind === 'out-of-range' ? check.message : `must be ${check.expected}`}`)
}

type Problem = ReturnType<typeof fail>

function engineFieldsOf(scenario: Scenario): readonly Field[] {
  const {engineFields, sglangFields} = formsOf(releaseOf(scenario))
  return [...engineFields, ...sglangFields.map(field => ({...field, key: `sglang.${field.key}`}))]
}

/** Sets one field of a pool besides its engine args. */
export function applyPoolField(
  scenario: Scenario,
  {pool, field}: {readonly pool: PoolName; readonly field: PoolField},
  value: number | null,
): Result<Scenario> {
  const {fleet} = scenario
  const {names} = field
  if (fleet.topology === 'agg') {
    if (pool !== 'agg') return fail(`the fleet is aggregated; use ${names.agg}`)
    return ok({...scenario, fleet: {...fleet, workers: field.write(fleet.workers, value)}})
  }
  if (pool === 'agg') return fail(`the fleet is disaggregated; use ${names.prefill} or ${names.decode}`)
  return ok({...scenario, fleet: {...fleet, [pool]: field.write(fleet[pool], value)}})
}

interface PoolPart {
  readonly pool: PoolSpec
  readonly workerType: WorkerType
}

function withArg(
  scenario: Scenario,
  {pool, workerType}: PoolPart,
  path: string,
  value: FieldValue,
): Result<PoolSpec> {
  const {engineTiming} = scenario
  const {engineValues, readEngine} = formsOf(releaseOf(scenario))
  const values = withValue(engineValues(pool.args, engineTiming), pool.args, path, value)
  const parsed = readEngine(values, {flag: 'engine args', workerType, engineTiming})
  return parsed.ok ? ok({...pool, args: parsed.value.args}) : parsed
}

function withValue(
  values: Record<string, FieldValue>,
  {block_size, engine_type}: EngineArgs,
  path: string,
  value: FieldValue,
): Record<string, FieldValue> {
  const changed = {...values, [path]: value}
  // A block size that is only the old engine's default gives way to the new one's: 64 tokens is no SGLang page.
  const isOldDefault = block_size === DEFAULT_BLOCK_SIZES[engine_type]
  if (path === 'engine_type' && value !== engine_type && isOldDefault) delete changed.block_size
  return changed
}
