/** What has to be known of a request to say when its next token needs a block. */
interface Growing {
  /** Prompt plus generated tokens. */
  readonly length: number
}

interface Blocks<Request> {
  openBlock(request: Request): boolean
}

/** When, as a batch decodes, its tokens next open KV blocks, and for how many requests at once. */
export class NextOpening {
  readonly #blockSize: number
  /** So many requests take a block then. */
  requests = 0

  /** @param blockSize tokens, more than one */
  constructor(blockSize: number) {
    this.#blockSize = blockSize
  }

  /**
   * @param done tokens that each request of the batch has beyond its written length
   * @returns the passes before that one
   */
  look(batch: readonly Growing[], done: number): number {
    const blockSize = this.#blockSize
    let passes = blockSize
    let requests = 0
    for (let i = 0; i < batch.length; i++) {
      const inBlock = (batch[i]!.length + done) % blockSize
      const left = inBlock === 0 ? 0 : blockSize - inBlock
      if (left > passes) continue
      requests = left === passes ? requests + 1 : 1
      passes = left
    }
    this.requests = requests
    return passes
  }

  /** Takes the blocks for the tokens of that pass, which is next, in the batch's order, and looks on from after it. */
  take<Request extends Growing>(batch: readonly Request[], done: number, from: Blocks<Request>): number {
    for (let i = 0; i < batch.length; i++)
      if ((batch[i]!.length + done) % this.#blockSize === 0) from.openBlock(batch[i]!)
    return this.look(batch, done + 1)
  }
}
