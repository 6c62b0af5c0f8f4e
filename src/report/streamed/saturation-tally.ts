import {EarliestHeap} from '../../core/queues/earliest-heap.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import {judgeSaturation, LONG_WAIT_MS, type Saturation} from '../honesty/saturation.ts'
import {ttftMs} from '../request-measures.ts'

/** `computeSaturation` of requests that all complete, told one by one in order of arrival. */
export class SaturationTally {
  #firstArrivalMs = Number.NaN
  #lastArrivalMs = Number.NaN
  #arrived = 0
  #longWaits = 0
  /** Of the requests that have arrived: their first tokens to come, and their last ones. */
  readonly #firstTokens = new EarliestHeap<null>()
  readonly #lastTokens = new EarliestHeap<null>()
  #peak = 0

  add(requests: RequestColumns, r: number): void {
    const arrivalMs = requests.arrivalMs[r]!
    if (this.#arrived++ === 0) this.#firstArrivalMs = arrivalMs
    this.#lastArrivalMs = arrivalMs
    if (!(ttftMs(requests, r) <= LONG_WAIT_MS)) this.#longWaits++
    this.#firstTokens.push(requests.firstTokenMs[r]!, null)
    this.#lastTokens.push(requests.lastTokenMs[r]!, null)
    dropUntil(this.#firstTokens, arrivalMs)
    dropUntil(this.#lastTokens, arrivalMs)
    this.#peak = Math.max(this.#peak, this.#firstTokens.size)
  }

  saturation(): Saturation {
    const spanS = Math.max((this.#lastArrivalMs - this.#firstArrivalMs) / 1000, 0)
    const completed = this.#arrived - this.#lastTokens.size
    return judgeSaturation({
      arrivalRps: spanS > 0 ? this.#arrived / spanS : 0,
      completionRps: spanS > 0 ? completed / spanS : 0,
      waitingAtLastArrival: this.#firstTokens.size,
      waitingPeak: this.#peak,
      longWaitShare: this.#arrived > 0 ? this.#longWaits / this.#arrived : 0,
      unfinished: 0,
    })
  }
}

/** Takes out all that are not later. */
function dropUntil(times: EarliestHeap<null>, timeMs: number): void {
  while (times.size > 0 && times.topKey <= timeMs) times.pop()
}
