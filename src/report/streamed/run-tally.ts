import {Moments} from '../../core/moments.ts'
import {SketchedValues} from '../../core/sketch.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import type {RequestSink} from '../../engine/stream/streamed-requests.ts'
import {e2eMs, tpotMs, ttftMs, ttstMs} from '../request-measures.ts'
import {BurnTally} from '../service-burn.ts'
import {isAttained, type ServiceLevel} from '../service-level.ts'
import {RequestSample} from './request-sample.ts'

export interface TallyOptions {
  /** What the run is judged by; null where nobody says. */
  readonly objective: (ServiceLevel & {readonly share: number}) | null
  /** Of the sample. */
  readonly seed: number
}

/** All that a report says of requests and gaps between tokens, added up as they come. */
export class RunTally implements RequestSink {
  readonly totals = {inputTokens: 0, outputTokens: 0, reusedTokens: 0, durationMs: 0}
  readonly ttft = new SketchedValues()
  readonly ttst = new SketchedValues()
  readonly tpot = new SketchedValues()
  readonly e2e = new SketchedValues()
  readonly itl = new SketchedValues()
  /** 1000 / gap over the gaps above 0. */
  readonly rates = new Moments()
  /** Requests that met the objective; null without one. */
  readonly service: {attained: number; readonly burn: BurnTally; readonly objective: ServiceLevel} | null
  completed = 0
  readonly #sample: RequestSample

  constructor({objective, seed}: TallyOptions) {
    this.#sample = new RequestSample(seed)
    this.service = objective === null ? null : {attained: 0, burn: new BurnTally(objective), objective}
  }

  finished(requests: RequestColumns, row: number): void {
    this.completed++
    this.totals.inputTokens += requests.inputLength[row]!
    this.totals.outputTokens += requests.outputLength[row]!
    this.totals.reusedTokens += requests.reusedTokens[row]!
    this.totals.durationMs = Math.max(this.totals.durationMs, requests.lastTokenMs[row]!)
    this.ttft.add(ttftMs(requests, row))
    this.e2e.add(e2eMs(requests, row))
    if (requests.emittedTokens[row]! >= 2) {
      this.ttst.add(ttstMs(requests, row))
      this.tpot.add(tpotMs(requests, row))
    }
    if (this.service !== null) {
      if (isAttained(requests, row, this.service.objective)) this.service.attained++
      this.service.burn.add(requests, row)
    }
    this.#sample.add(requests, row)
  }

  gaps(gapMs: number, count: number): void {
    this.itl.add(gapMs, count)
    if (gapMs > 0) this.rates.add(1000 / gapMs, count)
  }

  sample(): RequestColumns {
    return this.#sample.columns()
  }
}
