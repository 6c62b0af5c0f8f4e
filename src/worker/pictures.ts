import type {Scenario} from '../config/scenario.ts'
import {computeHonesty} from '../report/honesty.ts'
import {computeIntervals} from '../report/intervals.ts'
import {completedInArrivalOrder, e2eMs, tpotMs, ttftMs} from '../report/request-measures.ts'
import type {RunResult} from '../run/run.ts'
import {logHistogram} from './log-histogram.ts'
import type {RunPictures} from './protocol.ts'

/** Without a planner there is no load interval; ten seconds is what the guide's planner uses. */
const PLAIN_INTERVAL_S = 10
/** Finer intervals than this cannot be drawn and only cost memory. */
const MAX_INTERVALS = 20_000

/** Chart columns that need a pass over every request or token. */
export function makePictures(result: RunResult, scenario: Scenario): RunPictures {
  const {requests, tokenGaps} = result.engine
  const completed = completedInArrivalOrder(requests)
  const several = completed.filter(r => requests.emittedTokens[r]! >= 2)
  const over = (indices: Int32Array, measure: (request: number) => number) =>
    logHistogram(Float64Array.from(indices, measure))
  return {
    honesty: computeHonesty({...result, scenario}),
    intervals: computeIntervals(requests, intervalMs(result, scenario)),
    distributions: {
      ttft: over(completed, r => ttftMs(requests, r)),
      itl: logHistogram(
        tokenGaps.gapMs.subarray(0, tokenGaps.length),
        tokenGaps.count.subarray(0, tokenGaps.length),
      ),
      tpot: over(several, r => tpotMs(requests, r)),
      e2e: over(completed, r => e2eMs(requests, r)),
    },
  }
}

function intervalMs({report}: RunResult, {planner}: Scenario): number {
  const wantedMs = (planner?.load_adjustment_interval ?? PLAIN_INTERVAL_S) * 1000
  return wantedMs * Math.max(1, Math.ceil(report.duration_ms / wantedMs / MAX_INTERVALS))
}
