import type {EngineArgs} from '../../config/scenario.ts'
import {RunError} from '../../core/result.ts'

/** Far more than one prompt of any length makes before its first token. */
const MOST_IN_VAIN = 10_000

/**
 * Ends a run whose requests take each other's KV blocks for ever. One that waits keeps the blocks it was given before it had to stop;
 * where those of two and what each still needs come to more than there is, each pre-empts itself in turn, and computes its prompt
 * again for the other to do the same. No later arrival helps, since the pre-empted are served first; the reference goes on without an end.
 */
export class PreemptionLoop {
  readonly #args: EngineArgs
  /** Pre-emptions since anybody here got a token. */
  #inVain = 0
  #lastVictim = -1

  constructor(args: EngineArgs) {
    this.#args = args
  }

  tokenCame(): void {
    this.#inVain = 0
  }

  /** @throws RunError where this goes on for ever */
  preempted(request: number): void {
    this.#inVain++
    if (this.#inVain > MOST_IN_VAIN) throw this.#stuck(request)
    this.#lastVictim = request
  }

  #stuck(request: number): RunError {
    const {num_gpu_blocks, block_size} = this.#args
    const [first, second] = [request, this.#lastVictim].sort((a, b) => a - b).map(index => index + 1)
    const who =
      first === second
        ? `request ${first} pre-empts itself`
        : `requests ${first} and ${second} take each other's KV blocks`
    return new RunError(
      `${who} again and again, and nobody on that instance gets another token (num_gpu_blocks ${num_gpu_blocks} x block_size ` +
        `${block_size}): the reference would loop for ever. Raise num_gpu_blocks, or leave longer prompts out with --trace-max-input`,
    )
  }
}
