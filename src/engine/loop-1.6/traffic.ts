import type {TrafficWindow} from '../observation.ts'

/** Traffic since the last tick: arrivals, and averages over what completed (engine-1.6.md 10.3). */
export class TrafficWindow16 {
  #startMs = 0
  #arrived = 0
  #completed = 0
  #inputTokens = 0
  #outputTokens = 0
  #ttftMs = 0
  #ttftCount = 0
  #gapMs = 0
  #gapCount = 0
  #hitRate = 0
  #hitCount = 0
  /** Tokens emitted by decode steps of passes that ended. */
  decodeTokens = 0

  arrived(): void {
    this.#arrived++
  }

  completed(request: {inputLength: number; outputLength: number; ttftMs: number; meanGapMs: number}): void {
    this.#completed++
    this.#inputTokens += request.inputLength
    this.#outputTokens += request.outputLength
    if (request.ttftMs > 0) {
      this.#ttftMs += request.ttftMs
      this.#ttftCount++
    }
    if (request.outputLength > 1) {
      this.#gapMs += request.meanGapMs
      this.#gapCount++
    }
  }

  /** A KV router sent a request of `isl` blocks to an instance that holds `overlap` of them. */
  routed(overlapBlocks: number, islBlocks: number): void {
    if (islBlocks === 0) return
    this.#hitRate += overlapBlocks / islBlocks
    this.#hitCount++
  }

  drain(nowMs: number): TrafficWindow {
    const window: TrafficWindow = {
      durationS: (nowMs - this.#startMs) / 1000,
      numReq: this.#arrived,
      avgIsl: mean(this.#inputTokens, this.#completed),
      avgOsl: mean(this.#outputTokens, this.#completed),
      avgTtftMs: mean(this.#ttftMs, this.#ttftCount),
      avgItlMs: mean(this.#gapMs, this.#gapCount),
      avgKvHitRate: mean(this.#hitRate, this.#hitCount),
      counts: {
        shapes: this.#completed,
        ttfts: this.#ttftCount,
        itls: this.#gapCount,
        hitRates: this.#hitCount,
        decodeTokens: this.decodeTokens,
      },
    }
    this.#startMs = nowMs
    this.#arrived = 0
    this.#completed = 0
    this.#inputTokens = 0
    this.#outputTokens = 0
    this.#ttftMs = 0
    this.#ttftCount = 0
    this.#gapMs = 0
    this.#gapCount = 0
    this.#hitRate = 0
    this.#hitCount = 0
    this.decodeTokens = 0
    return window
  }
}

function mean(sum: number, count: number): number {
  return count === 0 ? 0 : sum / count
}
