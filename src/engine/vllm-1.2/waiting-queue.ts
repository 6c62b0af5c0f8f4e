import {PREEMPTED, type Sequence, WAITING} from './sequence.ts'

/**
 * The waiting deque of a vLLM-style scheduler. Entries are removed lazily, and pre-empted sequences are pushed to the
 * front, so it can hold stale entries and duplicates; both show in the reported queue (engine.md 5.1, 5.8), which is
 * why the sums below count entries, not sequences.
 */
export class WaitingQueue {
  #entries: Sequence[] = []
  #head = 0

  /** Entries whose sequence waits for its first admission, and the sum of their prompt tokens. */
  waitingCount = 0
  waitingTokens = 0
  /** Entries whose sequence was pre-empted, and the sum of their prompt and generated tokens. */
  preemptedCount = 0
  preemptedTokens = 0

  get isEmpty(): boolean {
    return this.#head === this.#entries.length
  }

  pushBack(sequence: Sequence): void {
    this.#entries.push(sequence)
    sequence.inWaiting = true
    sequence.queueEntries++
    this.#count(sequence, 1)
  }

  pushFront(sequence: Sequence): void {
    if (this.#head > 0) this.#entries[--this.#head] = sequence
    else this.#entries.unshift(sequence)
    sequence.inWaiting = true
    sequence.queueEntries++
    this.#count(sequence, 1)
  }

  /** First entry that can be admitted; stale ones before it are dropped. */
  peek(): Sequence | null {
    while (this.#head < this.#entries.length) {
      const sequence = this.#entries[this.#head]!
      if (sequence.inWaiting && (sequence.status === WAITING || sequence.status === PREEMPTED))
        return sequence
      this.#popFront()
    }
    return null
  }

  /** Takes a sequence out of the members; its entry goes only if it is at the head. */
  leave(sequence: Sequence): void {
    if (this.#entries[this.#head] === sequence) this.#popFront()
    sequence.inWaiting = false
  }

  /** Changes the status and keeps the sums right. */
  setStatus(sequence: Sequence, status: number): void {
    this.#count(sequence, -sequence.queueEntries)
    sequence.status = status
    this.#count(sequence, sequence.queueEntries)
  }

  /** Members that hold KV blocks: those an instance had too few of when it last tried to admit them. */
  countHolding(): number {
    const holding = new Set<Sequence>()
    for (let i = this.#head; i < this.#entries.length; i++) {
      const sequence = this.#entries[i]!
      const isMember = sequence.inWaiting && (sequence.status === WAITING || sequence.status === PREEMPTED)
      if (isMember && sequence.allocated > 0) holding.add(sequence)
    }
    return holding.size
  }

  #popFront(): void {
    const sequence = this.#entries[this.#head++]!
    sequence.queueEntries--
    this.#count(sequence, -1)
    if (this.#head === this.#entries.length) {
      this.#entries.length = 0
      this.#head = 0
    } else if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
  }

  #count(sequence: Sequence, entries: number): void {
    if (sequence.status === WAITING) {
      this.waitingCount += entries
      this.waitingTokens += entries * sequence.promptLength
    } else if (sequence.status === PREEMPTED) {
      this.preemptedCount += entries
      this.preemptedTokens += entries * (sequence.promptLength + sequence.generated)
    }
  }
}
