/** Blocks of neighbouring identities that a cache keeps together: eight of them. */
export const GROUP_BITS = 3
const GROUP = 1 << GROUP_BITS

/** What a column of 32 bits can hold. */
const LAST_IDENTITY = 2 ** 31 - 1

/**
 * Identities of blocks that are in no prompt of the trace, one after the other. A week's traffic takes more of them than there are:
 * then they are given again from the first, in whole groups of which no block is left in the cache.
 */
export class FreshIdentities {
  readonly #first: number
  readonly #last: number
  readonly #isTaken: (group: number) => boolean
  #next: number
  #isSecondRound = false

  /**
   * @param first of them
   * @param isTaken whether the cache has a block of a group (`identity >> GROUP_BITS`)
   */
  constructor(first: number, isTaken: (group: number) => boolean, last = LAST_IDENTITY) {
    this.#first = first
    this.#last = last
    this.#isTaken = isTaken
    this.#next = first
  }

  take(): number {
    const identity = this.#next
    if (identity === this.#last) this.#beginAgain()
    else {
      this.#next = identity + 1
      if (this.#isSecondRound && this.#next % GROUP === 0) this.#passTaken()
    }
    return identity
  }

  #beginAgain(): void {
    this.#isSecondRound = true
    this.#next = Math.ceil(this.#first / GROUP) * GROUP
    this.#passTaken()
  }

  /** A cache has far fewer blocks than there are identities, so one is found. */
  #passTaken(): void {
    while (this.#isTaken(this.#next >> GROUP_BITS)) {
      this.#next += GROUP
      if (this.#next > this.#last) this.#next = Math.ceil(this.#first / GROUP) * GROUP
    }
  }
}
