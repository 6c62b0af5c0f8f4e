import type {RequestSource} from './request-source.ts'

/** What was passed over. */
export interface PassedOver {
  readonly requests: number
  readonly longestInput: number
}

/** Sums over the requests that a source is about to give. */
export class SourceTally {
  readonly #fits: (inputLength: number, outputLength: number) => boolean
  requestCount = 0
  inputTokens = 0
  outputTokens = 0
  #longest: readonly [number, number] = [0, 0]
  #largest: readonly [number, number] = [0, 0]
  #passedOver = 0
  #longestPassed = 0

  /** @param fits whether an instance can serve a request; the others are passed over */
  constructor(fits: (inputLength: number, outputLength: number) => boolean) {
    this.#fits = fits
  }

  /** Tokens of the next request; @returns whether it fits */
  add(input: number, output: number): boolean {
    if (!this.#fits(input, output)) {
      this.#passedOver++
      this.#longestPassed = Math.max(this.#longestPassed, input)
      return false
    }
    this.requestCount++
    this.inputTokens += input
    this.outputTokens += output
    if (input > this.#longest[0]) this.#longest = [input, output]
    if (input + output > this.#largest[0] + this.#largest[1]) this.#largest = [input, output]
    return true
  }

  get passedOver(): PassedOver {
    return {requests: this.#passedOver, longestInput: this.#longestPassed}
  }

  get largest(): RequestSource['largest'] {
    const largest = [this.#longest, this.#largest]
    return {
      requestCount: largest.length,
      inputLength: Int32Array.from(largest, ([input]) => input),
      outputLength: Int32Array.from(largest, ([, output]) => output),
    }
  }
}
