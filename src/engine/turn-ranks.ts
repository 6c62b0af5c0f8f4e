/** Above every number of an instance. */
const INSTANCES = 2 ** 32
/** Instances of the main pool have their turn after those of the prefill pool. */
export const MAIN_POOL = 2 ** 31

/**
 * Puts the turns of instances at one moment in order: by round, then by number of the instance. So what an instance tells
 * late finds its place among what was told as it happened.
 */
export class TurnRanks {
  #nowMs = Number.NaN
  #round = 0
  #last = 0

  /** Another round begins; the first at this moment, if the clock has moved. */
  nextRound(nowMs: number): void {
    if (nowMs !== this.#nowMs) {
      this.#nowMs = nowMs
      this.#round = 0
      this.#last = 0
    }
    this.#round++
  }

  /** The clock is at a moment of an instance that is advanced alone: there is one round. */
  moveAlone(nowMs: number): void {
    this.#nowMs = nowMs
    this.#round = 1
    this.#last = 0
  }

  /** Nothing has come of this moment yet. */
  get isFirstRound(): boolean {
    return this.#round === 1
  }

  /** Rank of a turn that is taken now: none before it at this moment has a higher one. */
  now(instance: number): number {
    this.#last = Math.max(this.#last, this.#round * INSTANCES + instance)
    return this.#last
  }

  /** Rank of a turn in the first round of a moment. */
  static inFirstRound(instance: number): number {
    return INSTANCES + instance
  }
}
