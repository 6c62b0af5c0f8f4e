import type {RequestColumns} from '../engine/record/record.ts'
import {MEASURED_METRICS, type MeasuredMetric} from './measured-run.ts'
import type {Pairs, PairsByMetric} from './paired-latencies.ts'
import {median} from './robust.ts'

/** Medians of paired requests by their simulated arrival, ms; NaN where none arrived. */
export interface OverTime {
  /** Middle of each window, s. */
  readonly atS: Float64Array
  readonly metrics: Readonly<
    Record<MeasuredMetric, {readonly measuredMs: Float64Array; readonly simulatedMs: Float64Array}>
  >
}

const MOST_WINDOWS = 120
/** A window's median over fewer pairs than this tells of one request. */
const PAIRS_PER_WINDOW = 8

/** null where all requests come within one window. */
export function overTime(pairs: PairsByMetric, simulated: RequestColumns): OverTime | null {
  const counts = MEASURED_METRICS.map(metric => pairs[metric].request.length)
  const windows = Math.min(MOST_WINDOWS, Math.floor(Math.max(...counts) / PAIRS_PER_WINDOW))
  let endMs = 0
  for (const request of simulated.arrivalOrder) endMs = Math.max(endMs, simulated.arrivalMs[request]!)
  if (windows < 2 || endMs <= 0) return null
  const widthMs = endMs / windows
  const windowOf = (request: number) =>
    Math.min(Math.floor(simulated.arrivalMs[request]! / widthMs), windows - 1)
  const series = (one: Pairs) => medians(one, {windows, windowOf})
  return {
    atS: Float64Array.from({length: windows}, (_, i) => ((i + 0.5) * widthMs) / 1000),
    metrics: {ttft: series(pairs.ttft), itl: series(pairs.itl), e2e: series(pairs.e2e)},
  }
}

function medians(
  {request, measuredMs, simulatedMs}: Pairs,
  {windows, windowOf}: {readonly windows: number; readonly windowOf: (request: number) => number},
) {
  const groups = Array.from({length: windows}, (): number[] => [])
  request.forEach((r, i) => {
    groups[windowOf(r)]!.push(i)
  })
  const over = (values: Float64Array) =>
    Float64Array.from(groups, group => median(Float64Array.from(group, i => values[i]!)))
  return {measuredMs: over(measuredMs), simulatedMs: over(simulatedMs)}
}
