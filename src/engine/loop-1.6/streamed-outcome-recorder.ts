import type {FirstTokenCounts} from '../record/first-tokens.ts'
import type {FinishedSoFar} from '../record/lives.ts'
import type {RequestColumns, RequestEvents, RequestOutcomes} from '../record/record.ts'
import {RequestEventLog} from '../record/request-events.ts'
import {SlotRows, slotColumns} from '../stream/slot-rows.ts'
import type {StreamedRequests} from '../stream/streamed-requests.ts'
import {OutcomeRecorder} from './outcome-recorder.ts'

/** `StreamedRecorder` of generation 1.6, where requests may be turned away, and two pools may know of one. */
export class StreamedOutcomeRecorder extends OutcomeRecorder {
  readonly #rows: SlotRows
  /** Of a request: its end, and of two pools the end of its hand-off, that are still to come. */
  readonly #awaited: Uint8Array
  readonly #ends: number

  constructor(streamed: StreamedRequests, handsOver: boolean) {
    super(streamed.slots.workload, outcomeColumns(streamed))
    this.#rows = new SlotRows(streamed, this.columns)
    this.#awaited = new Uint8Array(this.columns.count)
    this.#ends = handsOver ? 2 : 1
  }

  override arrived(slot: number, atMs: number): void {
    const {terminalMs, status, firstReusedTokens} = this.columns
    terminalMs[slot] = Number.NaN
    status[slot] = 0
    firstReusedTokens[slot] = 0
    this.#awaited[slot] = this.#ends
    this.#rows.arrived(slot, atMs)
    this.arrivedSoFar++
  }

  override get finished(): FinishedSoFar {
    return this.#rows.finished
  }

  override countFirstTokens(): FirstTokenCounts {
    return this.#rows.firstTokens
  }

  override completed(slot: number, atMs: number): void {
    super.completed(slot, atMs)
    if (this.columns.emittedTokens[slot]! > 0) this.#rows.completed(this.ttftMs(slot))
    this.#ended(slot)
  }

  override gaveUp(slot: number, atMs: number, status: number): void {
    super.gaveUp(slot, atMs, status)
    this.#ended(slot)
  }

  override handedOver(slot: number): void {
    this.#ended(slot)
  }

  override gaps(gapMs: number, count: number): void {
    this.#rows.gaps(gapMs, count)
  }

  /** As in `StreamedRecorder`. */
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

  #ended(slot: number): void {
    if (--this.#awaited[slot]! === 0) this.#rows.over(slot)
  }
}

function outcomeColumns(streamed: StreamedRequests): RequestColumns & RequestOutcomes {
  const columns = slotColumns(streamed)
  return {
    ...columns,
    terminalMs: new Float64Array(columns.count),
    status: new Uint8Array(columns.count),
    firstReusedTokens: new Int32Array(columns.count),
  }
}
