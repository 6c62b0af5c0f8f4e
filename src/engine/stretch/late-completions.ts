import {grown} from '../../core/grown.ts'
import {TurnOrder} from '../record/turn-order.ts'

const FIRST = 1 << 8

/** Requests that instances complete while each is advanced alone, to be counted in the order of the clock: sums depend on it. */
export class LateCompletions {
  readonly #turnOrder = new TurnOrder()
  #count = 0
  #requests = new Int32Array(FIRST)
  #atMs = new Float64Array(FIRST)
  #first = new Float64Array(FIRST)
  #second = new Float64Array(FIRST)
  #rank = new Float64Array(FIRST)

  /** @param first and `second` order those of one moment */
  add(request: number, atMs: number, first: number, second: number): void {
    if (this.#count === this.#requests.length) this.#grow()
    const at = this.#count++
    this.#requests[at] = request
    this.#atMs[at] = atMs
    this.#first[at] = first
    this.#second[at] = second
  }

  /** Hands them over in order, and forgets them. */
  settle(completed: (request: number) => void): void {
    const rows = this.#count
    this.#count = 0
    if (rows === 0) return
    const {order} = this.#inOrder(rows)
    for (let i = 0; i < rows; i++) completed(this.#requests[order[i]!]!)
  }

  #inOrder(rows: number): TurnOrder {
    const turnOrder = this.#turnOrder
    turnOrder.sort({rows, startMs: this.#first, rank: this.#second}, Number.POSITIVE_INFINITY)
    for (let i = 0; i < rows; i++) this.#rank[turnOrder.order[i]!] = i
    turnOrder.sort({rows, startMs: this.#atMs, rank: this.#rank}, Number.POSITIVE_INFINITY)
    return turnOrder
  }

  #grow(): void {
    const size = this.#count * 2
    this.#requests = grown(this.#requests, size)
    this.#atMs = grown(this.#atMs, size)
    this.#first = grown(this.#first, size)
    this.#second = grown(this.#second, size)
    this.#rank = grown(this.#rank, size)
  }
}
