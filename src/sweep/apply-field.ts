import {DEFAULT_BLOCK_SIZES, parseEngineArgs} from '../config/engine/engine-args.ts'
import type {FieldValue} from '../config/field-text.ts'
import {parsePlannerConfig} from '../config/planner/planner-config.ts'
import {parsePlannerConfig16, withPlannerKey16} from '../config/planner/planner-config-1.6.ts'
import type {PoolField} from '../config/pool-fields.ts'
import {
  type EngineArgs,
  type PoolName,
  type PoolSpec,
  phaseShiftOf,
  plannerOf,
  type Scenario,
  scalingBy,
} from '../config/scenario.ts'
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
  const {fleet} = scenario
  if (fleet.topology === 'agg') {
    if (pool !== 'engine') return fail(`the fleet is aggregated and has no ${pool} pool; use engine.${path}`)
    const workers = withArg(fleet.workers, path, value)
    return workers.ok ? ok({...scenario, fleet: {...fleet, workers: workers.value}}) : workers
  }
  const prefill = pool === 'decode' ? ok(fleet.prefill) : withArg(fleet.prefill, path, value)
  if (!prefill.ok) return prefill
  const decode = pool === 'prefill' ? ok(fleet.decode) : withArg(fleet.decode, path, value)
  if (!decode.ok) return decode
  return ok({...scenario, fleet: {...fleet, prefill: prefill.value, decode: decode.value}})
}

/** Sets one field of the planner config and checks the config anew. */
export function applyPlannerField(scenario: Scenario, key: string, value: FieldValue): Result<Scenario> {
  const planner = plannerOf(scenario)
  if (planner === null) return fail('this run has no planner; give it a planner config (--planner-config)')
  const {scaling} = scenario
  if (scaling.policy === 'dynamo' && scaling.release === '1.6.1') {
    const changed = parsePlannerConfig16(withPlannerKey16(scaling.config, key, value))
    return changed.ok ? ok({...scenario, scaling: {...scaling, config: changed.value.config}}) : changed
  }
  const parsed = parsePlannerConfig({...planner, [key]: value})
  return parsed.ok
    ? ok({...scenario, scaling: scalingBy(parsed.value.config, phaseShiftOf(scenario))})
    : parsed
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

function withArg(pool: PoolSpec, path: string, value: FieldValue): Result<PoolSpec> {
  const parsed = parseEngineArgs(withValue(pool.args, path, value), {flag: 'engine args'})
  return parsed.ok ? ok({...pool, args: parsed.value.args}) : parsed
}

function withValue(args: EngineArgs, path: string, value: FieldValue): Record<string, unknown> {
  if (path.startsWith('sglang.')) {
    return {...args, sglang: {...args.sglang, [path.slice('sglang.'.length)]: value}}
  }
  const changed: Record<string, unknown> = {...args, [path]: value}
  // A block size that is only the old engine's default gives way to the new one's: 64 tokens is no SGLang page.
  const isOldDefault = args.block_size === DEFAULT_BLOCK_SIZES[args.engine_type]
  if (path === 'engine_type' && value !== args.engine_type && isOldDefault) delete changed.block_size
  return changed
}
