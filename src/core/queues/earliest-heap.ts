/**
 * Things by a number, the least first: a binary heap over two parallel arrays, so that a push allocates nothing. Of equal
 * numbers any may come first. For heaps that compare by more, see speed.md 3.
 */
export class EarliestHeap<T> {
  #keys: number[] = []
  #items: T[] = []

  get size(): number {
    return this.#keys.length
  }

  /** Of what `pop` would return; there must be something. */
  get topKey(): number {
    return this.#keys[0]!
  }

  push(key: number, item: T): void {
    const keys = this.#keys
    const items = this.#items
    let at = keys.length
    keys.push(key)
    items.push(item)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (keys[up]! <= key) break
      keys[at] = keys[up]!
      items[at] = items[up]!
      at = up
    }
    keys[at] = key
    items[at] = item
  }

  /** Removes the first and returns it; there must be one. */
  pop(): T {
    const keys = this.#keys
    const items = this.#items
    const top = items[0]!
    const key = keys.pop()!
    const item = items.pop()!
    const size = keys.length
    if (size === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++
      if (keys[child]! >= key) break
      keys[at] = keys[child]!
      items[at] = items[child]!
      at = child
    }
    keys[at] = key
    items[at] = item
    return top
  }

  /** Forgets all that is no longer wanted. */
  keepIf(isWanted: (key: number, item: T) => boolean): void {
    const keys = this.#keys
    const items = this.#items
    this.#keys = []
    this.#items = []
    for (let i = 0; i < keys.length; i++) if (isWanted(keys[i]!, items[i]!)) this.push(keys[i]!, items[i]!)
  }
}
