import type {BackendName} from '../config/gpus.ts'
import {ok, type Result} from '../core/result.ts'
import type {AicRequest} from './aic/request/aic-request.ts'
import {checkAicRequest} from './aic/request/request.ts'
import {computeKvCapacity, DEFAULT_MEMORY_FRACTION, memoryFractionKind} from './kv-capacity.ts'

/** What engine args of 1.6 say about memory. */
export interface EngineMemory {
  /** `block_size`; null = the backend's default. */
  readonly blockSize: number | null
  /** `max_num_batched_tokens`; null = 8,192 for this estimate. */
  readonly maxNumBatchedTokens: number | null
  /**
   * `gpu_memory_utilization`, `mem_fraction_static` or `free_gpu_memory_fraction`, whichever the backend has; null = its
   * default.
   */
  readonly memoryFraction: number | null
  readonly cudaGraphReservedBytes: number
}

/**
 * KV blocks of one attention rank of an engine that names a model and no `num_gpu_blocks` (engine-1.6.md 12). The
 * engine itself knows no memory: whoever reads its args asks this, once.
 */
export function computeEngineKvBlocks(request: AicRequest, memory: EngineMemory): Result<number> {
  const resolved = checkAicRequest(request)
  if (!resolved.ok) return resolved
  const {backend, release} = resolved.value
  const capacity = computeKvCapacity(resolved.value, {
    maxNumTokens: memory.maxNumBatchedTokens ?? DEFAULT_BATCHED_TOKENS,
    memoryFraction: memory.memoryFraction ?? DEFAULT_MEMORY_FRACTION[release][backend],
    memoryFractionKind: memoryFractionKind(backend),
    blockSize: memory.blockSize ?? ENGINE_BLOCK_SIZE[backend],
    cudaGraphBytes: memory.cudaGraphReservedBytes,
    tolerance: null,
  })
  return capacity.ok ? ok(capacity.value.numGpuBlocks) : capacity
}

/** Tokens per KV block of an engine that says nothing. */
const ENGINE_BLOCK_SIZE: Readonly<Record<BackendName, number>> = {vllm: 64, sglang: 1, trtllm: 32}

const DEFAULT_BATCHED_TOKENS = 8192
