import {instantNanos, type PendingPrefill, PrefillLoad, type PrefillLoadTracker} from './prefill-load.ts'

/**
 * `PrefillLoad` of generation 1.6 (router-1.6.md 6): while every prompt on an instance has an estimate, the time since the
 * oldest became the oldest is taken off the whole load, and a younger one that completes gives its time back.
 */
export class PrefillLoad16 implements PrefillLoadTracker {
  /** Oldest first. */
  readonly #pending: PendingPrefill[] = []
  readonly #oldestAlone = new PrefillLoad()
  #tokens = 0
  #unestimated = 0
  /** From here on time counts for the oldest, in ns. */
  #anchorNanos = 0

  add(prefill: PendingPrefill, nowMs: number): void {
    if (this.#pending.length === 0) this.#anchorNanos = instantNanos(nowMs)
    this.#pending.push(prefill)
    this.#tokens += prefill.tokens
    if (prefill.expectedNanos === null) this.#unestimated++
    this.#oldestAlone.add(prefill, nowMs)
  }

  remove(prefill: PendingPrefill, nowMs: number): void {
    const at = this.#pending.indexOf(prefill)
    this.#pending.splice(at, 1)
    this.#tokens -= prefill.tokens
    if (prefill.expectedNanos === null) this.#unestimated--
    this.#oldestAlone.remove(prefill, nowMs)
    const now = instantNanos(nowMs)
    this.#anchorNanos = at === 0 ? now : Math.min(this.#anchorNanos + (prefill.expectedNanos ?? 0), now)
  }

  tokensAt(nowMs: number): number {
    const oldest = this.#pending[0]
    if (oldest === undefined || oldest.expectedNanos === null || this.#unestimated > 0)
      return this.#oldestAlone.tokensAt(nowMs)
    return Math.max(this.#tokens - this.#doneBy(nowMs, oldest.tokens, oldest.expectedNanos), 0)
  }

  #doneBy(nowMs: number, tokens: number, expectedNanos: number): number {
    if (expectedNanos === 0) return tokens
    const elapsed = Math.max(instantNanos(nowMs) - this.#anchorNanos, 0)
    // The product of tokens and nanoseconds is more than a double holds.
    return Number((BigInt(tokens) * BigInt(elapsed)) / BigInt(expectedNanos))
  }
}
