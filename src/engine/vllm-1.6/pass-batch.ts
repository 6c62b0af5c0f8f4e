import type {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {Sequence} from './sequence.ts'

/**
 * What the pass under way has scheduled so far, generation 1.6: what is left of its token budget, the sums its prefill
 * time is made from, and the counts its snapshot shows. A pre-emption takes the victim's share of all three back. Against
 * 1.2's: cached prefixes are counted, too, prompts count on decode instances as well, and a request that has all its
 * tokens counts as none.
 */
export class PassBatch {
  readonly #budget: number
  readonly #outcome: OutcomeRow16
  #pass = 0
  startMs = 0
  /** Tokens left of the budget. */
  tokensLeft = 0
  /** Sequences in it. */
  size = 0
  hasAdmitted = false
  /** A sequence was pre-empted while this pass was put together: it admits nobody then. */
  hasPreempted = false
  /** Sequences with prompt tokens in this pass; the sums of their prompts so far, and of what came before this pass. */
  promptCount = 0
  promptTokens = 0
  prefixTokens = 0

  constructor(budget: number, outcome: OutcomeRow16) {
    this.#budget = budget
    this.#outcome = outcome
  }

  begin(nowMs: number): void {
    this.#pass++
    this.startMs = nowMs
    this.tokensLeft = this.#budget
    this.size = 0
    this.hasAdmitted = false
    this.hasPreempted = false
    this.promptCount = 0
    this.promptTokens = 0
    this.prefixTokens = 0
    this.#outcome.clearCounts()
  }

  holds(sequence: Sequence): boolean {
    return sequence.passScheduled === this.#pass
  }

  /** The sequence has tokens of its prompt in this pass. */
  prefills(sequence: Sequence): boolean {
    return sequence.passScheduled === this.#pass && sequence.passPromptTokens > 0
  }

  /** Takes in a sequence with the tokens its `pass…` fields say. */
  add(sequence: Sequence): void {
    sequence.passScheduled = this.#pass
    sequence.passLength = sequence.length
    this.size++
    this.tokensLeft -= sequence.passUsed
    const outcome = this.#outcome
    if (sequence.passPromptTokens === 0) {
      if (sequence.isComplete) return
      outcome.numDecodeRequests++
      outcome.sumDecodeKvTokens += sequence.length
      return
    }
    outcome.numPrefillRequests++
    outcome.sumPrefillTokens += sequence.passUsed
    outcome.sumPrefillKvTokens += sequence.passPrefix
    this.promptCount++
    this.promptTokens += sequence.passPrefix + sequence.passPromptTokens
    this.prefixTokens += sequence.passPrefix
  }

  /** Takes a sequence out again, if it is in. */
  undo(victim: Sequence): void {
    if (!this.holds(victim)) return
    victim.passScheduled = -1
    this.size--
    this.tokensLeft += victim.passUsed
    const outcome = this.#outcome
    if (victim.passPromptTokens === 0) {
      outcome.numDecodeRequests--
      outcome.sumDecodeKvTokens -= victim.passLength
      return
    }
    outcome.numPrefillRequests--
    outcome.sumPrefillTokens -= victim.passUsed
    outcome.sumPrefillKvTokens -= victim.passPrefix
    this.promptCount--
    this.promptTokens -= victim.passPrefix + victim.passPromptTokens
    this.prefixTokens -= victim.passPrefix
  }
}
