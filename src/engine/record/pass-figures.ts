/** What a forward pass had to do and what it left waiting, as a snapshot reports it: requests and sums of tokens. */
export interface PassFigures {
  readonly numPrefillRequests: number
  readonly sumPrefillTokens: number
  readonly numDecodeRequests: number
  readonly sumDecodeKvTokens: number
  readonly numQueuedPrefill: number
  readonly sumQueuedPrefillTokens: number
  readonly numQueuedDecode: number
  readonly sumQueuedDecodeKvTokens: number
}

/** The figures of one pass, to be written again for the next. */
export class PassRow implements PassFigures {
  numPrefillRequests = 0
  sumPrefillTokens = 0
  numDecodeRequests = 0
  sumDecodeKvTokens = 0
  numQueuedPrefill = 0
  sumQueuedPrefillTokens = 0
  numQueuedDecode = 0
  sumQueuedDecodeKvTokens = 0

  setFigures(figures: PassFigures): void {
    this.numPrefillRequests = figures.numPrefillRequests
    this.sumPrefillTokens = figures.sumPrefillTokens
    this.numDecodeRequests = figures.numDecodeRequests
    this.sumDecodeKvTokens = figures.sumDecodeKvTokens
    this.numQueuedPrefill = figures.numQueuedPrefill
    this.sumQueuedPrefillTokens = figures.sumQueuedPrefillTokens
    this.numQueuedDecode = figures.numQueuedDecode
    this.sumQueuedDecodeKvTokens = figures.sumQueuedDecodeKvTokens
  }
}

/** A pass that did nothing. */
export const NO_FIGURES: PassFigures = new PassRow()
