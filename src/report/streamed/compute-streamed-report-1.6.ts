import type {SketchedValues} from '../../core/sketch/sketched-values.ts'
import {EMPTY_SUMMARY, type Summary} from '../../core/statistics.ts'
import type {EngineRecord} from '../../engine/record/record.ts'
import {named} from '../compute-report.ts'
import {
  commonFigures16,
  fleetFigures,
  goodputFigures,
  type ReportOptions16,
  summaryOfSketch,
} from '../compute-report-1.6.ts'
import type {ReferenceReport, ReportAdditions16} from '../report.ts'
import type {RunTally} from './run-tally.ts'
import type {Tally16} from './tally-1.6.ts'

/** `computeReport16` of a run of which no columns over requests are kept. */
export function computeStreamedReport16(
  {tally, tally16}: {readonly tally: RunTally; readonly tally16: Tally16},
  record: EngineRecord,
  {wallTimeMs, scenario}: Omit<ReportOptions16, 'graph'>,
): ReferenceReport & ReportAdditions16 {
  const {totals, completed, good, rates} = tally16
  const {ttft, ttst, tpot, e2e} = tally16.answered ?? tally.sketches
  const {itl} = tally
  return {
    ...commonFigures16({arrived: tally.told, completed}, totals, wallTimeMs),
    ...named('ttft_ms', ttft.summary()),
    ...named('ttst_ms', ttst.summary()),
    ...named('tpot_ms', tpot.summary()),
    ...named('e2e_latency_ms', e2e.summary()),
    num_ttft_samples: ttft.moments.count,
    num_tpot_samples: tpot.moments.count,
    num_e2e_latency_samples: e2e.moments.count,
    ...named('itl_ms', sketchedSummary(itl)),
    ...named('output_token_throughput_per_user', sketchedSummary(rates)),
    ...fleetFigures(record, scenario),
    ...(scenario.reportedSla === undefined ? {} : goodputFigures(good, totals)),
  }
}

/** Of values whose percentiles the reference takes from a sketch itself: the same ones. */
function sketchedSummary(values: SketchedValues): Summary {
  const {count, mean, std, least, most} = values.moments
  if (count === 0) return EMPTY_SUMMARY
  return summaryOfSketch({count, mean, std, min: least, max: most}, rank => values.middleAt(rank))
}
