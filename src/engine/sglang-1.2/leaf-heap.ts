import {EarliestHeap} from '../../core/queues/earliest-heap.ts'

/** Something that was last used at `access` and may stand in a `LeafHeap`. */
export interface Leaf {
  access: number
  /** It has an entry in the heap. */
  queued: boolean
}

/**
 * Leaves by time of last use, oldest first, at most one entry each. An entry keeps the time it was pushed with; since
 * uses only get later, a leaf used since then is found too early, never too late, and whoever pops it pushes it again.
 */
export class LeafHeap<T extends Leaf> {
  readonly #heap = new EarliestHeap<T>()

  get size(): number {
    return this.#heap.size
  }

  /** Time of the entry `pop` would return. */
  get topTime(): number {
    return this.#heap.topKey
  }

  push(leaf: T): void {
    if (leaf.queued) return
    leaf.queued = true
    this.#heap.push(leaf.access, leaf)
  }

  pop(): T {
    const leaf = this.#heap.pop()
    leaf.queued = false
    return leaf
  }
}
