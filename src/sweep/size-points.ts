import type {EngineArgs, PoolSpec, Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {GridPoint} from './grid.ts'

/** KV blocks that an engine has room for beside its model; the host knows GPUs and models. */
export type SizeKv = (args: EngineArgs, scenario: Scenario) => Promise<Result<number>>

/**
 * The points with the KV cache that the engine of each has room for, in place of one that is the same for all: a larger GPU
 * is bought for its memory, too. Points timed otherwise than by GPU tables know no GPU and stay.
 */
export async function sizePoints(
  points: readonly GridPoint[],
  sizeKv: SizeKv,
): Promise<Result<readonly GridPoint[]>> {
  const known = new Map<string, Promise<Result<number>>>()
  const sized: GridPoint[] = []
  for (const point of points) {
    const scenario = await sizeScenario(point.scenario, args => {
      const key = JSON.stringify({...args, num_gpu_blocks: 0})
      const answer = known.get(key) ?? sizeKv(args, point.scenario)
      known.set(key, answer)
      return answer
    })
    if (!scenario.ok) return fail(`${point.id}: ${scenario.error.message}`, scenario.error.field)
    sized.push({...point, scenario: scenario.value})
  }
  return ok(sized)
}

async function sizeScenario(
  scenario: Scenario,
  size: (args: EngineArgs) => Promise<Result<number>>,
): Promise<Result<Scenario>> {
  const {fleet} = scenario
  if (scenario.engineTiming !== 'aic') return ok(scenario)
  if (fleet.topology === 'agg') {
    const workers = await sizePool(fleet.workers, size)
    return workers.ok ? ok({...scenario, fleet: {...fleet, workers: workers.value}}) : workers
  }
  const prefill = await sizePool(fleet.prefill, size)
  if (!prefill.ok) return prefill
  const decode = await sizePool(fleet.decode, size)
  if (!decode.ok) return decode
  return ok({...scenario, fleet: {...fleet, prefill: prefill.value, decode: decode.value}})
}

async function sizePool(
  pool: PoolSpec,
  size: (args: EngineArgs) => Promise<Result<number>>,
): Promise<Result<PoolSpec>> {
  const blocks = await size(pool.args)
  return blocks.ok ? ok({...pool, args: {...pool.args, num_gpu_blocks: blocks.value}}) : blocks
}
