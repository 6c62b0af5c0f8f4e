import type {Workload} from '../trace/workload.ts'

/** First turns to come: all release times, ascending, ms, and the place of the next one among them. */
export interface Upcoming {
  readonly times: Float64Array
  readonly next: number
}

/** Requests to come, in release order. */
export interface ArrivalQueue {
  /** No request left, released or to be released later. */
  readonly isDrained: boolean
  /** Time of the next release, ms; Infinity when none is known yet. */
  readonly nextMs: number
  /** Takes the next request; its release time is the `nextMs` from before. */
  pop(): number
  /** A request completed: its session's next turn, if any, is released after its delay. */
  completed(request: number, atMs: number): void
  /** null where it is not known beforehand who comes. */
  readonly upcoming: Upcoming | null
}

/**
 * Requests in release order (engine.md 1.5): by time, then session, then turn. First turns come presorted from the
 * workload; a later turn is scheduled when the one before it completes.
 */
export class Arrivals implements ArrivalQueue {
  readonly #workload: Workload
  #cursor = 0
  #firstTurnMs: Float64Array | null = null
  // Later turns, a binary heap ordered by (time, session, turn).
  readonly #times: number[] = []
  readonly #requests: number[] = []
  #unscheduled: number

  constructor(workload: Workload) {
    this.#workload = workload
    this.#unscheduled = workload.requestCount - workload.releaseOrder.length
  }

  get isDrained(): boolean {
    return (
      this.#unscheduled === 0 &&
      this.#times.length === 0 &&
      this.#cursor === this.#workload.releaseOrder.length
    )
  }

  get nextMs(): number {
    const first = this.#nextFirstTurnMs()
    return this.#times.length > 0 && this.#times[0]! < first ? this.#times[0]! : first
  }

  get upcoming(): Upcoming {
    this.#firstTurnMs ??= firstTurnsOf(this.#workload)
    return {times: this.#firstTurnMs, next: this.#cursor}
  }

  pop(): number {
    return this.#isLaterTurnNext() ? this.#popLaterTurn() : this.#workload.releaseOrder[this.#cursor++]!
  }

  /** The request that `pop` would take. */
  peek(): number {
    return this.#isLaterTurnNext() ? this.#requests[0]! : this.#workload.releaseOrder[this.#cursor]!
  }

  completed(request: number, atMs: number): void {
    const next = this.#workload.nextTurn[request]!
    if (next >= 0) this.release(next, atMs + this.#workload.delayMs[next]!)
  }

  /** A request was turned away: its session goes on. */
  gaveUp(request: number, atMs: number): void {
    this.completed(request, atMs)
  }

  /** Schedules a request that is not in the workload's release order. */
  release(request: number, atMs: number): void {
    this.#unscheduled--
    this.#pushLaterTurn(atMs, request)
  }

  #isLaterTurnNext(): boolean {
    if (this.#times.length === 0) return false
    const first = this.#nextFirstTurnMs()
    const time = this.#times[0]!
    if (time !== first) return time < first
    return this.#precedes(this.#requests[0]!, this.#workload.releaseOrder[this.#cursor]!)
  }

  #nextFirstTurnMs(): number {
    const {releaseOrder, arrivalMs} = this.#workload
    return this.#cursor < releaseOrder.length
      ? arrivalMs[releaseOrder[this.#cursor]!]!
      : Number.POSITIVE_INFINITY
  }

  #precedes(a: number, b: number): boolean {
    const {session, turn} = this.#workload
    return session[a]! < session[b]! || (session[a] === session[b] && turn[a]! < turn[b]!)
  }

  #isBefore(timeA: number, a: number, timeB: number, b: number): boolean {
    return timeA < timeB || (timeA === timeB && this.#precedes(a, b))
  }

  #pushLaterTurn(time: number, request: number): void {
    let at = this.#times.length
    this.#times.push(time)
    this.#requests.push(request)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (!this.#isBefore(time, request, this.#times[up]!, this.#requests[up]!)) break
      this.#times[at] = this.#times[up]!
      this.#requests[at] = this.#requests[up]!
      at = up
    }
    this.#times[at] = time
    this.#requests[at] = request
  }

  #popLaterTurn(): number {
    const top = this.#requests[0]!
    const time = this.#times.pop()!
    const request = this.#requests.pop()!
    const size = this.#times.length
    if (size === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      const right = child + 1
      if (
        right < size &&
        this.#isBefore(
          this.#times[right]!,
          this.#requests[right]!,
          this.#times[child]!,
          this.#requests[child]!,
        )
      ) {
        child = right
      }
      if (!this.#isBefore(this.#times[child]!, this.#requests[child]!, time, request)) break
      this.#times[at] = this.#times[child]!
      this.#requests[at] = this.#requests[child]!
      at = child
    }
    this.#times[at] = time
    this.#requests[at] = request
    return top
  }
}

/** When first turns come, in release order, ms. */
function firstTurnsOf({releaseOrder, arrivalMs}: Workload): Float64Array {
  const times = new Float64Array(releaseOrder.length)
  for (let i = 0; i < times.length; i++) times[i] = arrivalMs[releaseOrder[i]!]!
  return times
}

/**
 * The same requests for closed-loop replay (engine.md 2.4): arrival times do not count, every session is ready at 0
 * in order of its first appearance.
 */
export function asClosedLoop(workload: Workload): Workload {
  const {turn, arrivalMs} = workload
  const firstTurns: number[] = []
  for (let request = 0; request < workload.requestCount; request++)
    if (turn[request] === 0) firstTurns.push(request)
  return {
    ...workload,
    arrivalMs: arrivalMs.map(time => (Number.isNaN(time) ? time : 0)),
    releaseOrder: Int32Array.from(firstTurns),
  }
}
