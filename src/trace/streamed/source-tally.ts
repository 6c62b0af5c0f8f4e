import type {RequestSource} from './request-source.ts'

/** How a file becomes requests. */
export interface SourceOptions {
  readonly arrivalSpeedupRatio: number
  /** Arrival times do not count: all are there from the beginning. */
  readonly closedLoop: boolean
  /** Whether an instance can serve a request; the others are passed over. */
  readonly fits: (inputLength: number, outputLength: number) => boolean
}

/** What was passed over. */
export interface PassedOver {
  readonly requests: number
  readonly longestInput: number
  /** Turns that would have followed them. */
  readonly laterTurns: number
}

/** What is known of a source's requests before the first of them. */
export type SourceSize = Pick<
  RequestSource,
  'requestCount' | 'inputTokens' | 'outputTokens' | 'lastArrivalMs' | 'largest' | 'sessions'
>

/** Sums over the requests that a source is about to give. */
export class SourceTally implements SourceSize {
  readonly #options: SourceOptions
  requestCount = 0
  inputTokens = 0
  outputTokens = 0
  lastArrivalMs = 0
  sessions = 0
  #firstMs = Number.NaN
  #longest: readonly [number, number] = [0, 0]
  #largest: readonly [number, number] = [0, 0]
  #passedOver = 0
  #longestPassed = 0
  #laterPassed = 0
  /** Of the session under way, turns that are not passed over; it is over at the first that is. */
  #turns = 0
  #isCut = false

  constructor(options: SourceOptions) {
    this.#options = options
  }

  /** Time and tokens of the next request, in order of time; @returns whether it is replayed */
  add(timestampMs: number, input: number, output: number): boolean {
    if (Number.isNaN(this.#firstMs)) this.#firstMs = timestampMs
    this.#turns = 0
    this.#isCut = false
    const {closedLoop, arrivalSpeedupRatio} = this.#options
    if (!this.#addTurn(input, output)) return false
    this.lastArrivalMs = closedLoop ? 0 : (timestampMs - this.#firstMs) / arrivalSpeedupRatio
    return true
  }

  /** The next turn of the session that the last request belongs to; @returns whether it is replayed */
  addLater(input: number, output: number): boolean {
    if (this.#isCut) {
      this.#laterPassed++
      return false
    }
    if (!this.#addTurn(input, output)) return false
    if (this.#turns === 2) this.sessions++
    return true
  }

  #addTurn(input: number, output: number): boolean {
    if (!this.#options.fits(input, output)) {
      this.#isCut = true
      this.#passedOver++
      this.#longestPassed = Math.max(this.#longestPassed, input)
      return false
    }
    this.#turns++
    this.requestCount++
    this.inputTokens += input
    this.outputTokens += output
    if (input > this.#longest[0]) this.#longest = [input, output]
    if (input + output > this.#largest[0] + this.#largest[1]) this.#largest = [input, output]
    return true
  }

  get passedOver(): PassedOver {
    return {requests: this.#passedOver, longestInput: this.#longestPassed, laterTurns: this.#laterPassed}
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
