import type {SketchedValues} from '../core/sketch/sketched-values.ts'
import type {ComparableRun} from './honesty/deviation.ts'
import {computeHonesty, type Honesty} from './honesty/honesty.ts'
import {type IntervalColumns, pictureIntervalMs} from './interval-tally.ts'
import {computeIntervals} from './intervals.ts'
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

/** Finer intervals than this cannot be drawn and only cost memory. */
const MAX_INTERVALS = 20_000

export function computePictures(run: ComparableRun): RunPictures {
  const {tally} = run
  if (tally !== undefined) {
    const {itl} = tally
    const {ttft, tpot, e2e} = tally.sketches
    return {
      honesty: computeHonesty(run),
      intervals: tally.intervals.columns(),
      distributions: {ttft: binned(ttft), itl: binned(itl), tpot: binned(tpot), e2e: binned(e2e)},
    }
  }
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

function binned(values: SketchedValues): LogHistogram {
  const {values: middles, counts} = values.histogram()
  return logHistogram(middles, counts)
}

function intervalMs({report, scenario}: ComparableRun): number {
  const wantedMs = pictureIntervalMs(scenario)
  return wantedMs * Math.max(1, Math.ceil(report.duration_ms / wantedMs / MAX_INTERVALS))
}
