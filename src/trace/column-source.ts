import type {RequestSource} from './request-source.ts'

/** All that is known of requests of which no two prompts share anything, in order of time. */
export interface LengthColumns {
  readonly requestCount: number
  /** As written. */
  readonly timestampMs: Float64Array
  readonly inputLength: Uint32Array
  readonly outputLength: Uint32Array
}

export interface ColumnSourceOptions {
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
}

/** Requests that come from columns, by the rules of `toWorkload`. */
export class ColumnSource implements RequestSource {
  readonly requestCount: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly lastArrivalMs: number
  readonly largest: RequestSource['largest']
  readonly passedOver: PassedOver
  readonly #columns: LengthColumns
  readonly #options: ColumnSourceOptions
  #at = -1

  constructor(columns: LengthColumns, options: ColumnSourceOptions) {
    this.#columns = columns
    this.#options = options
    const sums = {requests: 0, input: 0, output: 0, mostInput: [0, 0], mostTokens: [0, 0], last: 0}
    const passed = {requests: 0, longestInput: 0}
    for (let at = 0; at < columns.requestCount; at++) {
      const input = columns.inputLength[at]!
      const output = columns.outputLength[at]!
      if (!options.fits(input, output)) {
        passed.requests++
        passed.longestInput = Math.max(passed.longestInput, input)
        continue
      }
      sums.requests++
      sums.input += input
      sums.output += output
      if (input > sums.mostInput[0]!) sums.mostInput = [input, output]
      if (input + output > sums.mostTokens[0]! + sums.mostTokens[1]!) sums.mostTokens = [input, output]
      sums.last = at
    }
    this.requestCount = sums.requests
    this.inputTokens = sums.input
    this.outputTokens = sums.output
    this.passedOver = passed
    this.lastArrivalMs = this.#arrivalOf(sums.last)
    const largest = [sums.mostInput, sums.mostTokens]
    this.largest = {
      requestCount: largest.length,
      inputLength: Int32Array.from(largest, ([input]) => input!),
      outputLength: Int32Array.from(largest, ([, output]) => output!),
    }
    this.skip()
  }

  get nextMs(): number {
    return this.#at < this.#columns.requestCount ? this.#arrivalOf(this.#at) : Number.POSITIVE_INFINITY
  }

  get nextInputLength(): number {
    return this.#columns.inputLength[this.#at]!
  }

  get nextOutputLength(): number {
    return this.#columns.outputLength[this.#at]!
  }

  skip(): void {
    const {inputLength, outputLength, requestCount} = this.#columns
    do this.#at++
    while (this.#at < requestCount && !this.#options.fits(inputLength[this.#at]!, outputLength[this.#at]!))
  }

  #arrivalOf(at: number): number {
    if (this.#options.closedLoop) return 0
    const {timestampMs} = this.#columns
    return (timestampMs[at]! - timestampMs[0]!) / this.#options.arrivalSpeedupRatio
  }
}
