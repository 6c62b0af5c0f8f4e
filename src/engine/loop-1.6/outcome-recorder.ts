import type {Workload} from '../../trace/workload.ts'
import {type FirstTokenCounts, FirstTokens} from '../record/first-tokens.ts'
import type {RequestColumns, RequestOutcomes} from '../record/record.ts'
import {columnsOver as commonColumnsOver, Recorder} from '../record/recorder.ts'
import type {PassObserver} from '../scheduler.ts'

/** How a request ended; 0 = it did not. */
const COMPLETED = 1
export const REJECTED = 2
export const FAILED = 3

/** A recorder that also knows how and when each request ended: in generation 1.6 not all of them complete. */
export class OutcomeRecorder extends Recorder {
  readonly columns: RequestColumns & RequestOutcomes
  readonly #terminalMs: Float64Array
  readonly #status: Uint8Array
  readonly #firstReused: Int32Array

  constructor(workload: Workload, columns = columnsOver(workload)) {
    super(workload, columns)
    this.columns = columns
    this.#terminalMs = columns.terminalMs
    this.#status = columns.status
    this.#firstReused = columns.firstReusedTokens
  }

  override countFirstTokens(): FirstTokenCounts {
    return new FirstTokens(this.columns, request => this.hasGivenUp(request))
  }

  override admitted(request: number, atMs: number, reusedTokens: number): void {
    if (Number.isNaN(this.requests.firstAdmitMs[request]!)) this.#firstReused[request] = reusedTokens
    super.admitted(request, atMs, reusedTokens)
  }

  override completed(request: number, atMs: number): void {
    this.#terminalMs[request] = atMs
    this.#status[request] = COMPLETED
  }

  gaveUp(request: number, atMs: number, status: number): void {
    this.#terminalMs[request] = atMs
    this.#status[request] = status
  }

  override recordedRequests(): RequestColumns {
    return this.columns
  }

  /** The hand-off of a request between two pools is closed. */
  handedOver(_request: number): void {}

  /** Rejected or failed. */
  hasGivenUp(request: number): boolean {
    return this.#status[request]! > COMPLETED
  }

  /** What a prefill instance reports: the token it ends with is never seen by a user. */
  withoutTokens(): PassObserver {
    return {
      admitted: (request, atMs, reusedTokens) => this.admitted(request, atMs, reusedTokens),
      prefillChunk: (request, atMs, endMs, tokens) => this.prefillChunk(request, atMs, endMs, tokens, true),
      preempted: (request, atMs) => this.preempted(request, atMs, true),
      token: () => {},
      gaps: () => {},
      stoppedAt: () => {},
      gapsBetweenStops: () => {},
      tokensUntil: () => {},
    }
  }
}

/**
 * For runs that stop at a given moment: what a pass would have brought after it never happened, and gaps between tokens
 * count only for requests that completed.
 */
export class CappedRecorder extends OutcomeRecorder {
  readonly #lastMs: number
  readonly #held = new HeldGaps()

  constructor(workload: Workload, lastMs: number) {
    super(workload)
    this.#lastMs = lastMs
  }

  override token(request: number, atMs: number): void {
    if (atMs <= this.#lastMs) super.token(request, atMs)
  }

  protected override gapOf(request: number, gapMs: number): void {
    this.#held.add(request, gapMs)
  }

  override completed(request: number, atMs: number): void {
    super.completed(request, atMs)
    for (const gap of this.#held.take(request)) this.gaps(gap, 1)
  }
}

/** Gaps between the tokens of requests under way, which count only once those complete. */
export class HeldGaps {
  readonly #of = new Map<number, number[]>()

  add(request: number, gapMs: number): void {
    const gaps = this.#of.get(request)
    if (gaps === undefined) this.#of.set(request, [gapMs])
    else gaps.push(gapMs)
  }

  /** Those of a request that is over. */
  take(request: number): readonly number[] {
    const gaps = this.#of.get(request) ?? []
    this.#of.delete(request)
    return gaps
  }
}

function columnsOver(workload: Workload): RequestColumns & RequestOutcomes {
  const {requestCount: count} = workload
  return {
    ...commonColumnsOver(workload),
    terminalMs: new Float64Array(count).fill(Number.NaN),
    status: new Uint8Array(count),
    firstReusedTokens: new Int32Array(count),
  }
}
