import type {LaterTurns, RequestSource} from '../../trace/streamed/request-source.ts'
import type {RequestSlots} from './request-slots.ts'
import type {StreamedRequests} from './streamed-requests.ts'

/**
 * Gives slots to requests, and keeps the turns to come of sessions that have begun: each waits for the end of the one before it, and then
 * for its time. Of turns for one moment that of the earlier session comes first.
 */
export class SessionsUnderWay {
  readonly #source: RequestSource
  readonly #slots: RequestSlots
  readonly #haveTurns: boolean
  /** By slot: what is to come after its request. */
  readonly #after: (LaterTurns | null)[] = []
  // Turns whose time is known: a binary heap by time, then session.
  readonly #times: number[] = []
  readonly #turns: LaterTurns[] = []
  /** Sessions that have turns to come. */
  #open = 0

  constructor({source, slots}: StreamedRequests) {
    this.#source = source
    this.#slots = slots
    this.#haveTurns = source.sessions > 0
  }

  /** No turn is left, with a known time or without. */
  get areOver(): boolean {
    return this.#open === 0
  }

  /** Time of the next later turn; Infinity when none is known yet. */
  get nextMs(): number {
    return this.#times.length === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!
  }

  /** The slot of the source's next request, with which a session begins. */
  begin(): number {
    if (!this.#haveTurns) return this.#slots.take(this.#source)
    const turns = this.#source.nextSession()
    if (turns !== null) this.#open++
    const slot = this.#slots.take(this.#source)
    this.#after[slot] = turns
    return slot
  }

  /** The slot of the next later turn. */
  goOn(): number {
    const turns = this.#pop()
    const slot = this.#slots.take(turns)
    if (turns.isOver) this.#open--
    this.#after[slot] = turns.isOver ? null : turns
    return slot
  }

  /** A request is over, completed or not. @returns whether its session goes on */
  ended(slot: number, atMs: number): boolean {
    if (!this.#haveTurns) return false
    const turns = this.#after[slot]!
    if (turns === null) return false
    this.#after[slot] = null
    this.#push(atMs + turns.nextDelayMs, turns)
    return true
  }

  #push(time: number, turns: LaterTurns): void {
    let at = this.#times.length
    this.#times.push(time)
    this.#turns.push(turns)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (!this.#isBefore(time, turns, up)) break
      this.#move(up, at)
      at = up
    }
    this.#times[at] = time
    this.#turns[at] = turns
  }

  #pop(): LaterTurns {
    const top = this.#turns[0]!
    const time = this.#times.pop()!
    const turns = this.#turns.pop()!
    const size = this.#times.length
    if (size === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.#isBefore(this.#times[child + 1]!, this.#turns[child + 1]!, child)) child++
      if (this.#isBefore(time, turns, child)) break
      this.#move(child, at)
      at = child
    }
    this.#times[at] = time
    this.#turns[at] = turns
    return top
  }

  /** Whether turns for that time come before those in the heap. */
  #isBefore(time: number, turns: LaterTurns, at: number): boolean {
    const other = this.#times[at]!
    return time < other || (time === other && turns.session < this.#turns[at]!.session)
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!
    this.#turns[to] = this.#turns[from]!
  }
}
