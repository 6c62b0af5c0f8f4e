import {named, totalsAndRates, wallFigures} from '../compute-report.ts'
import type {ReferenceReport} from '../report.ts'
import type {RunTally} from './run-tally.ts'

/** `computeReport` of a run of which no columns over requests are kept. */
export function computeStreamedReport(
  tally: RunTally,
  {wallTimeMs}: {readonly wallTimeMs: number},
): ReferenceReport {
  const {completed, totals, itl, rates} = tally
  const {ttft, ttst, tpot, e2e} = tally.sketches
  return {
    // A streamed run ends when all have completed.
    ...totalsAndRates({arrived: completed, completed}, totals),
    ...wallFigures(totals, wallTimeMs),
    ...named('ttft_ms', ttft.summary()),
    ...named('ttst_ms', ttst.summary()),
    ...named('tpot_ms', tpot.summary()),
    ...named('e2e_latency_ms', e2e.summary()),
    ...named('itl_ms', itl.summary()),
    ...named('output_token_throughput_per_user', itl.rateSummary(rates)),
  }
}
