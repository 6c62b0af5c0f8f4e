import type {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {SglangDestination} from './sglang-destination.ts'
import type {SglangSequence} from './sglang-sequence.ts'

/** Requests that an SGLang-style instance of generation 1.6 has, and that do not run: with no, some or all of their prompt computed. */
export class RequestQueue {
  /** In order of admission: new ones, those with chunks still to come first, those retracted last. */
  waiting: SglangSequence[] = []
  /** Of a decode instance: activated, and not running yet. */
  readonly prebuilt: SglangSequence[] = []

  get size(): number {
    return this.waiting.length + this.prebuilt.length
  }

  /** Those that hold memory. */
  countHolding(): number {
    let holding = this.prebuilt.length
    for (const sequence of this.waiting) if (sequence.materialized > 0) holding++
    return holding
  }

  /** Takes out, in order, those whose prompts are too long for the model. */
  takeTooLong(maxModelLength: number): readonly SglangSequence[] {
    if (this.waiting.every(({promptLength}) => promptLength < maxModelLength)) return NONE
    const tooLong = this.waiting.filter(({promptLength}) => promptLength >= maxModelLength)
    this.waiting = this.waiting.filter(({promptLength}) => promptLength < maxModelLength)
    return tooLong
  }

  /** Writes down what waits, those included whose prompts are to come from prefill instances. */
  countIn(outcome: OutcomeRow16, destination: SglangDestination | null): void {
    outcome.numQueuedPrefill = 0
    outcome.sumQueuedPrefillTokens = 0
    outcome.numQueuedDecode = destination?.pendingCount ?? 0
    outcome.sumQueuedDecodeKvTokens = destination?.pendingTokens ?? 0
    for (const sequence of this.waiting) {
      if (sequence.generated > 0 || sequence.isHandedOff) {
        outcome.numQueuedDecode++
        outcome.sumQueuedDecodeKvTokens += sequence.length
      } else {
        outcome.numQueuedPrefill++
        outcome.sumQueuedPrefillTokens += sequence.promptLength
      }
    }
    for (const {length} of this.prebuilt) {
      outcome.numQueuedDecode++
      outcome.sumQueuedDecodeKvTokens += length
    }
  }
}

const NONE: readonly SglangSequence[] = []
