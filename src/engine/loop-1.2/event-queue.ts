import {PassEndHeap} from '../pass-end-heap.ts'
import {EventHeap} from './event-heap.ts'

/** What can happen besides arrivals; the subject is an instance's serial number, or a request. */
export const PASS_END = 0
export const INSTANCE_READY = 1
export const HANDOFF = 2

/**
 * Future events by (time, order of pushing). Ends of passes of the main pool, by far the most, lie in a heap of their
 * own: in disaggregated fleets a decode instance has to know when anything but those comes next.
 */
export class EventQueue {
  readonly #mainPasses = new PassEndHeap()
  readonly #others = new EventHeap()
  #pushed = 0

  /** Time of the next event; Infinity when there is none. */
  get nextMs(): number {
    return Math.min(this.#mainPasses.topTime, this.#others.topTime)
  }

  /** Time of the next event that is not the end of a pass of the main pool; Infinity when there is none. */
  get nextBesidesMainPassesMs(): number {
    return this.#others.topTime
  }

  /** When an instance becomes ready next; Infinity when none does. */
  get nextStartMs(): number {
    return this.#others.nextMsOf(INSTANCE_READY)
  }

  /** The next event is of this kind and due at `now`. */
  isDue(kind: number, now: number): boolean {
    if (!this.#isPassFirst()) return this.#others.isDue(kind, now)
    return kind === PASS_END && this.#mainPasses.topTime === now
  }

  /** Nothing is to come but instances that become ready. */
  get hasOnlyStarts(): boolean {
    return this.#mainPasses.size === 0 && !this.#others.hasOtherThan(INSTANCE_READY)
  }

  push(time: number, kind: number, subject: number): void {
    this.#others.push(time, this.#pushed++, kind, subject)
  }

  pushMainPassEnd(time: number, serial: number): void {
    this.#mainPasses.push(time, this.#pushed++, serial)
  }

  /** Takes the ends of passes of the main pool out, each with its order among events. */
  takeMainPassEnds(take: (time: number, order: number, serial: number) => void): void {
    this.#mainPasses.takeAll(take)
  }

  /** Puts one that was taken out back in. */
  restoreMainPassEnd(time: number, order: number, serial: number): void {
    this.#mainPasses.push(time, order, serial)
  }

  /** A pass of the main pool ends earlier than was thought. */
  bringMainPassEndForward(time: number, serial: number): void {
    this.#mainPasses.bringForward(time, serial)
  }

  /** A pass of the main pool has ended already. */
  removeMainPassEnd(serial: number): void {
    this.#mainPasses.remove(serial)
  }

  /** Removes the next event and returns its subject. */
  pop(): number {
    return this.#isPassFirst() ? this.#mainPasses.pop() : this.#others.pop()
  }

  #isPassFirst(): boolean {
    const passes = this.#mainPasses
    const others = this.#others
    if (passes.topTime !== others.topTime) return passes.topTime < others.topTime
    return passes.size > 0 && passes.topTie < others.topOrder
  }
}
