import type {SglangSequence} from './sglang-sequence.ts'

/** Requests that wait for a prompt chunk, with the sums that snapshots report (engine.md 7.3, step 8). */
export class SglangQueue {
  #sequences: SglangSequence[] = []

  /** Requests without output so far, and the sum of their prompts. */
  promptCount = 0
  promptTokens = 0
  /** Retracted requests, and the sum of their prompts and outputs. */
  retractedCount = 0
  retractedTokens = 0

  get length(): number {
    return this.#sequences.length
  }

  get head(): SglangSequence | undefined {
    return this.#sequences[0]
  }

  pushBack(sequence: SglangSequence): void {
    this.#sequences.push(sequence)
    this.#count(sequence, 1)
  }

  pushFront(sequence: SglangSequence): void {
    this.#sequences.unshift(sequence)
    this.#count(sequence, 1)
  }

  removeHead(): void {
    const sequence = this.#sequences.shift()
    if (sequence !== undefined) this.#count(sequence, -1)
  }

  /** Puts the same requests in another order. */
  reorder(by: (sequences: readonly SglangSequence[]) => SglangSequence[]): void {
    this.#sequences = by(this.#sequences)
  }

  /** Requests that hold slots: part of their prompt is computed. */
  countHolding(): number {
    let count = 0
    for (const sequence of this.#sequences) if (sequence.materialized > 0) count++
    return count
  }

  #count(sequence: SglangSequence, change: number): void {
    if (sequence.generated === 0) {
      this.promptCount += change
      this.promptTokens += change * sequence.promptLength
    } else {
      this.retractedCount += change
      this.retractedTokens += change * sequence.length
    }
  }
}
