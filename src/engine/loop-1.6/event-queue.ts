import {PassEndHeap} from '../pass-end-heap.ts'
import {PASS_END, RankedHeap} from './ranked-heap.ts'

/** Instances of the prefill pool have lower numbers than those of the other; small integers still, which look-ups like. */
export const FIRST_MAIN_SUBJECT = 2 ** 30

/**
 * Future events by (time, kind, subject). Ends of passes of the main pool, by far the most, lie in a heap of their own: decode instances,
 * and those that are advanced alone, have to know when anything but those comes next.
 */
export class EventQueue16 {
  readonly #mainPasses = new PassEndHeap()
  readonly #others = new RankedHeap()

  /** Infinity when empty. */
  get topTime(): number {
    return Math.min(this.#mainPasses.topTime, this.#others.topTime)
  }

  /** Time of the next event that is not the end of a pass of the main pool; Infinity when there is none. */
  get nextBesidesMainPassesMs(): number {
    return this.#others.topTime
  }

  /** The same of what is not the end of a pass, or the end of one of the prefill pool that is wanted. */
  nextBesidesMainPassesOf(isWanted: (subject: number) => boolean): number {
    return this.#others.earliest(isWanted)
  }

  /** The next event is of this kind and due at `now`. */
  isDue(kind: number, now: number): boolean {
    if (!this.#isPassFirst()) return this.#others.isDue(kind, now)
    return kind === PASS_END && this.#mainPasses.topTime === now
  }

  hasOtherThan(kind: number): boolean {
    return (kind !== PASS_END && this.#mainPasses.size > 0) || this.#others.hasOtherThan(kind)
  }

  push(time: number, kind: number, subject: number): void {
    const isMainPass = kind === PASS_END && subject >= FIRST_MAIN_SUBJECT
    if (isMainPass) this.#mainPasses.push(time, subject, subject - FIRST_MAIN_SUBJECT)
    else this.#others.push(time, kind, subject)
  }

  /** Removes the next event and returns its subject. */
  pop(): number {
    return this.#isPassFirst() ? this.#mainPasses.pop() + FIRST_MAIN_SUBJECT : this.#others.pop()
  }

  /** Takes the ends of passes of the main pool out. */
  takeMainPassEnds(take: (time: number, subject: number) => void): void {
    this.#mainPasses.takeAll(take)
  }

  /** A pass of the main pool ends earlier than was thought. */
  bringMainPassEndForward(time: number, subject: number): void {
    this.#mainPasses.bringForward(time, subject - FIRST_MAIN_SUBJECT)
  }

  /** A pass of the main pool has ended already. */
  removeMainPassEnd(subject: number): void {
    this.#mainPasses.remove(subject - FIRST_MAIN_SUBJECT)
  }

  #isPassFirst(): boolean {
    const passes = this.#mainPasses
    const others = this.#others
    if (passes.topTime !== others.topTime) return passes.topTime < others.topTime
    return passes.size > 0 && passes.topTie < others.topRank
  }
}
