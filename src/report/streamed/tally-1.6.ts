import type {ReportedSla} from '../../config/scenario.ts'
import {SketchedValues} from '../../core/sketch/sketched-values.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import {addToTotals, emptyTotals, isCompleted16, isGood} from '../compute-report-1.6.ts'

/** What only the report of 1.6.1 says of requests and gaps between tokens, added up as they come. */
export class Tally16 {
  readonly totals = emptyTotals()
  completed = 0
  /** 1000 / gap over the gaps above 0: 1.6.1 keeps a sketch of them, too. */
  readonly rates = new SketchedValues()
  readonly good = {requests: 0, tokens: 0}
  readonly #sla: ReportedSla | undefined

  constructor(sla: ReportedSla | undefined) {
    this.#sla = sla
  }

  finished(requests: RequestColumns, row: number): void {
    if (!isCompleted16(requests, row)) return
    this.completed++
    addToTotals(this.totals, requests, row)
    if (this.#sla === undefined || !isGood(requests, row, this.#sla)) return
    this.good.requests++
    this.good.tokens += requests.emittedTokens[row]!
  }

  gaps(gapMs: number, count: number): void {
    if (gapMs > 0) this.rates.add(1000 / gapMs, count)
  }
}
