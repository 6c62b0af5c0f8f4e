import type {RequestSource} from './request-source.ts'
import {type PassedOver, type SourceOptions, SourceTally} from './source-tally.ts'

/** All that is known of requests whose prompts are not, in order of time. */
export interface LengthColumns {
  readonly requestCount: number
  /** As written; of a later turn that of its session's first. */
  readonly timestampMs: Float64Array
  /** Of a later turn of the session of the request before its wait after the end of that, ms; NaN of a first turn. null = all are first turns. */
  readonly delayMs: Float64Array | null
  readonly inputLength: Uint32Array
  readonly outputLength: Uint32Array
}

/** Requests that come from columns, each a session of its own, by the rules of `toWorkload`. */
export class ColumnSource implements RequestSource {
  readonly requestCount: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly lastArrivalMs: number
  readonly largest: RequestSource['largest']
  readonly passedOver: PassedOver
  readonly prefixes = null
  readonly sessions = 0
  nextNumber = -1
  readonly #columns: LengthColumns
  readonly #options: SourceOptions
  #at = -1

  constructor(columns: LengthColumns, options: SourceOptions) {
    this.#columns = columns
    this.#options = options
    const tally = tallyOf(columns, options)
    this.requestCount = tally.requestCount
    this.inputTokens = tally.inputTokens
    this.outputTokens = tally.outputTokens
    this.largest = tally.largest
    this.passedOver = tally.passedOver
    this.lastArrivalMs = tally.lastArrivalMs
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

  nextSession(): null {
    return null
  }

  skip(): void {
    this.nextNumber++
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

/** What is to be known of the requests in columns. @param onFitting told of those that are not passed over */
export function tallyOf(
  {requestCount, timestampMs, delayMs, inputLength, outputLength}: LengthColumns,
  options: SourceOptions,
  onFitting: (input: number, output: number) => void = () => {},
): SourceTally {
  const tally = new SourceTally(options)
  for (let at = 0; at < requestCount; at++) {
    const input = inputLength[at]!
    const output = outputLength[at]!
    const isFirst = delayMs === null || Number.isNaN(delayMs[at]!)
    if (isFirst ? tally.add(timestampMs[at]!, input, output) : tally.addLater(input, output))
      onFitting(input, output)
  }
  return tally
}
