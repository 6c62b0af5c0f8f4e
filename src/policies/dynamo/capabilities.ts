import type {EngineArgs} from '../../config/scenario.ts'

/** What the planner is told about one instance of a pool (planner.md 3.1). null = unknown or unlimited. */
export interface InstanceCapabilities {
  readonly max_num_batched_tokens: number | null
  readonly max_num_seqs: number | null
  /** Size of the KV pool in tokens. */
  readonly max_kv_tokens: number | null
  /** In replay this is the size of the KV pool, not the context length of the model. */
  readonly context_length: number | null
}

export function capabilitiesOf(args: EngineArgs): InstanceCapabilities {
  const poolTokens = args.num_gpu_blocks * args.block_size
  const maxKvTokens = poolTokens > 0 ? poolTokens : null
  return {
    max_num_batched_tokens: args.max_num_batched_tokens,
    max_num_seqs: args.max_num_seqs,
    max_kv_tokens: maxKvTokens,
    context_length: maxKvTokens,
  }
}
