/** What can happen besides arrivals, in the order in which it happens within one instant (engine-1.6.md 8.1). */
export const PASS_END = 0
export const INSTANCE_READY = 1
export const TRANSFER_DONE = 2

const SUBJECTS = 2 ** 32

function kindOf(rank: number): number {
  return rank < SUBJECTS ? PASS_END : Math.floor(rank / SUBJECTS)
}

/**
 * Future events by (time, kind, subject): a binary heap over parallel arrays, no allocation per event. Subjects number
 * instances so that those of the prefill pool come first, or hand-offs by arrival. Apart from the heap of 1.2 for speed
 * (speed.md 3).
 */
export class RankedHeap {
  readonly #time: number[] = []
  /** kind · 2^32 + subject */
  readonly #rank: number[] = []

  /** Infinity when empty. */
  get topTime(): number {
    return this.#time.length > 0 ? this.#time[0]! : Number.POSITIVE_INFINITY
  }

  /** The next event is of this kind and due at `now`. */
  isDue(kind: number, now: number): boolean {
    return this.#time.length > 0 && this.#time[0] === now && kindOf(this.#rank[0]!) === kind
  }

  hasOtherThan(kind: number): boolean {
    return this.#rank.some(rank => kindOf(rank) !== kind)
  }

  /** Of the next event; Infinity when there is none. */
  get topRank(): number {
    return this.#rank.length > 0 ? this.#rank[0]! : Number.POSITIVE_INFINITY
  }

  /** When the first of those happens that are wanted, all but ends of passes being so; Infinity when none does. */
  earliest(isWanted: (subject: number) => boolean): number {
    return this.#earliestBelow(0, isWanted, Number.POSITIVE_INFINITY)
  }

  /** The same of the event at a place and those below it, none of which comes before it; `firstMs` where that is before them. */
  #earliestBelow(at: number, isWanted: (subject: number) => boolean, firstMs: number): number {
    if (at >= this.#time.length || this.#time[at]! >= firstMs) return firstMs
    const rank = this.#rank[at]!
    if (kindOf(rank) !== PASS_END || isWanted(rank)) return this.#time[at]!
    return this.#earliestBelow(2 * at + 2, isWanted, this.#earliestBelow(2 * at + 1, isWanted, firstMs))
  }

  push(time: number, kind: number, subject: number): void {
    const rank = kind * SUBJECTS + subject
    let at = this.#time.length
    this.#time.push(time)
    this.#rank.push(rank)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (!this.#precedes(time, rank, up)) break
      this.#time[at] = this.#time[up]!
      this.#rank[at] = this.#rank[up]!
      at = up
    }
    this.#time[at] = time
    this.#rank[at] = rank
  }

  /** Removes the next event and returns its subject. */
  pop(): number {
    const top = this.#rank[0]!
    const time = this.#time.pop()!
    const rank = this.#rank.pop()!
    const size = this.#time.length
    if (size > 0) this.#sink(time, rank, size)
    return top - kindOf(top) * SUBJECTS
  }

  #sink(time: number, rank: number, size: number): void {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.#precedes(this.#time[child + 1]!, this.#rank[child + 1]!, child)) child++
      if (!this.#precedes(this.#time[child]!, this.#rank[child]!, -1, time, rank)) break
      this.#time[at] = this.#time[child]!
      this.#rank[at] = this.#rank[child]!
      at = child
    }
    this.#time[at] = time
    this.#rank[at] = rank
  }

  /** Whether an event comes before the one at `other`, or before the one given. */
  #precedes(
    time: number,
    rank: number,
    other: number,
    otherTime = this.#time[other]!,
    otherRank = this.#rank[other]!,
  ): boolean {
    return time < otherTime || (time === otherTime && rank < otherRank)
  }
}
