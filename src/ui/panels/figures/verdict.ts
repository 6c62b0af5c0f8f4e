import {objectiveOf} from '../../../config/objective.ts'
import {formatMs, formatValue} from '../../kit/format.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'
import {bandOf, formatShare, REPEATS, TELL, tellBand} from './spread-words.ts'

export interface ObjectiveVerdict {
  /** null = nobody said what the run is judged by. */
  readonly isMet: boolean | null
  readonly headline: string
  readonly details: readonly string[]
  /** Why not to trust one run of it; null = nothing speaks against it, or it was not repeated. */
  readonly fragile: string | null
}

const UNJUDGED: ObjectiveVerdict = {
  isMet: null,
  headline: 'Not judged: this fleet has no objective',
  details: ['Give it one above the scenario: TTFT, ITL and the share of requests that must keep both'],
  fragile: null,
}

/** Whether the run keeps what is asked, by the share of requests and, where it was repeated, by the median. */
export function judgeRun(run: ChartedRun): ObjectiveVerdict {
  const objective = objectiveOf(run.scenario)
  const {sla_attainment: own, spread, burn} = run.outcome.result.report.planner_replay
  if (objective === null || own === null) return {...UNJUDGED, fragile: spread?.fragile ?? null}
  const band = bandOf(spread, 'sla_attainment')
  const isMet = (band?.median ?? own) >= objective.share
  const asked = `TTFT ≤ ${formatMs(objective.ttftMs)} and ITL ≤ ${formatMs(objective.itlMs)} for ${formatShare(objective.share)}`
  const inRepeats = spread === undefined ? '' : ` in ${tellHolds(spread, isMet)} ${REPEATS[spread.of]}`
  return {
    isMet,
    headline: `Objective ${isMet ? 'met' : 'missed'}${inRepeats}: ${asked}`,
    details: [
      `${formatValue(own, 'share')} of the requests of this run keep it`,
      ...(band === null || spread === undefined ? [] : [tellBand(band, spread.runs, TELL.share)]),
      ...(burn === undefined ? [] : [`${burn.minutes_out} of ${burn.minutes} minutes out of objective`]),
    ],
    fragile: spread?.fragile ?? null,
  }
}

function tellHolds({runs, holds}: {readonly runs: number; readonly holds: number}, isMet: boolean): string {
  return `${isMet ? holds : runs - holds} of ${runs}`
}
