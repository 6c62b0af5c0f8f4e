import {objectiveOf} from '../../../config/objective.ts'
import {plannerOf} from '../../../config/scenario.ts'
import type {TickRecord} from '../../../scaling/record.ts'
import {formatClock, formatCount, formatDigits, formatMs} from '../../kit/format.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'

export type Fact = readonly [name: string, value: string]

/** The head of the report: what the reference's own report says there, and what identifies the run. */
export function titleFacts({scenario, outcome, axis}: ChartedRun): Fact[] {
  const {report, scaling} = outcome.result
  const extras = report.planner_replay
  const ticks = scaling?.ticks ?? []
  const config = plannerOf(scenario)
  const objective = objectiveOf(scenario)
  return [
    ['Time range', timeRange(ticks, axis.extent[1])],
    ...(scaling === null ? [] : [['Replica transitions', formatCount(countTransitions(ticks))] as const]),
    [
      'GPU-hours',
      `${formatDigits(extras.gpu_hours)}${config === null ? '' : " (planner's count)"}, ${formatDigits(extras.billed_gpu_hours)} billed`,
    ],
    ...(objective === null
      ? []
      : [['SLA targets', `TTFT ${formatMs(objective.ttftMs)}, ITL ${formatMs(objective.itlMs)}`] as const]),
    ...(config === null ? [] : [['Optimization target', config.optimization_target] as const]),
    ['Trace', outcome.traceName],
    ['Trace SHA-256', extras.trace_sha256],
    ['Planner Replay', extras.version],
  ]
}

/** Simulated time; the reference prints the same as dates of 1970. */
function timeRange(ticks: readonly TickRecord[], endS: number): string {
  const [first, last] = [ticks[0], ticks.at(-1)]
  if (first === undefined || last === undefined)
    return `0:00 to ${formatClock(Math.trunc(endS))}, no planner ticks`
  return `${formatClock(Math.trunc(first.now_s))} to ${formatClock(Math.trunc(last.now_s))} (${formatCount(ticks.length)} ticks)`
}

/** Changes of the serving replicas from one tick to the next, each pool for itself (planner.md 10). */
export function countTransitions(ticks: readonly TickRecord[]): number {
  let count = 0
  ticks.forEach((tick, i) => {
    const before = ticks[i - 1]
    if (before === undefined) return
    if (tick.active_prefill !== before.active_prefill) count++
    if (tick.active_decode !== before.active_decode) count++
  })
  return count
}
