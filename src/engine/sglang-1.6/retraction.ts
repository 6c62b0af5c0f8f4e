import type {PassObserver} from '../scheduler.ts'
import type {NewTokenRatio} from '../sglang-1.2/new-token-ratio.ts'
import {indexOfLeastOutput} from '../sglang-1.2/retraction.ts'
import type {SglangSequence} from './sglang-sequence.ts'
import type {TokenPool} from './token-pool.ts'

/**
 * Memory for the next token of every running request: what it takes, and who loses all of theirs when it is not there
 * (sglang-trtllm-1.6.md 1.7).
 */
export class Retraction {
  readonly #pool: TokenPool
  readonly #running: SglangSequence[]
  readonly #ratio: NewTokenRatio
  readonly #observer: PassObserver

  constructor(pool: TokenPool, running: SglangSequence[], ratio: NewTokenRatio, observer: PassObserver) {
    this.#pool = pool
    this.#running = running
    this.#ratio = ratio
    this.#observer = observer
  }

  /** Pages the next token of every running request takes, in tokens. */
  growth(): number {
    let grow = 0
    for (const {length, left, allocated} of this.#running)
      grow += Math.max(this.#pool.pagesFor(length + Math.min(1, left)) - allocated, 0)
    return grow
  }

  /** Takes requests off the batch until there is room for the others, or one is left; those taken off, in order. */
  makeRoom(nowMs: number): readonly SglangSequence[] {
    if (this.growth() <= this.#pool.available) return NONE
    const retracted: SglangSequence[] = []
    while (this.#running.length > 1 && this.growth() > this.#pool.available) {
      const at = indexOfLeastOutput(this.#running)
      const [sequence] = this.#running.splice(at, 1) as [SglangSequence]
      this.#pool.drop(sequence)
      sequence.isRetracted = true
      this.#observer.preempted(sequence.request, nowMs)
      retracted.push(sequence)
    }
    if (retracted.length > 0) this.#raiseRatio()
    return retracted
  }

  #raiseRatio(): void {
    let generated = 0
    let most = 0
    for (const sequence of this.#running) {
      generated += sequence.generated
      most += sequence.maxOutput
    }
    this.#ratio.raiseTo(Math.min((generated + 20 * this.#running.length) / (most + 1), 1))
  }
}

const NONE: readonly SglangSequence[] = []
