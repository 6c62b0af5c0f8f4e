import {Moments} from '../../core/sketch/moments.ts'
import {SketchedValues} from '../../core/sketch/sketched-values.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import type {RequestSink} from '../../engine/stream/streamed-requests.ts'
import {IntervalTally} from '../interval-tally.ts'
import {answerTokens} from '../longest-request.ts'
import {isCompleted, isInOrder} from '../request-measures.ts'
import {BurnTally} from '../service-burn.ts'
import {isAttained, type ServiceLevel} from '../service-level.ts'
import {RequestSample} from './request-sample.ts'
import {RequestSketches} from './request-sketches.ts'
import {SaturationTally} from './saturation-tally.ts'

export interface TallyOptions {
  /** What the run is judged by; null where nobody says. */
  readonly objective: (ServiceLevel & {readonly share: number}) | null
  /** Requests that are to come. */
  readonly requestCount: number
  /** Of pictures, while there are at most `MOST_INTERVALS`. */
  readonly intervalMs: number
  /** Of a prompt and its answer together (`longestRequestTokens`). */
  readonly longestTokens: number
}

/** A screen shows no more, and each has bins of its own. */
const MOST_INTERVALS = 2048

/** Of the completed requests: tokens they asked for, as far as their engine gives them, and got, and gaps between tokens. */
export interface CheckedTokens {
  asked: number
  emitted: number
  gaps: number
}

/** All that a report says of requests and gaps between tokens, added up as they come. */
export class RunTally implements RequestSink {
  readonly totals = {inputTokens: 0, outputTokens: 0, reusedTokens: 0, durationMs: 0}
  readonly sketches = new RequestSketches()
  readonly itl = new SketchedValues()
  /** 1000 / gap over the gaps above 0. */
  readonly rates = new Moments()
  /** Requests that met the objective; null without one. */
  readonly service: {attained: number; readonly burn: BurnTally; readonly objective: ServiceLevel} | null
  /** Told of so far, whatever became of them. */
  told = 0
  /** Those with an answer, and those that got no token. */
  completed = 0
  unfinished = 0
  preemptions = 0
  readonly expected: number
  /** Number of the first request whose times are not in order; -1 = none. */
  outOfOrder = -1
  readonly saturation = new SaturationTally()
  readonly intervals: IntervalTally<SketchedValues>
  #askedTokens = 0
  #emittedTokens = 0
  readonly #longestTokens: number
  readonly #sample = new RequestSample()

  constructor({objective, requestCount, intervalMs, longestTokens}: TallyOptions) {
    this.#longestTokens = longestTokens
    this.expected = requestCount
    this.intervals = new IntervalTally({intervalMs, most: MOST_INTERVALS}, () => new SketchedValues())
    this.service = objective === null ? null : {attained: 0, burn: new BurnTally(objective), objective}
  }

  get tokens(): CheckedTokens {
    return {asked: this.#askedTokens, emitted: this.#emittedTokens, gaps: this.itl.moments.count}
  }

  finished(requests: RequestColumns, row: number, number: number): void {
    this.told++
    this.preemptions += requests.preemptions[row]!
    this.saturation.add(requests, row)
    this.intervals.arrived(requests.arrivalMs[row]!)
    this.service?.burn.add(requests, row)
    this.#sample.add(requests, row, number)
    if (isCompleted(requests, row)) this.#completed(requests, row, number)
    else this.unfinished++
  }

  #completed(requests: RequestColumns, row: number, number: number): void {
    if (this.outOfOrder < 0 && !isInOrder(requests, row, Number.POSITIVE_INFINITY)) this.outOfOrder = number
    this.completed++
    this.#askedTokens += answerTokens(
      requests.inputLength[row]!,
      requests.outputLength[row]!,
      this.#longestTokens,
    )
    this.#emittedTokens += requests.emittedTokens[row]!
    this.intervals.completed(requests, row)
    this.totals.inputTokens += requests.inputLength[row]!
    this.totals.outputTokens += requests.outputLength[row]!
    this.totals.reusedTokens += requests.reusedTokens[row]!
    this.totals.durationMs = Math.max(this.totals.durationMs, requests.lastTokenMs[row]!)
    this.sketches.add(requests, row)
    if (this.service !== null && isAttained(requests, row, this.service.objective)) this.service.attained++
  }

  gaps(gapMs: number, count: number): void {
    this.itl.add(gapMs, count)
    if (gapMs > 0) this.rates.add(1000 / gapMs, count)
  }

  sample(): RequestColumns {
    return this.#sample.columns()
  }
}
