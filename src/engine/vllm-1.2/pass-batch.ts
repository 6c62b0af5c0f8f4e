import type {EngineArgs} from '../../config/scenario.ts'
import type {OutcomeRow} from '../pass-outcome.ts'
import type {Sequence} from './sequence.ts'

type Args = Pick<EngineArgs, 'max_num_batched_tokens' | 'worker_type'>

/**
 * What the pass under way has scheduled so far: what is left of its token budget, the sums its prefill time is made
 * from, and the counts its snapshot shows. A pre-emption takes the victim's share of all three back.
 */
export class PassBatch {
  /** Tokens of one pass. */
  readonly budget: number
  readonly #paysForPrompts: boolean
  readonly #outcome: OutcomeRow
  #pass = 0
  startMs = 0
  /** Tokens left of the budget. */
  tokensLeft = 0
  /** A sequence was pre-empted while this pass was put together: it admits nobody then. */
  hasPreempted = false
  /** Sequences with prompt tokens in this pass; the sums of their prompts so far, and of what came before this pass. */
  promptCount = 0
  promptTokens = 0
  prefixTokens = 0

  constructor({max_num_batched_tokens, worker_type}: Args, outcome: OutcomeRow) {
    this.budget = max_num_batched_tokens ?? Number.POSITIVE_INFINITY
    // On a decode instance the prompt has been computed elsewhere.
    this.#paysForPrompts = worker_type !== 'decode'
    this.#outcome = outcome
  }

  begin(nowMs: number): void {
    this.#pass++
    this.startMs = nowMs
    this.tokensLeft = this.budget
    this.hasPreempted = false
    this.promptCount = 0
    this.promptTokens = 0
    this.prefixTokens = 0
    const outcome = this.#outcome
    outcome.numPrefillRequests = 0
    outcome.sumPrefillTokens = 0
    outcome.numDecodeRequests = 0
    outcome.sumDecodeKvTokens = 0
  }

  holds(sequence: Sequence): boolean {
    return sequence.passScheduled === this.#pass
  }

  /** Takes in a sequence with the tokens its `pass…` fields say. */
  add(sequence: Sequence): void {
    sequence.passScheduled = this.#pass
    sequence.passLength = sequence.length
    this.tokensLeft -= sequence.passUsed
    const outcome = this.#outcome
    if (sequence.passPromptTokens === 0) {
      outcome.numDecodeRequests++
      outcome.sumDecodeKvTokens += sequence.length
      return
    }
    outcome.numPrefillRequests++
    outcome.sumPrefillTokens += sequence.passUsed
    if (!this.#paysForPrompts) return
    this.promptCount++
    this.promptTokens += sequence.passPrefix + sequence.passPromptTokens
    this.prefixTokens += sequence.passPrefix
  }

  /** Takes in sequences that decode, one token each, with so many tokens in all. They are noted only if somebody looks (`noteDecode`). */
  addDecodes(count: number, tokens: number): void {
    this.tokensLeft -= count
    this.#outcome.numDecodeRequests += count
    this.#outcome.sumDecodeKvTokens += tokens
  }

  noteDecode(sequence: Sequence): void {
    sequence.passScheduled = this.#pass
    sequence.passLength = sequence.length
    sequence.passUsed = 1
    sequence.passPrefix = sequence.promptLength
    sequence.passPromptTokens = 0
  }

  /** Takes a sequence out again, if it is in. */
  undo(victim: Sequence): void {
    if (!this.holds(victim)) return
    victim.passScheduled = -1
    this.tokensLeft += victim.passUsed
    const outcome = this.#outcome
    if (victim.passPromptTokens === 0) {
      outcome.numDecodeRequests--
      outcome.sumDecodeKvTokens -= victim.passLength
      return
    }
    outcome.numPrefillRequests--
    outcome.sumPrefillTokens -= victim.passUsed
    if (!this.#paysForPrompts) return
    this.promptCount = Math.max(this.promptCount - 1, 0)
    this.promptTokens = Math.max(this.promptTokens - victim.passPrefix - victim.passPromptTokens, 0)
    this.prefixTokens = Math.max(this.prefixTokens - victim.passPrefix, 0)
  }
}
