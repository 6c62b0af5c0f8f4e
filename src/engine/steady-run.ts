import type {PassObserver, SteadyPassObserver} from './scheduler.ts'

interface RunningRequest {
  readonly request: number
  /** Prompt plus generated tokens. */
  readonly length: number
}

/**
 * Passes that give every request of one batch one more token and do nothing else, over as many calls as it takes. What
 * they do to the requests is not written down pass by pass: whoever looks at a request has to `close` the run first, and
 * then moves all of them on at once. So such a pass costs the same for a batch of any size, and an instance that has to
 * stop at every arrival of a large fleet pays for the stop alone.
 */
export class SteadyRun {
  readonly #observer: PassObserver
  readonly #decodeMs: (count: number, total: number) => number
  /** Passes of the last `advance`, and when the last of them began. */
  passes = 0
  lastStartMs = 0
  /** Requests of the batch, and the tokens they have by now. */
  count = 0
  total = 0
  /** When the last pass of this run ended; NaN before the first. */
  endMs = Number.NaN
  #left = 0
  #done = 0

  /** @param decodeMs how long a pass of `count` requests with `total` tokens takes, in ms */
  constructor(observer: PassObserver, decodeMs: (count: number, total: number) => number) {
    this.#observer = observer
    this.#decodeMs = decodeMs
  }

  /** It may go on, as far as the batch itself is concerned. */
  get isOpen(): boolean {
    return this.#left > 0
  }

  /** @param limit passes before one of them does anything else */
  open(running: readonly RunningRequest[], limit: number): void {
    let total = 0
    for (let i = 0; i < running.length; i++) total += running[i]!.length
    this.count = running.length
    this.total = total
    this.endMs = Number.NaN
    this.#left = limit
    this.#done = 0
  }

  /**
   * Runs passes that end before `horizonMs`, or one that ends later: who joins an instance in the middle of a pass waits for
   * its end.
   * @param running the batch as it was when the run was opened
   * @returns the time the next pass starts; `nowMs` when there was no such pass
   */
  advance(
    running: readonly RunningRequest[],
    nowMs: number,
    horizonMs: number,
    observer: SteadyPassObserver | null,
  ): number {
    const {count} = this
    let now = nowMs
    let passes = 0
    while (passes < this.#left) {
      const end = now + this.#decodeMs(count, this.total)
      const isBeyond = end >= horizonMs
      if (end === now || (isBeyond && passes > 0)) break
      if (isBeyond) {
        // It was always asked about such a pass twice, and the share of questions outside the measured tables is reported.
        this.#decodeMs(count, this.total)
      }
      if (now === this.endMs) this.#observer.gaps(end - now, count)
      // Before the first pass requests may have waited: only from the second on are their gaps the same.
      else for (let i = 0; i < count; i++) this.#observer.token(running[i]!.request, end)
      observer?.steadyPass(now, end, count, this.total)
      this.total += count
      this.lastStartMs = now
      this.endMs = end
      now = end
      passes++
      if (isBeyond) break
    }
    this.passes = passes
    this.#left -= passes
    this.#done += passes
    return now
  }

  /** Ends the run. @returns its passes, by which the requests are to be moved on; all but the first have been told as gaps */
  close(): number {
    const done = this.#done
    this.#left = 0
    this.#done = 0
    return done
  }
}
