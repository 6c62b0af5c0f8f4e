import type {PassOutcome16} from '../scheduler-1.6.ts'

/** Silence after which an instance counts as idle, and the grain in which its silence is counted (engine-1.6.md 10.2). */
const IDLE_MS = 1000

/**
 * The last pass of one instance that ended, until a tick takes it: what 1.6 shows of forward passes. An instance that has
 * published nothing for a second shows zeros, even in the middle of a long pass.
 */
export class LatestPass {
  hasPass = false
  #publishedMs: number
  wallTimeS = 0
  numPrefillRequests = 0
  sumPrefillTokens = 0
  sumPrefillKvTokens = 0
  numDecodeRequests = 0
  sumDecodeKvTokens = 0
  numQueuedPrefill = 0
  sumQueuedPrefillTokens = 0
  numQueuedDecode = 0
  sumQueuedDecodeKvTokens = 0

  constructor(nowMs: number) {
    this.#publishedMs = nowMs
  }

  /** It serves from now on. */
  activated(nowMs: number): void {
    this.#publishedMs = nowMs
  }

  passEnded(startMs: number, endMs: number, outcome: PassOutcome16): void {
    this.#published(startMs, endMs)
    this.numPrefillRequests = outcome.numPrefillRequests
    this.sumPrefillTokens = outcome.sumPrefillTokens
    this.sumPrefillKvTokens = outcome.sumPrefillKvTokens
    this.numDecodeRequests = outcome.numDecodeRequests
    this.sumDecodeKvTokens = outcome.sumDecodeKvTokens
    this.numQueuedPrefill = outcome.numQueuedPrefill
    this.sumQueuedPrefillTokens = outcome.sumQueuedPrefillTokens
    this.numQueuedDecode = outcome.numQueuedDecode
    this.sumQueuedDecodeKvTokens = outcome.sumQueuedDecodeKvTokens
  }

  /** At a tick: after a second of silence, and from then on every second, there is a pass that did nothing. */
  publishIdle(nowMs: number): void {
    const silentMs = nowMs - this.#publishedMs
    if (silentMs < IDLE_MS) return
    this.#publishedMs += Math.floor(silentMs / IDLE_MS) * IDLE_MS
    this.hasPass = true
    this.wallTimeS = 0
    this.numPrefillRequests = 0
    this.sumPrefillTokens = 0
    this.sumPrefillKvTokens = 0
    this.numDecodeRequests = 0
    this.sumDecodeKvTokens = 0
    this.numQueuedPrefill = 0
    this.sumQueuedPrefillTokens = 0
    this.numQueuedDecode = 0
    this.sumQueuedDecodeKvTokens = 0
  }

  #published(startMs: number, endMs: number): void {
    this.hasPass = true
    this.#publishedMs = endMs
    this.wallTimeS = Math.max(endMs - startMs, 0) / 1000
  }
}
