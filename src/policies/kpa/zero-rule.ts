/** Seconds from the moment a revision becomes inactive until it has no replica (policies.md 3.4). */
const GRACE_S = 30

/** When the last replica goes, and that it comes back: what Knative's autoscaler leaves to its reconciler. */
export class ZeroRule {
  readonly #stableWindowS: number
  #activeSinceS = 0
  /** null = it is active. */
  #inactiveSinceS: number | null = null

  constructor(stableWindowS: number) {
    this.#stableWindowS = stableWindowS
  }

  /** @param desired as the autoscaler wants it, before one replica is kept */
  isZero(atS: number, desired: number): boolean {
    if (desired > 0) {
      if (this.#inactiveSinceS !== null) this.#activeSinceS = atS
      this.#inactiveSinceS = null
      return false
    }
    if (atS - this.#activeSinceS < this.#stableWindowS) return false
    this.#inactiveSinceS ??= atS
    return atS >= this.#inactiveSinceS + GRACE_S
  }
}
