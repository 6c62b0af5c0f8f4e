import {Deque} from '../../core/queues/deque.ts'
import type {OutcomeRow} from '../pass-outcome.ts'
import {PREEMPTED, type Sequence, WAITING} from './sequence.ts'

/**
 * The waiting deque of a vLLM-style scheduler. Entries are removed lazily, and pre-empted sequences are pushed to the
 * front, so it can hold stale entries and duplicates; both show in the reported queue (engine.md 5.1, 5.8), which is
 * why the sums below count entries, not sequences.
 */
export class WaitingQueue {
  readonly #entries = new Deque<Sequence>()

  /** Entries whose sequence waits for its first admission, and the sum of their prompt tokens. */
  #waitingCount = 0
  #waitingTokens = 0
  /** Entries whose sequence was pre-empted, and the sum of their prompt and generated tokens. */
  #preemptedCount = 0
  #preemptedTokens = 0

  get isEmpty(): boolean {
    return this.#entries.isEmpty
  }

  pushBack(sequence: Sequence): void {
    this.#entries.pushBack(sequence)
    this.#entered(sequence)
  }

  /** Takes in one that was pre-empted, before all others. */
  takeBack(sequence: Sequence): void {
    this.setStatus(sequence, PREEMPTED)
    if (sequence.inWaiting) return
    this.#entries.pushFront(sequence)
    this.#entered(sequence)
  }

  /** First entry that can be admitted; stale ones before it are dropped. */
  peek(): Sequence | null {
    for (;;) {
      const sequence = this.#entries.first
      if (sequence === null || isMember(sequence)) return sequence
      this.#popFront()
    }
  }

  /** Takes a sequence out of the members; its entry goes only if it is at the head. */
  leave(sequence: Sequence): void {
    if (this.#entries.first === sequence) this.#popFront()
    sequence.inWaiting = false
  }

  /** Changes the status and keeps the sums right. */
  setStatus(sequence: Sequence, status: number): void {
    this.#count(sequence, -sequence.queueEntries)
    sequence.status = status
    this.#count(sequence, sequence.queueEntries)
  }

  countIn(outcome: OutcomeRow): void {
    outcome.numQueuedPrefill = this.#waitingCount
    outcome.sumQueuedPrefillTokens = this.#waitingTokens
    outcome.numQueuedDecode = this.#preemptedCount
    outcome.sumQueuedDecodeKvTokens = this.#preemptedTokens
  }

  /** Members that hold KV blocks: those an instance had too few of when it last tried to admit them. */
  countHolding(): number {
    const holding = new Set<Sequence>()
    for (const sequence of this.#entries) {
      if (isMember(sequence) && sequence.allocated > 0) holding.add(sequence)
    }
    return holding.size
  }

  #entered(sequence: Sequence): void {
    sequence.inWaiting = true
    sequence.queueEntries++
    this.#count(sequence, 1)
  }

  #popFront(): void {
    const sequence = this.#entries.popFront()
    sequence.queueEntries--
    this.#count(sequence, -1)
  }

  #count(sequence: Sequence, entries: number): void {
    if (sequence.status === WAITING) {
      this.#waitingCount += entries
      this.#waitingTokens += entries * sequence.promptLength
    } else if (sequence.status === PREEMPTED) {
      this.#preemptedCount += entries
      this.#preemptedTokens += entries * (sequence.promptLength + sequence.generated)
    }
  }
}

/** It waits, whether for its first admission or after a pre-emption; entries of others are stale. */
function isMember({inWaiting, status}: Sequence): boolean {
  return inWaiting && (status === WAITING || status === PREEMPTED)
}
