import {RunError} from '../../core/result.ts'
import type {Workload} from '../../trace/workload.ts'

/** More requests than this under way at a time have no room in two gigabytes, whatever is kept of them. */
export const MOST_SLOTS = 2 ** 22

/**
 * Places for the requests that are under way, used again when those are over. To the engine a slot is a request's number: its
 * columns are as long as there are slots, and the system gives memory only to those that were ever used.
 */
export class RequestSlots {
  /** Over slots; of a request under way it has the lengths. */
  readonly workload: Workload
  readonly #capacity: number
  #used = 0
  readonly #free: number[] = []

  constructor(requestCount: number) {
    this.#capacity = Math.min(requestCount, MOST_SLOTS)
    this.workload = {
      requestCount: this.#capacity,
      sessionCount: this.#capacity,
      inputLength: new Int32Array(this.#capacity),
      outputLength: new Int32Array(this.#capacity),
      arrivalMs: new Float64Array(0),
      delayMs: new Float64Array(0),
      session: new Int32Array(0),
      turn: new Int32Array(0),
      nextTurn: new Int32Array(0),
      releaseOrder: new Int32Array(0),
      hashStart: new Uint32Array(0),
      hashIds: new Uint32Array(0),
      traceBlockSize: 1,
    }
  }

  /** The slot of a request that arrives. */
  take(inputLength: number, outputLength: number): number {
    const slot = this.#free.pop() ?? this.#fresh()
    this.workload.inputLength[slot] = inputLength
    this.workload.outputLength[slot] = outputLength
    return slot
  }

  /** Nobody asks for its request any more. */
  give(slot: number): void {
    this.#free.push(slot)
  }

  #fresh(): number {
    if (this.#used < this.#capacity) return this.#used++
    throw new RunError(
      `more than ${this.#capacity.toLocaleString('en-US')} requests wait or are under way at one moment: the fleet is overrun, and there is no room for more`,
    )
  }
}
