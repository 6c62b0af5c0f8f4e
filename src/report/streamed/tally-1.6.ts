import type {ReportedSla, Scenario} from '../../config/scenario.ts'
import {SketchedValues} from '../../core/sketch/sketched-values.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import {addToTotals, emptyTotals, isCompleted16, isGood} from '../compute-report-1.6.ts'
import {RequestSketches} from './request-sketches.ts'

/** What only the report of 1.6.1 says of requests and gaps between tokens, added up as they come. */
export class Tally16 {
  readonly totals = emptyTotals()
  completed = 0
  /** 1000 / gap over the gaps above 0: 1.6.1 keeps a sketch of them, too. */
  readonly rates = new SketchedValues()
  readonly good = {requests: 0, tokens: 0}
  /** Of the requests that completed, where a run may stop in the middle of others; null = whoever got a token completed. */
  readonly answered: RequestSketches | null
  readonly #sla: ReportedSla | undefined

  constructor({reportedSla, maxSimTimeMs}: Pick<Scenario, 'reportedSla' | 'maxSimTimeMs'>) {
    this.#sla = reportedSla
    this.answered = maxSimTimeMs === undefined ? null : new RequestSketches()
  }

  finished(requests: RequestColumns, row: number): void {
    if (!isCompleted16(requests, row)) return
    this.completed++
    addToTotals(this.totals, requests, row)
    if (requests.emittedTokens[row]! > 0) this.answered?.add(requests, row)
    if (this.#sla === undefined || !isGood(requests, row, this.#sla)) return
    this.good.requests++
    this.good.tokens += requests.emittedTokens[row]!
  }

  gaps(gapMs: number, count: number): void {
    if (gapMs > 0) this.rates.add(1000 / gapMs, count)
  }
}
