import type {CachedSequence} from './cached-sequence.ts'

/** The prompt chunks of the pass under way, in the order in which they were taken. */
export class PromptBatch<S extends CachedSequence> {
  readonly sequences: S[] = []
  /** New tokens of each, those found in the cache left out. */
  readonly newTokens: number[] = []
  /** Sums of the prompts so far, and of what came before this pass. */
  promptTokens = 0
  prefixTokens = 0

  get size(): number {
    return this.sequences.length
  }

  clear(): void {
    this.sequences.length = 0
    this.newTokens.length = 0
    this.promptTokens = 0
    this.prefixTokens = 0
  }

  /** @param prefix tokens before `end` that had slots already */
  add(sequence: S, end: number, prefix: number): void {
    this.sequences.push(sequence)
    this.newTokens.push(end - prefix)
    this.promptTokens += end
    this.prefixTokens += prefix
  }
}
