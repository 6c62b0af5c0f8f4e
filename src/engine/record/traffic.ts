import type {TrafficWindow} from '../observation.ts'

interface CompletedRequest {
  readonly inputLength: number
  readonly outputLength: number
  readonly ttftMs: number
  readonly meanGapMs: number
}

/** Means over requests completed since the last drain, and over how many each is. */
interface CompletedMeans {
  readonly means: Pick<
    TrafficWindow,
    'durationS' | 'avgIsl' | 'avgOsl' | 'avgTtftMs' | 'avgItlMs' | 'avgKvHitRate'
  >
  readonly completed: number
  readonly ttfts: number
  readonly itls: number
  readonly hitRates: number
}

/** Running sums over requests completed since the last drain, which both releases keep. */
export class CompletedSums {
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

  /** @param hasGap whether it counts for the mean ITL */
  completed(request: CompletedRequest, hasGap: boolean): void {
    this.#requests++
    this.#inputTokens += request.inputLength
    this.#outputTokens += request.outputLength
    if (request.ttftMs > 0) {
      this.#ttftMs += request.ttftMs
      this.#ttftCount++
    }
    if (hasGap) {
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

  drain(nowMs: number): CompletedMeans {
    const drained = {
      means: {
        durationS: (nowMs - this.#startMs) / 1000,
        avgIsl: mean(this.#inputTokens, this.#requests),
        avgOsl: mean(this.#outputTokens, this.#requests),
        avgTtftMs: mean(this.#ttftMs, this.#ttftCount),
        avgItlMs: mean(this.#gapMs, this.#gapCount),
        avgKvHitRate: mean(this.#hitRate, this.#hitCount),
      },
      completed: this.#requests,
      ttfts: this.#ttftCount,
      itls: this.#gapCount,
      hitRates: this.#hitCount,
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
    return drained
  }
}

/** Traffic as 1.2.1's planner is told of it: what completed since the last drain (engine.md 10.3). */
export class TrafficAccumulator {
  readonly #sums = new CompletedSums()

  completed(request: CompletedRequest): void {
    this.#sums.completed(request, request.meanGapMs > 0)
  }

  routed(overlapBlocks: number, islBlocks: number): void {
    this.#sums.routed(overlapBlocks, islBlocks)
  }

  drain(nowMs: number): TrafficWindow {
    const {means, completed} = this.#sums.drain(nowMs)
    return {...means, numReq: completed}
  }
}

function mean(sum: number, count: number): number {
  return count === 0 ? 0 : sum / count
}
