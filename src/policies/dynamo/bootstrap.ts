import type {EngineArgs} from '../../config/scenario.ts'

/** Forward-pass samples from an AIC benchmark (planner.md 9), ready to feed the planner's regressions. */
export interface BenchmarkPoints {
  /** One request, nothing cached: tokens computed -> seconds. */
  readonly prefill: readonly {readonly tokens: number; readonly wallS: number}[]
  /** One decode step: requests, sum of their KV tokens -> seconds. */
  readonly decode: readonly {readonly requests: number; readonly kvTokens: number; readonly wallS: number}[]
}

/** The part of the AIC model a benchmark asks. Milliseconds. */
export interface BenchmarkedModel {
  prefillMs(batchSize: number, newTokens: number, prefix: number): number
  decodeMs(batchSize: number, isl: number, osl: number): number
}

export interface BenchmarkOptions {
  /** Two instances of a disaggregated fleet under 1.6.1; one and the same otherwise. */
  readonly prefillModel: BenchmarkedModel
  readonly decodeModel: BenchmarkedModel
  /** Args whose limits span the prefill and the decode points; the same in aggregated fleets. */
  readonly prefillArgs: Pick<EngineArgs, 'max_num_batched_tokens'>
  readonly decodeArgs: Pick<EngineArgs, 'num_gpu_blocks' | 'block_size' | 'max_num_seqs'>
  /** Points per axis (`--benchmark-granularity`), >= 1. */
  readonly granularity: number
}

/**
 * The grid the reference asks its estimator for before a planner run with target `sla` (planner.md 9, steps 3 and 4;
 * planner-1.6.md 12).
 * Points without a positive time are left out.
 * @throws whatever the model throws for data it does not have
 */
export function computeBenchmarkPoints(options: BenchmarkOptions): BenchmarkPoints {
  return {prefill: prefillPoints(options), decode: decodePoints(options)}
}

function prefillPoints({prefillModel, prefillArgs, granularity}: BenchmarkOptions) {
  const most = prefillArgs.max_num_batched_tokens || DEFAULT_BATCHED_TOKENS
  const step = Math.max(1, Math.floor((most - FIRST_PREFILL_TOKENS) / granularity))
  const points = []
  for (let tokens = FIRST_PREFILL_TOKENS; tokens <= most; tokens += step) {
    const ms = prefillModel.prefillMs(1, tokens, 0)
    if (ms > 0) points.push({tokens, wallS: ms / 1000})
  }
  return points
}

function decodePoints({decodeModel, decodeArgs, granularity}: BenchmarkOptions) {
  const pool = decodeArgs.num_gpu_blocks * decodeArgs.block_size
  const capacity = pool > 0 ? pool : DEFAULT_KV_TOKENS
  const most = decodeArgs.max_num_seqs || DEFAULT_SEQUENCES
  const step = Math.max(1, Math.floor(most / granularity))
  const points = []
  for (const context of DECODE_CONTEXTS) {
    for (let requests = 1; requests <= most && requests * context <= capacity; requests += step) {
      const ms = decodeModel.decodeMs(requests, context, 2)
      if (ms > 0) points.push({requests, kvTokens: requests * context, wallS: ms / 1000})
    }
  }
  return points
}

/** The reference's own constants (planner.md 9). */
const FIRST_PREFILL_TOKENS = 100
const DEFAULT_BATCHED_TOKENS = 8192
const DEFAULT_SEQUENCES = 256
const DEFAULT_KV_TOKENS = 262144
const DECODE_CONTEXTS = [500, 2000, 4000, 8000]
