import type {PagedSequence} from './paged-sequence.ts'

/**
 * The sequences in the batch, in order of admission. Those that finish stay in it, marked alone, until `compact`: the pass
 * that walks over them is not disturbed.
 */
export class RunningSet<S extends PagedSequence> {
  readonly sequences: S[] = []
  readonly #takesNewest: boolean
  #hasFinished = false

  constructor(preemptionMode: 'lifo' | 'fifo') {
    this.#takesNewest = preemptionMode === 'lifo'
  }

  get size(): number {
    return this.sequences.length
  }

  add(sequence: S): void {
    this.sequences.push(sequence)
  }

  /** Removes the sequence to be pre-empted next: the newest (lifo) or the oldest (fifo); null when none is left. */
  takeVictim(): S | null {
    const {sequences} = this
    for (;;) {
      const victim = this.#takesNewest ? sequences.pop() : sequences.shift()
      if (victim === undefined) return null
      if (!victim.isFinished) return victim
    }
  }

  finish(sequence: S): void {
    sequence.isFinished = true
    this.#hasFinished = true
  }

  compact(): void {
    if (!this.#hasFinished) return
    const {sequences} = this
    let kept = 0
    for (const sequence of sequences) if (!sequence.isFinished) sequences[kept++] = sequence
    // Setting the length calls into the runtime.
    while (sequences.length > kept) sequences.pop()
    this.#hasFinished = false
  }
}
