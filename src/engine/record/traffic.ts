import type {TrafficWindow} from '../observation.ts'

/** Running sums over requests completed since the last drain (engine.md 10.3). */
export class TrafficAccumulator {
  #startMs = 0
  #requests = 0
  #inputTokens = 0
  #outputTokens = 0
  #ttftMs = 0
  #ttftCount = 0
  #gapMs = 0
  #gapCount = 0
  #hitRate = 0
  #hitCount = 0

  completed(request: {inputLength: number; outputLength: number; ttftMs: number; meanGapMs: number}): void {
    this.#requests++
    this.#inputTokens += request.inputLength
    this.#outputTokens += request.outputLength
    if (request.ttftMs > 0) {
      this.#ttftMs += request.ttftMs
      this.#ttftCount++
    }
    if (request.meanGapMs > 0) {
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
      numReq: this.#requests,
      avgIsl: mean(this.#inputTokens, this.#requests),
      avgOsl: mean(this.#outputTokens, this.#requests),
      avgTtftMs: mean(this.#ttftMs, this.#ttftCount),
      avgItlMs: mean(this.#gapMs, this.#gapCount),
      avgKvHitRate: mean(this.#hitRate, this.#hitCount),
    }
    this.#startMs = nowMs
    this.#requests = 0
    this.#inputTokens = 0
    this.#outputTokens = 0
    this.#ttftMs = 0
    this.#ttftCount = 0
    this.#gapMs = 0
    this.#gapCount = 0
    this.#hitRate = 0
    this.#hitCount = 0
    return window
  }
}

function mean(sum: number, count: number): number {
  return count === 0 ? 0 : sum / count
}
