import type {Sequence} from './sequence.ts'

/** Sequences that wait for an instance, in order of admission, with the sums a snapshot reports (engine-1.6.md 5.7). */
export class WaitingQueue {
  #entries: Sequence[] = []
  #head = 0
  /** Waiting for their first admission, and their prompt tokens. */
  newCount = 0
  newTokens = 0
  /** Pre-empted or handed over by a prefill instance, and their tokens. */
  decodeCount = 0
  decodeTokens = 0
  /** Handed over, and not yet running. */
  handedOffCount = 0

  get isEmpty(): boolean {
    return this.#head === this.#entries.length
  }

  get first(): Sequence | null {
    return this.#entries[this.#head] ?? null
  }

  /** The first whose whole prompt is computed already. */
  get firstMaterialised(): Sequence | null {
    if (this.handedOffCount === 0) return null
    for (let i = this.#head; i < this.#entries.length; i++) {
      const sequence = this.#entries[i]!
      if (sequence.isMaterialised) return sequence
    }
    return null
  }

  pushBack(sequence: Sequence): void {
    this.#entries.push(sequence)
    this.#count(sequence, 1)
  }

  pushFront(sequence: Sequence): void {
    if (this.#head > 0) this.#entries[--this.#head] = sequence
    else this.#entries.unshift(sequence)
    this.#count(sequence, 1)
  }

  /** Before the first that was accepted after it. */
  insertByOrdinal(sequence: Sequence): void {
    let at = this.#head
    while (at < this.#entries.length && this.#entries[at]!.ordinal <= sequence.ordinal) at++
    this.#entries.splice(at, 0, sequence)
    this.#count(sequence, 1)
  }

  remove(sequence: Sequence): void {
    this.#count(sequence, -1)
    if (this.#entries[this.#head] === sequence) this.#head++
    else this.#entries.splice(this.#entries.indexOf(sequence, this.#head), 1)
    if (this.#head === this.#entries.length) {
      this.#entries.length = 0
      this.#head = 0
    } else if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
  }

  *[Symbol.iterator](): Generator<Sequence, void, void> {
    for (let i = this.#head; i < this.#entries.length; i++) yield this.#entries[i]!
  }

  #count(sequence: Sequence, by: number): void {
    if (sequence.isMaterialised) this.handedOffCount += by
    if (sequence.isHandedOff) {
      this.decodeCount += by
      this.decodeTokens += by * sequence.promptLength
    } else if (sequence.isPreempted) {
      this.decodeCount += by
      this.decodeTokens += by * sequence.length
    } else {
      this.newCount += by
      this.newTokens += by * sequence.promptLength
    }
  }
}
