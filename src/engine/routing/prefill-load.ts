import {nanosFromSeconds, secondsFromNanos} from '../../core/duration.ts'

/** A prompt on its way through an instance, as the router believes. */
export interface PendingPrefill {
  /** Prompt tokens to be computed there, > 0. */
  readonly tokens: number
  /** How long that should take, in whole ns; null when nobody estimates it. */
  readonly expectedNanos: number | null
}

/** Prompt tokens an instance still has to compute, as far as the router knows. */
export interface PrefillLoadTracker {
  add(prefill: PendingPrefill, nowMs: number): void
  remove(prefill: PendingPrefill, nowMs: number): void
  tokensAt(nowMs: number): number
}

/**
 * Prompt tokens an instance still has to compute, as far as the router knows (engine.md 8.8). With an estimate of how
 * long a prompt takes, the oldest one shrinks linearly from the moment it became the oldest; the others wait their turn.
 */
export class PrefillLoad implements PrefillLoadTracker {
  #tokens = 0
  /** Oldest first. */
  readonly #pending: PendingPrefill[] = []
  /** When the oldest became the oldest. */
  #oldestSinceMs = 0

  add(prefill: PendingPrefill, nowMs: number): void {
    if (this.#pending.length === 0) this.#oldestSinceMs = nowMs
    this.#pending.push(prefill)
    this.#tokens += prefill.tokens
  }

  remove(prefill: PendingPrefill, nowMs: number): void {
    const at = this.#pending.indexOf(prefill)
    if (at === 0) this.#oldestSinceMs = nowMs
    this.#pending.splice(at, 1)
    this.#tokens -= prefill.tokens
  }

  tokensAt(nowMs: number): number {
    const oldest = this.#pending[0]
    if (oldest === undefined || oldest.expectedNanos === null) return this.#tokens
    return this.#tokens - oldest.tokens + this.#remaining(oldest.tokens, oldest.expectedNanos, nowMs)
  }

  #remaining(tokens: number, expectedNanos: number, nowMs: number): number {
    if (expectedNanos === 0) return 0
    const elapsedNanos = Math.max(instantNanos(nowMs) - instantNanos(this.#oldestSinceMs), 0)
    const share = 1 - secondsFromNanos(elapsedNanos) / secondsFromNanos(expectedNanos)
    return Math.ceil(tokens * Math.min(Math.max(share, 0), 1))
  }
}

/** The reference keeps the router's clock in whole nanoseconds. */
export function instantNanos(atMs: number): number {
  return nanosFromSeconds(Math.max(atMs, 0) / 1000)
}
