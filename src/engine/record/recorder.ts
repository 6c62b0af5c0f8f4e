import type {Workload} from '../../trace/workload.ts'
import type {ToldPasses} from '../scheduler.ts'
import type {PassesBetweenStops} from '../stretch/planned-stops.ts'
import {type FirstTokenCounts, FirstTokens} from './first-tokens.ts'
import {GapList} from './gap-list.ts'
import {GapOrder} from './gap-order.ts'
import type {FinishedSoFar} from './lives.ts'
import type {InstanceRecord, RequestColumns, RequestEvents, TokenGaps} from './record.ts'
import {RequestEventLog} from './request-events.ts'

/**
 * Collects what users felt: one row per request, and the gaps between tokens of all requests (engine.md 11.1).
 * All tokens of a pass share one timestamp, so most neighbouring gaps are equal and are stored as (gap, count).
 */
export class Recorder {
  readonly requests: RequestColumns
  readonly #firstAdmit: Float64Array
  readonly #first: Float64Array
  readonly #second: Float64Array
  readonly #last: Float64Array
  readonly #emitted: Int32Array
  readonly #arrival: Float64Array
  protected arrivedSoFar = 0
  readonly #events = new RequestEventLog()
  /** Requests whose instance was ended at its draining limit. */
  readonly #sentAgain = new Set<number>()
  readonly #gaps: GapList
  /** null where gaps are told in order. */
  #order: GapOrder | null = null

  constructor(workload: Workload, requests = columnsOver(workload)) {
    this.requests = requests
    this.#gaps = new GapList(workload.outputLength.reduce((sum, tokens) => sum + tokens, 0))
    this.#arrival = requests.arrivalMs
    this.#firstAdmit = requests.firstAdmitMs
    this.#first = requests.firstTokenMs
    this.#second = requests.secondTokenMs
    this.#last = requests.lastTokenMs
    this.#emitted = requests.emittedTokens
  }

  get arrivedCount(): number {
    return this.arrivedSoFar
  }

  /** Of requests whose rows are no more; null while all are kept. */
  get finished(): FinishedSoFar | null {
    return null
  }

  /** Counts first tokens for those who ask. */
  countFirstTokens(): FirstTokenCounts {
    return new FirstTokens(this.requests)
  }

  arrived(request: number, atMs: number): void {
    this.#arrival[request] = atMs
    this.requests.arrivalOrder[this.arrivedSoFar++] = request
  }

  /** Its row is not written any more. */
  completed(_request: number, _atMs: number): void {}

  admitted(request: number, atMs: number, reusedTokens: number): void {
    if (Number.isNaN(this.#firstAdmit[request]!)) this.#firstAdmit[request] = atMs
    const reused = this.requests.reusedTokens
    if (reusedTokens <= reused[request]!) return
    // One that was sent again may find tokens of its answer, too, which are not of the prompt that the report counts.
    const isCapped = this.#sentAgain.has(request)
    reused[request] = isCapped ? Math.min(reusedTokens, this.requests.inputLength[request]!) : reusedTokens
  }

  token(request: number, atMs: number): void {
    const before = this.#emitted[request]!++
    if (before === 0) this.#first[request] = atMs
    else {
      if (before === 1) this.#second[request] = atMs
      this.gapOf(request, atMs - this.#last[request]!)
    }
    this.#last[request] = atMs
  }

  protected gapOf(_request: number, gapMs: number): void {
    this.gaps(gapMs, 1)
  }

  stoppedAt(atMs: number, rank: number): void {
    this.#order?.begin(atMs, rank)
  }

  gapsBetweenStops(passes: PassesBetweenStops, told: ToldPasses): void {
    if (this.#order !== null) {
      this.#order.addStops(passes, told)
      return
    }
    const {passEndMs, pass} = passes
    const {first, stops, count} = told
    const end = pass[stops - 1]!
    let fromMs = first === 0 ? passes.startMs : passEndMs[first - 1]!
    for (let at = first; at < end; at++) {
      this.gaps(passEndMs[at]! - fromMs, count)
      fromMs = passEndMs[at]!
    }
  }

  /** From now on gaps may be told late; who tells them says when their passes began. */
  keepOrder(onStop: ((atMs: number) => void) | null): GapOrder {
    const gaps = this.#gaps
    this.#order = new GapOrder({stop: onStop, take: (turns, order, count) => gaps.take(turns, order, count)})
    return this.#order
  }

  /** What happens to requests is told instance by instance from here on, until `settleEvents` puts it in the order of the clock. */
  holdEvents(): void {
    this.#events.hold()
  }

  settleEvents(): void {
    this.#events.settle(this.requests)
  }

  tokensUntil(request: number, tokens: number, atMs: number): void {
    this.#emitted[request]! += tokens
    this.#last[request] = atMs
  }

  prefillChunk(request: number, atMs: number, endMs: number, tokens: number, onPrefill = false): void {
    this.#events.chunk(request, atMs, endMs, tokens, onPrefill)
  }

  preempted(request: number, atMs: number, onPrefill = false): void {
    this.requests.preemptions[request]!++
    this.#events.preemption(request, atMs, onPrefill)
  }

  /** Its instance is ended, and it is sent again. */
  migrated(request: number, atMs: number, {id, component}: Pick<InstanceRecord, 'id' | 'component'>): void {
    const tokens = this.#emitted[request]!
    this.#sentAgain.add(request)
    this.#events.migration({request, atMs, instance: id, onPrefill: component === 'prefill', tokens})
  }

  /** What a record has of the requests. */
  recordedRequests(): RequestColumns {
    return this.requests
  }

  requestEvents(): RequestEvents {
    return this.#events.columns()
  }

  /** TTFT in ms, never negative. */
  ttftMs(request: number): number {
    return Math.max(this.#first[request]! - this.#arrival[request]!, 0)
  }

  /** Mean gap between the tokens of one request in ms; 0 for one token. */
  meanGapMs(request: number): number {
    const tokens = this.#emitted[request]!
    return tokens > 1 ? (this.#last[request]! - this.#first[request]!) / (tokens - 1) : 0
  }

  tokenGaps(): TokenGaps {
    this.#order?.flushBefore(Number.POSITIVE_INFINITY)
    return this.#gaps.columns()
  }

  gaps(gapMs: number, count: number): void {
    if (this.#order === null) this.#gaps.add(gapMs, count)
    else this.#order.add(gapMs, count)
  }
}

/** Rows of requests of which nothing has happened yet. */
export function columnsOver({requestCount: count, inputLength, outputLength}: Workload): RequestColumns {
  return {
    count,
    arrivalMs: new Float64Array(count).fill(Number.NaN),
    firstAdmitMs: new Float64Array(count).fill(Number.NaN),
    firstTokenMs: new Float64Array(count).fill(Number.NaN),
    secondTokenMs: new Float64Array(count).fill(Number.NaN),
    lastTokenMs: new Float64Array(count).fill(Number.NaN),
    // Copies: results are transferred to the page, the workload stays in the worker for the next run.
    inputLength: inputLength.slice(),
    outputLength: outputLength.slice(),
    emittedTokens: new Int32Array(count),
    reusedTokens: new Int32Array(count),
    preemptions: new Int32Array(count),
    workerId: new Int32Array(count).fill(-1),
    prefillWorkerId: new Int32Array(count).fill(-1),
    arrivalOrder: new Int32Array(count).fill(-1),
  }
}
