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

  get isEmpty(): boolean {
    return this.#heap.size === 0
  }

  /** Call whenever an instance got a request or ended a pass. */
  addIfReady(instance: Instance): void {
    if (instance.isReady || instance.isBusy || !instance.scheduler.hasRequests) return
    instance.isReady = true
    this.#heap.push(instance.id, instance)
  }

  /** Removes and returns the lowest; there must be one. */
  takeLowest(): Instance {
    const lowest = this.#heap.pop()
    lowest.isReady = false
    return lowest
  }
}
