import type {RequestGraph} from '../../trace/request-graph.ts'
import type {Workload} from '../../trace/workload.ts'
import {Arrivals} from '../arrivals.ts'

/**
 * Requests in release order where each may wait for the end, or the start, of others: it is sent at the latest of its own
 * earliest start and of what each of those it waits for allows. Of a play in which a request was turned away nothing more
 * is sent.
 */
export class GraphArrivals {
  readonly #graph: RequestGraph
  readonly #arrivals: Arrivals
  readonly #waits: Int32Array
  readonly #readyMs: Float64Array
  readonly #isSent: Uint8Array
  readonly #hasFailed: Uint8Array
  /** Requests that may still be sent. */
  #left: number

  constructor(workload: Workload, graph: RequestGraph) {
    this.#graph = graph
    this.#arrivals = new Arrivals(workload)
    this.#waits = graph.waits.slice()
    this.#readyMs = graph.notBeforeMs.slice()
    this.#isSent = new Uint8Array(workload.requestCount)
    this.#hasFailed = new Uint8Array(graph.playCount)
    this.#left = workload.requestCount
  }

  get isDrained(): boolean {
    return this.#left === 0
  }

  get nextMs(): number {
    for (;;) {
      const nextMs = this.#arrivals.nextMs
      if (nextMs === Number.POSITIVE_INFINITY || !this.#isCancelled(this.#arrivals.peek())) return nextMs
      this.#arrivals.pop()
    }
  }

  /** Takes the next request; its release time is the `nextMs` from before. */
  pop(): number {
    const atMs = this.nextMs
    const request = this.#arrivals.pop()
    this.#isSent[request] = 1
    this.#left--
    this.#release(request, atMs, 1)
    return request
  }

  completed(request: number, atMs: number): void {
    this.#release(request, atMs, 0)
  }

  gaveUp(request: number): void {
    const {play} = this.#graph
    const own = play[request]!
    if (this.#hasFailed[own] === 1) return
    this.#hasFailed[own] = 1
    for (let r = 0; r < play.length; r++) if (play[r] === own && this.#isSent[r] === 0) this.#left--
  }

  #isCancelled(request: number): boolean {
    return this.#hasFailed[this.#graph.play[request]!] === 1
  }

  #release(source: number, atMs: number, fromStart: 0 | 1): void {
    if (this.#isCancelled(source)) return
    const {edgeStart, edgeTarget, edgeDelayMs, edgeFromStart} = this.#graph
    for (let edge = edgeStart[source]!; edge < edgeStart[source + 1]!; edge++) {
      if (edgeFromStart[edge] !== fromStart) continue
      const target = edgeTarget[edge]!
      this.#readyMs[target] = Math.max(this.#readyMs[target]!, atMs + edgeDelayMs[edge]!)
      if (--this.#waits[target]! === 0) this.#arrivals.release(target, this.#readyMs[target]!)
    }
  }
}
