/** Something that was last used at `access` and may stand in a `LeafHeap`. */
export interface Leaf {
  access: number
  /** It has an entry in the heap. */
  queued: boolean
}

/**
 * Leaves by time of last use, oldest first, at most one entry each. An entry keeps the time it was pushed with; since
 * uses only get later, a leaf used since then is found too early, never too late, and whoever pops it pushes it again.
 * Apart from the heaps of events for speed (speed.md 3).
 */
export class LeafHeap<T extends Leaf> {
  readonly #times: number[] = []
  readonly #leaves: T[] = []

  get size(): number {
    return this.#times.length
  }

  /** Time of the entry `pop` would return. */
  get topTime(): number {
    return this.#times[0]!
  }

  push(leaf: T): void {
    if (leaf.queued) return
    leaf.queued = true
    const times = this.#times
    const leaves = this.#leaves
    const time = leaf.access
    let at = times.length
    times.push(time)
    leaves.push(leaf)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (times[up]! <= time) break
      times[at] = times[up]!
      leaves[at] = leaves[up]!
      at = up
    }
    times[at] = time
    leaves[at] = leaf
  }

  pop(): T {
    const times = this.#times
    const leaves = this.#leaves
    const top = leaves[0]!
    const time = times.pop()!
    const leaf = leaves.pop()!
    top.queued = false
    const size = times.length
    if (size === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && times[child + 1]! < times[child]!) child++
      if (times[child]! >= time) break
      times[at] = times[child]!
      leaves[at] = leaves[child]!
      at = child
    }
    times[at] = time
    leaves[at] = leaf
    return top
  }
}
