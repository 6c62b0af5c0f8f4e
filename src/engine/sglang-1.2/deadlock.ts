import {RunError} from '../../core/result.ts'
import type {SglangParameters} from './sglang-parameters.ts'
import type {SglangSequence} from './sglang-sequence.ts'

/** The error of an instance that can make no progress although its slots are mended; `sequence` is first in line. */
export function deadlock(
  {pool, maxPrefillTokens, chunkSize}: SglangParameters,
  sequence: SglangSequence | undefined,
): RunError {
  const need =
    sequence === undefined ? '' : `, which has ${sequence.promptLength} + ${sequence.maxOutput} tokens`
  return new RunError(
    `an sglang instance can make no progress: request ${(sequence?.request ?? 0) + 1}${need} does not fit ` +
      `(${pool} token slots = num_gpu_blocks x block_size, chunked_prefill_size ${chunkSize}, ` +
      `max_prefill_tokens ${maxPrefillTokens}), and the reference would loop for ever`,
  )
}
