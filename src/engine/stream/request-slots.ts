import {RunError} from '../../core/result.ts'
import type {NextRequest} from '../../trace/streamed/request-source.ts'
import type {Workload} from '../../trace/workload.ts'
import {LivingPrefixes, PROMPT_IDENTITIES} from './living-prefixes.ts'
import {MOST_SLOTS} from './most-slots.ts'

/**
 * Places for the requests that are under way, used again when those are over. To the engine a slot is a request's number: its
 * columns are as long as there are slots, and the system gives memory only to those that were ever used.
 */
export class RequestSlots {
  /** Over slots; of a request under way it has the lengths. */
  readonly workload: Workload
  readonly #capacity: number
  readonly #leastNodes: number
  #used = 0
  readonly #free: number[] = []
  readonly #isTaken: Uint8Array
  /** By slot: place of its request in the trace. */
  readonly #number: Float64Array
  /** What prompts have in common, by tokens of a KV block. */
  readonly #prefixes: LivingPrefixes[] = []

  /** @param leastNodes prefixes of prompts from which on it is looked which of them are still needed */
  constructor(requestCount: number, leastNodes = 2 ** 16) {
    this.#leastNodes = leastNodes
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
    this.#isTaken = new Uint8Array(this.#capacity)
    this.#number = new Float64Array(this.#capacity)
  }

  /** The slot of the next request, which arrives. */
  take(next: NextRequest): number {
    const slot = this.#free.pop() ?? this.#fresh()
    this.#isTaken[slot] = 1
    this.#number[slot] = next.nextNumber
    this.workload.inputLength[slot] = next.nextInputLength
    this.workload.outputLength[slot] = next.nextOutputLength
    if (this.#prefixes.length > 0) {
      const {hashIds, nextHash, laterIds = 0} = next.prefixes!
      for (const prefixes of this.#prefixes) prefixes.arrived(slot, hashIds, nextHash, laterIds)
    }
    next.skip()
    return slot
  }

  /** Place of a slot's request in the trace. */
  numberOf(slot: number): number {
    return this.#number[slot]!
  }

  /** Nobody asks for its request any more. */
  give(slot: number): void {
    this.#isTaken[slot] = 0
    this.#free.push(slot)
  }

  /** Identities of the blocks of its prompts; asked for before the first request comes. */
  prefixesOf(traceBlockSize: number, blockSize: number): LivingPrefixes {
    const known = this.#prefixes.find(prefixes => prefixes.blockSize === blockSize)
    if (known !== undefined) return known
    const taken = {eachTaken: this.#eachTaken, inputLength: this.workload.inputLength}
    const sizes = {blockSize, traceBlockSize, leastNodes: this.#leastNodes, identities: PROMPT_IDENTITIES}
    const prefixes = new LivingPrefixes(taken, sizes)
    this.#prefixes.push(prefixes)
    return prefixes
  }

  readonly #eachTaken = (visit: (slot: number) => void): void => {
    for (let slot = 0; slot < this.#used; slot++) if (this.#isTaken[slot] === 1) visit(slot)
  }

  #fresh(): number {
    if (this.#used < this.#capacity) return this.#used++
    throw new RunError(
      `more than ${this.#capacity.toLocaleString('en-US')} requests wait or are under way at one moment: the fleet is overrun, and there is no room for more`,
    )
  }
}
