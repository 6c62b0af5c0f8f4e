/** One request on one vLLM-style instance: prompt plus generated tokens, and how far they are computed. All counts are tokens. */
export class PagedSequence {
  readonly request: number
  readonly promptLength: number
  /** Tokens it may generate. */
  readonly maxOutput: number
  /** Prompt plus generated tokens. */
  length: number
  generated = 0
  /** Tokens whose KV has been computed. */
  computed = 0
  /** Tokens that have blocks. */
  allocated = 0
  /** It has left the batch for good. */
  isFinished = false

  /** What the current pass scheduled, for snapshots and for undoing it. */
  passScheduled = -1
  passUsed = 0
  passPromptTokens = 0
  passPrefix = 0
  passLength = 0

  constructor(request: number, lengths: SequenceLengths) {
    this.request = request
    this.promptLength = lengths.prompt
    this.maxOutput = lengths.maxOutput
    this.length = lengths.prompt
  }
}

export interface SequenceLengths {
  /** Tokens. */
  readonly prompt: number
  readonly maxOutput: number
  /** Complete blocks of the prompt. */
  readonly promptBlocks: number
}
