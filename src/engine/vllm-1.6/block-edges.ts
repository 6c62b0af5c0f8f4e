import type {Sequence} from './sequence.ts'
import type {SequenceBlocks} from './sequence-blocks.ts'

/**
 * Where the sequences of a batch that decodes next come to an edge of their KV blocks, generation 1.6: a token that is
 * computed completes a block, or is the first of one that has to be taken. `done` says everywhere how many tokens each
 * sequence has beyond its written length.
 */
export class BlockEdges {
  readonly #blockSize: number
  /** Places in the batch of those that come to one, in order, and how many they are. */
  readonly #places: number[] = []
  #count = 0
  /** Blocks that have to be taken there. */
  taken = 0

  /** @param blockSize tokens, more than one */
  constructor(blockSize: number) {
    this.#blockSize = blockSize
  }

  /** @returns the passes before the next one in which a sequence comes to an edge */
  look(batch: readonly Sequence[], done: number): number {
    const blockSize = this.#blockSize
    let passes = blockSize
    let count = 0
    let taken = 0
    for (let i = 0; i < batch.length; i++) {
      const inBlock = (batch[i]!.length + done) % blockSize
      const left = inBlock < 2 ? 0 : blockSize - inBlock
      if (left > passes) continue
      if (left < passes) {
        passes = left
        count = 0
      }
      this.#places[count++] = i
      if (inBlock === 1) taken++
    }
    this.#count = count
    this.taken = taken
    return passes
  }

  /** The pass there computes a token of each: blocks are completed and taken in the order of the batch. */
  pass(batch: readonly Sequence[], done: number, blocks: SequenceBlocks): void {
    for (let i = 0; i < this.#count; i++) {
      const sequence = batch[this.#places[i]!]!
      const length = sequence.length + done
      if (length % this.#blockSize === 0) blocks.computed(sequence, length)
      else blocks.openNext(sequence, length)
    }
  }
}
