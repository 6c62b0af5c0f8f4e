import type {StreamedRequests} from '../stream/streamed-requests.ts'
import {HeldGaps} from './outcome-recorder.ts'
import {StreamedOutcomeRecorder} from './streamed-outcome-recorder.ts'

/** `CappedRecorder` of which no columns over requests are kept: those under way when it stops are told as they stand. */
export class CappedStreamedRecorder extends StreamedOutcomeRecorder {
  readonly #lastMs: number
  readonly #held = new HeldGaps()

  constructor(streamed: StreamedRequests, handsOver: boolean, lastMs: number) {
    super(streamed, handsOver)
    this.#lastMs = lastMs
  }

  override token(slot: number, atMs: number): void {
    if (atMs <= this.#lastMs) super.token(slot, atMs)
  }

  protected override gapOf(slot: number, gapMs: number): void {
    this.#held.add(slot, gapMs)
  }

  override completed(slot: number, atMs: number): void {
    super.completed(slot, atMs)
    for (const gap of this.#held.take(slot)) this.gaps(gap, 1)
  }

  override gaveUp(slot: number, atMs: number, status: number): void {
    super.gaveUp(slot, atMs, status)
    this.#held.take(slot)
  }
}
