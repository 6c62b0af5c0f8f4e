import type {Workload} from '../../trace/workload.ts'
import type {FinishedSoFar} from '../record/lives.ts'
import type {RequestColumns, RequestEvents} from '../record/record.ts'
import {Recorder} from '../record/recorder.ts'
import {RequestEventLog} from '../record/request-events.ts'
import {SlotQueue} from './slot-queue.ts'
import type {StreamedRequests} from './streamed-requests.ts'

/**
 * A recorder whose rows are slots. What a request leaves behind is told to the sink in order of arrival, in which sums over
 * requests run, so a row is free when all that came before it are over, too.
 */
export class StreamedRecorder extends Recorder {
  readonly #streamed: StreamedRequests
  readonly #inOrder = new SlotQueue()
  readonly #isOver: Uint8Array
  #finishedCount = 0
  #finishedTtftMs = 0
  #gapMs = Number.NaN
  #gapCount = 0

  constructor(streamed: StreamedRequests) {
    const {workload} = streamed.slots
    super(workload, slotColumns(workload))
    this.#streamed = streamed
    this.#isOver = new Uint8Array(workload.requestCount)
  }

  override arrived(slot: number, atMs: number): void {
    const {requests} = this
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
    this.arrivedSoFar++
  }

  override get finished(): FinishedSoFar {
    return {count: this.#finishedCount, ttftMs: this.#finishedTtftMs}
  }

  override completed(slot: number): void {
    const {sink, slots} = this.#streamed
    this.#finishedCount++
    this.#finishedTtftMs += this.ttftMs(slot)
    this.#isOver[slot] = 1
    while (!this.#inOrder.isEmpty && this.#isOver[this.#inOrder.first] === 1) {
      const first = this.#inOrder.shift()
      sink.finished(this.requests, first)
      slots.give(first)
    }
  }

  override gaps(gapMs: number, count: number): void {
    if (gapMs === this.#gapMs) {
      this.#gapCount += count
      return
    }
    this.#tellGaps()
    this.#gapMs = gapMs
    this.#gapCount = count
  }

  /** Requests under way have no story: there are too many of them for one each. */
  override prefillChunk(): void {}

  override preempted(slot: number): void {
    this.requests.preemptions[slot]!++
  }

  override requestEvents(): RequestEvents {
    return new RequestEventLog().columns()
  }

  override recordedRequests(): RequestColumns {
    this.#tellGaps()
    return this.#streamed.sink.sample()
  }

  #tellGaps(): void {
    if (this.#gapCount > 0) this.#streamed.sink.gaps(this.#gapMs, this.#gapCount)
    this.#gapCount = 0
  }
}

/** Rows are written when a request arrives: a column that nobody filled costs no memory. */
function slotColumns({requestCount: count, inputLength, outputLength}: Workload): RequestColumns {
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
