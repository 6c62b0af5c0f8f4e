/** Identities of blocks that a KV cache registered and evicted since the log was last cleared, in order. */
export class BlockLog {
  readonly registered: number[] = []
  readonly evicted: number[] = []

  clear(): void {
    this.registered.length = 0
    this.evicted.length = 0
  }
}
