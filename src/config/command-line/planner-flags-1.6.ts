import {fail, ok, type Result} from '../../core/result.ts'
import {parseTimingModel} from '../engine/release-1.6/timing-model.ts'
import {parsePlannerConfig16} from '../planner/planner-config-1.6.ts'
import {isGivenObject} from '../planner/planner-nested-1.6.ts'
import type {AicArgsOfPlanner, Fleet, Scaling, Scenario, WorkerType} from '../scenario.ts'
import {parseJson} from './flags.ts'

/** Who scales under `--dynamo 1.6.1`: its planner, by its own config, or nobody. */
export function readPlanner16(config: unknown, fleet: Fleet, notices: string[]): Result<Scaling> {
  if (config === undefined) return ok({policy: 'fixed'})
  const parsed = parsePlannerConfig16(config)
  if (!parsed.ok) return fail(`--planner-config: ${parsed.error.message}`, parsed.error.field)
  notices.push(...parsed.value.warnings)
  const own = parsed.value.config
  if (own.mode !== fleet.topology) {
    return own.mode === 'disagg'
      ? fail('disagg planner replay requires prefill and decode engine arguments', 'planner.mode')
      : fail(`planner mode '${own.mode}' does not fit a disaggregated fleet`, 'planner.mode')
  }
  const gpus = fleet.topology === 'agg' ? gpusOf(fleet.workers) : gpusOf(fleet.prefill) + gpusOf(fleet.decode)
  const least = leastGpus(own, fleet)
  if (own.max_gpu_budget >= 0 && least > own.max_gpu_budget && gpus > 0) {
    return fail(
      `planner.max_gpu_budget: ${own.max_gpu_budget} GPUs are less than the fewest replicas need (${least}); the ` +
        'reference would take all replicas away and never end.',
      'planner.max_gpu_budget',
    )
  }
  return ok({policy: 'dynamo', release: '1.6.1', config: own})
}

type PlannerMinima = {
  readonly min_endpoint: number
  readonly prefill_min_endpoint: number | null
  readonly decode_min_endpoint: number | null
}

/** GPUs of the smallest fleet the config allows. */
function leastGpus(config: PlannerMinima, fleet: Fleet): number {
  const fewest = (own: number | null) => own ?? config.min_endpoint
  if (fleet.topology === 'agg') return fewest(config.decode_min_endpoint) * gpusOf(fleet.workers)
  return (
    fewest(config.prefill_min_endpoint) * gpusOf(fleet.prefill) +
    fewest(config.decode_min_endpoint) * gpusOf(fleet.decode)
  )
}

function gpusOf({
  args,
}: {
  readonly args: {readonly tensor_parallel_size?: number; readonly dp_size: number}
}): number {
  return (args.tensor_parallel_size ?? 1) * Math.max(args.dp_size, 1)
}

const ROLE_NAMES: Readonly<Record<string, WorkerType>> = {
  aggregated: 'aggregated',
  agg: 'aggregated',
  prefill: 'prefill',
  decode: 'decode',
}

/** `--performance-model-metadata`: by role, the model on a GPU that a planner's estimates start from. */
export function readPlannerModels(text: string | undefined): Result<Pick<Scenario, 'plannerModels'>> {
  if (text === undefined) return ok({})
  const flag = '--performance-model-metadata'
  const json = parseJson(text)
  if (!json.ok) return fail(`${flag}: ${json.error.message}`, flag)
  if (!isGivenObject(json.value)) return fail(`${flag}: expected an object by role`, flag)
  const models: Partial<Record<WorkerType, AicArgsOfPlanner>> = {}
  for (const [name, identity] of Object.entries(json.value)) {
    const role = ROLE_NAMES[name]
    if (role === undefined) return fail(`${flag}: unknown role ${name}`, flag)
    const config = isGivenObject(identity) && isGivenObject(identity.config) ? identity.config : identity
    const model = readIdentity(config, role)
    if (!model.ok) return fail(`${flag}.${name}: ${model.error.message}`, flag)
    models[role] = model.value
  }
  return ok({plannerModels: models})
}

/** An identity of a timing model, as engine args, planner configs and metadata write it. */
export function readIdentity(config: unknown, role: WorkerType): Result<AicArgsOfPlanner> {
  const identity = isGivenObject(config) ? {worker_type: role, ...config} : config
  return parseTimingModel({type: 'external', provider: 'ais', config: identity}, role)
}
