import {NO_FIGURES, PassRow} from '../record/pass-figures.ts'
import type {PassOutcome16} from '../scheduler-1.6.ts'

/** Silence after which an instance counts as idle, and the grain in which its silence is counted (engine-1.6.md 10.2). */
const IDLE_MS = 1000

/**
 * The last pass of one instance that ended, until a tick takes it: what 1.6 shows of forward passes. An instance that has
 * published nothing for a second shows zeros, even in the middle of a long pass.
 */
export class LatestPass extends PassRow {
  hasPass = false
  #publishedMs: number
  wallTimeS = 0
  sumPrefillKvTokens = 0

  constructor(nowMs: number) {
    super()
    this.#publishedMs = nowMs
  }

  /** It serves from now on. */
  activated(nowMs: number): void {
    this.#publishedMs = nowMs
  }

  passEnded(startMs: number, endMs: number, outcome: PassOutcome16): void {
    this.hasPass = true
    this.#publishedMs = endMs
    this.wallTimeS = Math.max(endMs - startMs, 0) / 1000
    this.sumPrefillKvTokens = outcome.sumPrefillKvTokens
    this.setFigures(outcome)
  }

  /** At a tick: after a second of silence, and from then on every second, there is a pass that did nothing. */
  publishIdle(nowMs: number): void {
    const silentMs = nowMs - this.#publishedMs
    if (silentMs < IDLE_MS) return
    this.#publishedMs += Math.floor(silentMs / IDLE_MS) * IDLE_MS
    this.hasPass = true
    this.wallTimeS = 0
    this.sumPrefillKvTokens = 0
    this.setFigures(NO_FIGURES)
  }
}
