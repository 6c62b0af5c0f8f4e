import {Deque} from '../../core/queues/deque.ts'
import type {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {Sequence} from './sequence.ts'
import type {VllmDestination} from './vllm-destination.ts'

/** Sequences that wait for an instance, in order of admission, with the sums a snapshot reports (engine-1.6.md 5.7). */
export class WaitingQueue {
  readonly #entries = new Deque<Sequence>()
  /** Waiting for their first admission, and their prompt tokens. */
  newCount = 0
  newTokens = 0
  /** Pre-empted or handed over by a prefill instance, and their tokens. */
  decodeCount = 0
  decodeTokens = 0
  /** Handed over, and not yet running. */
  handedOffCount = 0

  get isEmpty(): boolean {
    return this.#entries.isEmpty
  }

  get first(): Sequence | null {
    return this.#entries.first
  }

  /** The first whose whole prompt is computed already. */
  get firstMaterialised(): Sequence | null {
    if (this.handedOffCount === 0) return null
    for (const sequence of this.#entries) if (sequence.isMaterialised) return sequence
    return null
  }

  pushBack(sequence: Sequence): void {
    this.#entries.pushBack(sequence)
    this.#count(sequence, 1)
  }

  pushFront(sequence: Sequence): void {
    this.#entries.pushFront(sequence)
    this.#count(sequence, 1)
  }

  /** Before the first that was accepted after it. */
  insertByOrdinal(sequence: Sequence): void {
    this.#entries.insertBefore(sequence, other => other.ordinal > sequence.ordinal)
    this.#count(sequence, 1)
  }

  remove(sequence: Sequence): void {
    this.#count(sequence, -1)
    this.#entries.remove(sequence)
  }

  /** Writes down what waits, those included whose prompts are to come from prefill instances. */
  countIn(outcome: OutcomeRow16, destination: VllmDestination | null): void {
    outcome.numQueuedPrefill = this.newCount
    outcome.sumQueuedPrefillTokens = this.newTokens
    outcome.numQueuedDecode = this.decodeCount + (destination?.pendingCount ?? 0)
    outcome.sumQueuedDecodeKvTokens = this.decodeTokens + (destination?.pendingTokens ?? 0)
  }

  [Symbol.iterator](): Iterator<Sequence> {
    return this.#entries[Symbol.iterator]()
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
