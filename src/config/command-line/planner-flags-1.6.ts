import {fail, ok, type Result} from '../../core/result.ts'
import {parsePlannerConfig16} from '../planner/planner-config-1.6.ts'
import type {Fleet, Scaling} from '../scenario.ts'

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
export function leastGpus(config: PlannerMinima, fleet: Fleet): number {
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
