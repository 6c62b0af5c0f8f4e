import {parseEngineArgs} from '../config/engine/engine-args.ts'
import type {FieldValue} from '../config/field-text.ts'
import {parsePlannerConfig} from '../config/planner/planner-config.ts'
import {
  type EngineArgs,
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
  const parsed = parsePlannerConfig({...planner, [key]: value})
  return parsed.ok
    ? ok({...scenario, scaling: scalingBy(parsed.value.config, phaseShiftOf(scenario))})
    : parsed
}

/** Initial instances of one pool. */
export function applyWorkers(
  scenario: Scenario,
  pool: 'workers' | 'prefill' | 'decode',
  initialWorkers: number,
): Result<Scenario> {
  const {fleet} = scenario
  if (fleet.topology === 'agg') {
    if (pool !== 'workers') return fail('the fleet is aggregated; use num_workers')
    return ok({...scenario, fleet: {...fleet, workers: {...fleet.workers, initialWorkers}}})
  }
  if (pool === 'workers') {
    return fail('the fleet is disaggregated; use num_prefill_workers or num_decode_workers')
  }
  return ok({...scenario, fleet: {...fleet, [pool]: {...fleet[pool], initialWorkers}}})
}

function withArg(pool: PoolSpec, path: string, value: FieldValue): Result<PoolSpec> {
  const parsed = parseEngineArgs(withValue(pool.args, path, value), {flag: 'engine args'})
  return parsed.ok ? ok({...pool, args: parsed.value.args}) : parsed
}

const DEFAULT_BLOCK_SIZES = {vllm: 64, sglang: 1, trtllm: 32} as const

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
