/** What has to be known of an instance to give it its turn. */
export interface StartableInstance {
  /** Number within the pool. */
  readonly id: number
  /** A pass is under way. */
  readonly isBusy: boolean
  /** It waits here. */
  isReady: boolean
  readonly scheduler: {readonly hasRequests: boolean}
}

/**
 * Instances of one pool that can start a pass now, lowest number first: a binary heap. An instance enters when it comes
 * to have both requests and time (`isReady` says it is in), so that nobody has to look at those that have not.
 */
export class ReadyInstances<Instance extends StartableInstance> {
  readonly #heap: Instance[] = []

  get isEmpty(): boolean {
    return this.#heap.length === 0
  }

  /** Call whenever an instance got a request or ended a pass. */
  addIfReady(instance: Instance): void {
    if (instance.isReady || instance.isBusy || !instance.scheduler.hasRequests) return
    instance.isReady = true
    const heap = this.#heap
    let at = heap.length
    heap.push(instance)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (heap[up]!.id < instance.id) break
      heap[at] = heap[up]!
      at = up
    }
    heap[at] = instance
  }

  /** Removes and returns the lowest; there must be one. */
  takeLowest(): Instance {
    const heap = this.#heap
    const lowest = heap[0]!
    const last = heap.pop()!
    lowest.isReady = false
    const size = heap.length
    if (size === 0) return lowest
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && heap[child + 1]!.id < heap[child]!.id) child++
      if (heap[child]!.id > last.id) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return lowest
  }
}
