import type {Workload} from '../../trace/workload.ts'
import {Arrivals} from '../arrivals.ts'

/**
 * Requests in release order under a cap on sessions (engine-1.6.md 2.5): a session keeps its place over all its turns and
 * the waits between them; the next one in file order comes in when its last turn is over.
 */
export class SessionSlots {
  readonly #workload: Workload
  readonly #firstTurns: number[] = []
  readonly #arrivals: Arrivals
  #entered = 0

  constructor(workload: Workload, most: number) {
    this.#workload = workload
    this.#arrivals = new Arrivals({...workload, releaseOrder: new Int32Array(0)})
    for (let request = 0; request < workload.requestCount; request++)
      if (workload.turn[request] === 0) this.#firstTurns.push(request)
    while (this.#entered < Math.min(most, this.#firstTurns.length)) this.#enter(0)
  }

  get isDrained(): boolean {
    return this.#arrivals.isDrained
  }

  get nextMs(): number {
    return this.#arrivals.nextMs
  }

  pop(): number {
    return this.#arrivals.pop()
  }

  /** A request is over, completed or not. */
  completed(request: number, atMs: number): void {
    if (this.#workload.nextTurn[request]! >= 0) this.#arrivals.completed(request, atMs)
    else if (this.#entered < this.#firstTurns.length) this.#enter(atMs)
  }

  gaveUp(request: number, atMs: number): void {
    this.completed(request, atMs)
  }

  #enter(atMs: number): void {
    this.#arrivals.release(this.#firstTurns[this.#entered++]!, atMs)
  }
}
