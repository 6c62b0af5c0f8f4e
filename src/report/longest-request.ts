import {FIRST_RELEASE} from '../config/release.ts'
import {poolsOf, type Scenario} from '../config/scenario.ts'

/**
 * Tokens that a prompt may have together with its answer where answers are decoded: 1.6.1 ends an answer at the model's
 * length, and TensorRT-LLM at the KV pool (engine-1.6.md 5.3, sglang-trtllm-1.6.md 2). Infinity = no limit, as in 1.2.1.
 */
export function longestRequestTokens({fleet, release}: Pick<Scenario, 'fleet' | 'release'>): number {
  const pool = poolsOf(fleet).at(-1)
  if (pool === undefined || (release ?? FIRST_RELEASE) === '1.2.1') return Number.POSITIVE_INFINITY
  const {max_model_len, engine_type, num_gpu_blocks, block_size} = pool[1].args
  const capacity = engine_type === 'trtllm' ? num_gpu_blocks * block_size : Number.POSITIVE_INFINITY
  return Math.min(max_model_len ?? Number.POSITIVE_INFINITY, capacity)
}

/** Tokens that a request will get if nothing goes wrong. */
export function answerTokens(promptTokens: number, outputTokens: number, longestTokens: number): number {
  return Math.max(Math.min(outputTokens, longestTokens - promptTokens), 0)
}
