import type {EngineArgs} from '../../config/scenario.ts'

/** What the SGLang scheduler goes by (engine.md 7.1). Token counts unless said otherwise. */
export interface SglangParameters {
  /** Tokens per page. */
  readonly page: number
  /** Memory slots of the instance, one token each. */
  readonly pool: number
  readonly maxPrefillTokens: number
  readonly chunkSize: number
  /** Output an admission counts on at most. */
  readonly clip: number
  /** Longest cached prefix first, instead of first come, first served. */
  readonly longestPrefixFirst: boolean
  /** Share of the running requests' outstanding output that an admission leaves room for: at first, at least, and its
   *  decay per pass. */
  readonly initialRatio: number
  readonly leastRatio: number
  readonly ratioDecay: number
}

export function sglangParameters(args: EngineArgs): SglangParameters {
  const own = args.sglang
  const initialRatio = 0.7 * (own?.schedule_conservativeness ?? 1)
  const leastRatio = initialRatio * 0.14
  return {
    page: args.block_size,
    pool: args.num_gpu_blocks * args.block_size,
    maxPrefillTokens: own?.max_prefill_tokens ?? 16384,
    chunkSize: own?.chunked_prefill_size ?? 8192,
    clip: own?.clip_max_new_tokens ?? 4096,
    longestPrefixFirst: own?.schedule_policy === 'lpm',
    initialRatio,
    leastRatio,
    ratioDecay: (initialRatio - leastRatio) / 600,
  }
}
