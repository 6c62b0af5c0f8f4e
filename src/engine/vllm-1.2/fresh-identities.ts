import type {CachedBlocks} from '../stream/living-prefixes.ts'

/** What a column of 32 bits can hold. */
const LAST_IDENTITY = 2 ** 31 - 1

/**
 * Identities of blocks that are in no prompt of the trace, one after the other. A week's traffic takes more of them than there are:
 * then they are given again from the first, as far as the cache has no such block left.
 */
export class FreshIdentities {
  readonly #first: number
  readonly #last: number
  readonly #cache: CachedBlocks
  #next: number
  #isSecondRound = false

  /**
   * @param first of them
   * @param cache where such blocks may be; it is looked at only when identities are given again
   */
  constructor(first: number, cache: CachedBlocks, last = LAST_IDENTITY) {
    this.#first = first
    this.#last = last
    this.#cache = cache
    this.#next = first
  }

  /** @returns the first of `count` consecutive identities, far fewer than there are */
  take(count: number): number {
    for (;;) {
      const identity = this.#next
      if (identity + count - 1 > this.#last) {
        this.#isSecondRound = true
        this.#next = this.#first
      } else {
        this.#next = identity + count
        if (!this.#isSecondRound || !this.#isTaken(identity, count)) return identity
      }
    }
  }

  /** The cache may have a block with one of `count` consecutive identities. */
  #isTaken(identity: number, count: number): boolean {
    let isTaken = false
    this.#cache.eachStretch((first, length) => {
      if (first < identity + count && identity < first + length) isTaken = true
    })
    return isTaken
  }
}
