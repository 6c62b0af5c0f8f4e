import type {EngineArgs} from '../../../config/scenario.ts'
import type {InstanceCapabilities16} from './load/pool-load.ts'

/** What the planner is told about instances of these args (planner-1.6.md 2). A context length is known only if it is set. */
export function capabilities16(args: EngineArgs): InstanceCapabilities16 {
  const ranks = Math.max(args.dp_size, 1)
  const poolTokens = args.num_gpu_blocks * args.block_size * ranks
  return {
    gpusPerReplica: (args.tensor_parallel_size ?? 1) * ranks,
    maxBatchedTokens: args.max_num_batched_tokens,
    maxSeqs: args.max_num_seqs,
    maxKvTokens: poolTokens > 0 ? poolTokens : null,
    contextLength: args.max_model_len ?? null,
    speculativeNextn: null,
  }
}
