import {EarliestHeap} from '../core/queues/earliest-heap.ts'

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
 * Instances of one pool that can start a pass now, lowest number first. An instance enters when it comes to have both requests
 * and time (`isReady` says it is in), so that nobody has to look at those that have not.
 */
export class ReadyInstances<Instance extends StartableInstance> {
  readonly #heap = new EarliestHeap<Instance>()
  /** One of them is kept out of the heap: mostly there is no other. */
  #single: Instance | null = null

  get isEmpty(): boolean {
    return this.#single === null && this.#heap.size === 0
  }

  /** Call whenever an instance got a request or ended a pass. */
  addIfReady(instance: Instance): void {
    if (instance.isReady || instance.isBusy || !instance.scheduler.hasRequests) return
    instance.isReady = true
    if (this.#single === null) this.#single = instance
    else this.#heap.push(instance.id, instance)
  }

  /** Removes and returns the lowest; there must be one. */
  takeLowest(): Instance {
    const single = this.#single
    const isLowest = single !== null && (this.#heap.size === 0 || single.id < this.#heap.topKey)
    const lowest = isLowest ? single : this.#heap.pop()
    if (isLowest) this.#single = null
    lowest.isReady = false
    return lowest
  }
}
