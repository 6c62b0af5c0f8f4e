import {EarliestHeap} from '../../core/queues/earliest-heap.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import {judgeSaturation, LONG_WAIT_MS, type Saturation} from '../honesty/saturation.ts'
import {isAnswered, ttftMs} from '../request-measures.ts'

/** `computeSaturation` of requests that are over, told one by one in order of arrival. */
export class SaturationTally {
  #firstArrivalMs = Number.NaN
  #lastArrivalMs = Number.NaN
  #arrived = 0
  #longWaits = 0
  /** Without all their tokens, and without any. */
  #unfinished = 0
  #unserved = 0
  /** Of the requests that have arrived: their first tokens to come, and their last ones. */
  readonly #firstTokens = new EarliestHeap<null>()
  readonly #lastTokens = new EarliestHeap<null>()
  #peak = 0

  add(requests: RequestColumns, r: number): void {
    const arrivalMs = requests.arrivalMs[r]!
    if (this.#arrived++ === 0) this.#firstArrivalMs = arrivalMs
    this.#lastArrivalMs = arrivalMs
    if (!(ttftMs(requests, r) <= LONG_WAIT_MS)) this.#longWaits++
    if (Number.isNaN(requests.firstTokenMs[r]!)) this.#unserved++
    else this.#firstTokens.push(requests.firstTokenMs[r]!, null)
    if (!isAnswered(requests, r)) this.#unfinished++
    else this.#lastTokens.push(requests.lastTokenMs[r]!, null)
    dropUntil(this.#firstTokens, arrivalMs)
    dropUntil(this.#lastTokens, arrivalMs)
    this.#peak = Math.max(this.#peak, this.#waiting)
  }

  get #waiting(): number {
    return this.#firstTokens.size + this.#unserved
  }

  saturation(): Saturation {
    const spanS = Math.max((this.#lastArrivalMs - this.#firstArrivalMs) / 1000, 0)
    const completed = this.#arrived - this.#unfinished - this.#lastTokens.size
    return judgeSaturation({
      arrivalRps: spanS > 0 ? this.#arrived / spanS : 0,
      completionRps: spanS > 0 ? completed / spanS : 0,
      waitingAtLastArrival: this.#waiting,
      waitingPeak: this.#peak,
      longWaitShare: this.#arrived > 0 ? this.#longWaits / this.#arrived : 0,
      unfinished: this.#unfinished,
    })
  }
}

/** Takes out all that are not later. */
function dropUntil(times: EarliestHeap<null>, timeMs: number): void {
  while (times.size > 0 && times.topKey <= timeMs) times.pop()
}
