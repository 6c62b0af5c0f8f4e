import {grown} from '../../core/grown.ts'

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
  /** By request of the batch: passes of the run before it takes its next block. */
  #before = new Int32Array(64)
  /** So many requests take a block then. */
  requests = 0

  /** @param blockSize tokens, more than one */
  constructor(blockSize: number) {
    this.#blockSize = blockSize
  }

  /** Looks at a batch whose run begins. @returns the passes before the first in which blocks are taken */
  look(batch: readonly Growing[]): number {
    if (this.#before.length < batch.length) this.#before = grown(this.#before, batch.length * 2)
    const blockSize = this.#blockSize
    const before = this.#before
    let least = blockSize
    let requests = 0
    for (let i = 0; i < batch.length; i++) {
      const inBlock = batch[i]!.length % blockSize
      const passes = inBlock === 0 ? 0 : blockSize - inBlock
      before[i] = passes
      if (passes > least) continue
      requests = passes === least ? requests + 1 : 1
      least = passes
    }
    this.requests = requests
    return least
  }

  /**
   * Takes the blocks for the tokens of the pass after `done` of the run, in the batch's order.
   * @returns the passes of the run before the next such one
   */
  take<Request extends Growing>(batch: readonly Request[], done: number, from: Blocks<Request>): number {
    const before = this.#before
    let least = done + this.#blockSize
    let requests = 0
    for (let i = 0; i < batch.length; i++) {
      if (before[i] === done) {
        from.openBlock(batch[i]!)
        before[i] = done + this.#blockSize
      }
      const passes = before[i]!
      if (passes > least) continue
      requests = passes === least ? requests + 1 : 1
      least = passes
    }
    this.requests = requests
    return least
  }
}
