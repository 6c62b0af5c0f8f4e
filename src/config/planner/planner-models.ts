import {fail, ok, type Result} from '../../core/result.ts'
import {aisIdentity} from '../engine/release-1.6/launch-config.ts'
import {parseTimingModel} from '../engine/release-1.6/timing-model.ts'
import type {AicIdentity, Scenario, WorkerType} from '../scenario.ts'
import {isGivenObject} from './planner-nested-1.6.ts'

type PlannerModels = NonNullable<Scenario['plannerModels']>

const ROLE_NAMES: Readonly<Record<string, WorkerType>> = {
  aggregated: 'aggregated',
  agg: 'aggregated',
  prefill: 'prefill',
  decode: 'decode',
}

/** By role, the model on a GPU that a planner's estimates start from, as 1.6.1's `performance_model_metadata` has it. */
export function parsePlannerModels(text: string): Result<PlannerModels> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return fail((error as Error).message)
  }
  if (!isGivenObject(value)) return fail('expected an object by role')
  const models: Partial<Record<WorkerType, AicIdentity>> = {}
  for (const [name, identity] of Object.entries(value)) {
    const role = ROLE_NAMES[name]
    if (role === undefined) return fail(`unknown role ${name}`)
    const config = isGivenObject(identity) && isGivenObject(identity.config) ? identity.config : identity
    const model = readIdentity(config, role)
    if (!model.ok) return fail(`${name}: ${model.error.message}`)
    models[role] = model.value
  }
  return ok(models)
}

/** An identity of a timing model, as engine args, planner configs and metadata write it. */
export function readIdentity(config: unknown, role: WorkerType): Result<AicIdentity> {
  const identity = isGivenObject(config) ? {worker_type: role, ...config} : config
  return parseTimingModel({type: 'external', provider: 'ais', config: identity}, role)
}

export function formatPlannerModels(models: PlannerModels): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(models).map(([role, model]) => [role, aisIdentity({...model}, role as WorkerType)]),
    ),
  )
}
