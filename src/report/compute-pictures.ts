import {plannerOf} from '../config/scenario.ts'
import type {ComparableRun} from './honesty/deviation.ts'
import {computeHonesty, type Honesty} from './honesty/honesty.ts'
import {computeIntervals, type IntervalColumns} from './intervals.ts'
import {type LogHistogram, logHistogram} from './log-histogram.ts'
import {completedInArrivalOrder, e2eMs, tpotMs, ttftMs} from './request-measures.ts'

/** What needs a pass over every request or token, made once so that no page does it. */
export interface RunPictures {
  /** Runs stored before it was made here have none. */
  readonly honesty?: Honesty
  readonly intervals: IntervalColumns
  /** In ms: of requests (TTFT, mean gap, end to end), and of all token gaps (ITL). */
  readonly distributions: Readonly<Record<'ttft' | 'itl' | 'tpot' | 'e2e', LogHistogram>>
}

/** Without a planner there is no load interval; ten seconds is what the guide's planner uses. */
const PLAIN_INTERVAL_S = 10
/** Finer intervals than this cannot be drawn and only cost memory. */
const MAX_INTERVALS = 20_000

export function computePictures(run: ComparableRun): RunPictures {
  const {requests, tokenGaps} = run.engine
  const completed = completedInArrivalOrder(requests)
  const several = completed.filter(r => requests.emittedTokens[r]! >= 2)
  const over = (indices: Int32Array, measure: (request: number) => number) =>
    logHistogram(Float64Array.from(indices, measure))
  return {
    honesty: computeHonesty(run),
    intervals: computeIntervals(requests, intervalMs(run)),
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

function intervalMs({report, scenario}: ComparableRun): number {
  const wantedMs = (plannerOf(scenario)?.load_adjustment_interval ?? PLAIN_INTERVAL_S) * 1000
  return wantedMs * Math.max(1, Math.ceil(report.duration_ms / wantedMs / MAX_INTERVALS))
}
