import type {EngineArgs, PoolSpec, Scenario} from '../config/scenario.ts'
import {ok, type Result} from '../core/result.ts'
import type {ResolvedAicRequest} from '../perf/aic/request/request.ts'
import {computeEngineKvBlocks} from '../perf/engine-kv-blocks.ts'

/**
 * The scenario with the KV blocks that fit beside the model in a GPU's memory, for pools whose engine args name a model
 * and no capacity; the same scenario if there are none. Everything later then finds a number.
 * @param resolve what a pool's engine is: the host knows its models
 */
export function sizeKvCaches(
  scenario: Scenario,
  resolve: (args: EngineArgs) => Result<ResolvedAicRequest>,
): Result<Scenario> {
  const {fleet} = scenario
  if (fleet.topology === 'agg') {
    const workers = sizePool(fleet.workers, resolve)
    if (!workers.ok || workers.value === fleet.workers) return workers.ok ? ok(scenario) : workers
    return ok({...scenario, fleet: {...fleet, workers: workers.value}})
  }
  const prefill = sizePool(fleet.prefill, resolve)
  if (!prefill.ok) return prefill
  const decode = sizePool(fleet.decode, resolve)
  if (!decode.ok) return decode
  if (prefill.value === fleet.prefill && decode.value === fleet.decode) return ok(scenario)
  return ok({...scenario, fleet: {...fleet, prefill: prefill.value, decode: decode.value}})
}

function sizePool(
  pool: PoolSpec,
  resolve: (args: EngineArgs) => Result<ResolvedAicRequest>,
): Result<PoolSpec> {
  const {args} = pool
  if (args.estimates_num_gpu_blocks !== true) return ok(pool)
  const request = resolve(args)
  if (!request.ok) return request
  const blocks = computeEngineKvBlocks(request.value, {
    blockSize: args.block_size,
    maxNumBatchedTokens: args.max_num_batched_tokens,
    memoryFraction: memoryFractionOf(args, request.value),
    cudaGraphReservedBytes: args.cuda_graph_reserved_bytes ?? 0,
  })
  return blocks.ok ? ok({...pool, args: {...args, num_gpu_blocks: blocks.value}}) : blocks
}

/** Every backend has its own word for it, and reads no other. */
function memoryFractionOf(args: EngineArgs, {backend}: ResolvedAicRequest): number | null {
  const {gpu_memory_utilization, mem_fraction_static, free_gpu_memory_fraction} = args
  const given = {
    vllm: gpu_memory_utilization,
    sglang: mem_fraction_static,
    trtllm: free_gpu_memory_fraction,
  }
  return given[backend] ?? null
}
