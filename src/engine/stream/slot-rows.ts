import type {FinishedSoFar} from '../record/lives.ts'
import type {RequestColumns} from '../record/record.ts'
import {SlotFirstTokens} from './slot-first-tokens.ts'
import {SlotQueue} from './slot-queue.ts'
import type {StreamedRequests} from './streamed-requests.ts'

/**
 * Rows of requests under way. What a request leaves behind is told to the sink in order of arrival, in which sums over requests
 * run, so a row is free when all that came before it are over, too.
 */
export class SlotRows {
  readonly firstTokens: SlotFirstTokens
  readonly #streamed: StreamedRequests
  readonly #requests: RequestColumns
  readonly #inOrder = new SlotQueue()
  readonly #isOver: Uint8Array
  #finishedCount = 0
  #finishedTtftMs = 0
  #gapMs = Number.NaN
  #gapCount = 0

  constructor(streamed: StreamedRequests, requests: RequestColumns) {
    this.#streamed = streamed
    this.#requests = requests
    this.#isOver = new Uint8Array(requests.count)
    this.firstTokens = new SlotFirstTokens(requests, this.#inOrder)
  }

  get finished(): FinishedSoFar {
    return {count: this.#finishedCount, ttftMs: this.#finishedTtftMs}
  }

  arrived(slot: number, atMs: number): void {
    const requests = this.#requests
    requests.arrivalMs[slot] = atMs
    requests.firstAdmitMs[slot] = Number.NaN
    requests.firstTokenMs[slot] = Number.NaN
    requests.secondTokenMs[slot] = Number.NaN
    requests.lastTokenMs[slot] = Number.NaN
    requests.emittedTokens[slot] = 0
    requests.reusedTokens[slot] = 0
    requests.preemptions[slot] = 0
    requests.workerId[slot] = -1
    requests.prefillWorkerId[slot] = -1
    this.#isOver[slot] = 0
    this.#inOrder.push(slot)
    this.firstTokens.arrived(slot)
  }

  /** Its last token is out, and it took so long to the first. */
  completed(ttftMs: number): void {
    this.#finishedCount++
    this.#finishedTtftMs += ttftMs
  }

  /** Nobody asks for the request any more. */
  over(slot: number): void {
    this.#isOver[slot] = 1
    while (!this.#inOrder.isEmpty && this.#isOver[this.#inOrder.first] === 1) this.#tellFirst()
  }

  #tellFirst(): void {
    const {sink, slots} = this.#streamed
    const first = this.#inOrder.shift()
    this.firstTokens.over(first)
    sink.finished(this.#requests, first, slots.numberOf(first))
    slots.give(first)
  }

  gaps(gapMs: number, count: number): void {
    if (gapMs === this.#gapMs) {
      this.#gapCount += count
      return
    }
    this.#tellGaps()
    this.#gapMs = gapMs
    this.#gapCount = count
  }

  /** The run is over, and what is still under way is told as it stands; what is kept of the requests. */
  sample(): RequestColumns {
    while (!this.#inOrder.isEmpty) this.#tellFirst()
    this.#tellGaps()
    return this.#streamed.sink.sample()
  }

  #tellGaps(): void {
    if (this.#gapCount > 0) this.#streamed.sink.gaps(this.#gapMs, this.#gapCount)
    this.#gapCount = 0
  }
}

/** Columns whose rows are written when a request arrives: one that nobody filled costs no memory. */
export function slotColumns({slots}: StreamedRequests): RequestColumns {
  const {requestCount: count, inputLength, outputLength} = slots.workload
  return {
    count,
    arrivalMs: new Float64Array(count),
    firstAdmitMs: new Float64Array(count),
    firstTokenMs: new Float64Array(count),
    secondTokenMs: new Float64Array(count),
    lastTokenMs: new Float64Array(count),
    inputLength,
    outputLength,
    emittedTokens: new Int32Array(count),
    reusedTokens: new Int32Array(count),
    preemptions: new Int32Array(count),
    workerId: new Int32Array(count),
    prefillWorkerId: new Int32Array(count),
    arrivalOrder: new Int32Array(0),
  }
}
