import type {EngineArgs} from '../../config/scenario.ts'
import {RunError} from '../../core/result.ts'
import type {RequestSource} from '../../trace/streamed/request-source.ts'

/** A request larger than the KV cache would pre-empt itself for ever in the reference. */
export function checkThatRequestsFit(
  {requestCount, inputLength, outputLength}: RequestSource['largest'],
  args: EngineArgs,
  component: string,
): void {
  const capacity = args.num_gpu_blocks
  const tokens = capacity * args.block_size
  for (let request = 0; request < requestCount; request++) {
    const input = inputLength[request]!
    const output = component === 'prefill' ? 1 : outputLength[request]!
    if (input + output <= tokens) continue
    throw new RunError(
      `request ${request + 1} needs ${input} + ${output} tokens, more than the KV cache of one ${component} instance ` +
        `holds (num_gpu_blocks ${capacity} x block_size ${args.block_size}): raise num_gpu_blocks, or leave longer prompts out with --trace-max-input`,
    )
  }
}
