import type {FirstTokenCounts} from '../record/first-tokens.ts'
import type {FinishedSoFar} from '../record/lives.ts'
import type {RequestColumns, RequestEvents} from '../record/record.ts'
import {Recorder} from '../record/recorder.ts'
import {RequestEventLog} from '../record/request-events.ts'
import {SlotRows, slotColumns} from './slot-rows.ts'
import type {StreamedRequests} from './streamed-requests.ts'

/** A recorder whose rows are slots. */
export class StreamedRecorder extends Recorder {
  readonly #rows: SlotRows

  constructor(streamed: StreamedRequests) {
    super(streamed.slots.workload, slotColumns(streamed))
    this.#rows = new SlotRows(streamed, this.requests)
  }

  override arrived(slot: number, atMs: number): void {
    this.#rows.arrived(slot, atMs)
    this.arrivedSoFar++
  }

  override get finished(): FinishedSoFar {
    return this.#rows.finished
  }

  override countFirstTokens(): FirstTokenCounts {
    return this.#rows.firstTokens
  }

  override completed(slot: number): void {
    this.#rows.completed(this.ttftMs(slot))
    this.#rows.over(slot)
  }

  override gaps(gapMs: number, count: number): void {
    this.#rows.gaps(gapMs, count)
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
    return this.#rows.sample()
  }
}
