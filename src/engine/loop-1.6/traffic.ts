import type {TrafficWindow} from '../observation.ts'
import {CompletedSums} from '../record/traffic.ts'

/** Traffic since the last tick: arrivals, and averages over what completed (engine-1.6.md 10.3). */
export class TrafficWindow16 {
  readonly #sums = new CompletedSums()
  #arrived = 0
  /** Tokens emitted by decode steps of passes that ended. */
  decodeTokens = 0

  arrived(): void {
    this.#arrived++
  }

  completed(request: {inputLength: number; outputLength: number; ttftMs: number; meanGapMs: number}): void {
    this.#sums.completed(request, request.outputLength > 1)
  }

  routed(overlapBlocks: number, islBlocks: number): void {
    this.#sums.routed(overlapBlocks, islBlocks)
  }

  drain(nowMs: number): TrafficWindow {
    const {means, completed, ttfts, itls, hitRates} = this.#sums.drain(nowMs)
    const counts = {shapes: completed, ttfts, itls, hitRates, decodeTokens: this.decodeTokens}
    const window = {...means, numReq: this.#arrived, counts}
    this.#arrived = 0
    this.decodeTokens = 0
    return window
  }
}
