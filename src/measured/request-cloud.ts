import type {RequestColumns} from '../engine/record/record.ts'
import {MEASURED_METRICS, type MeasuredMetric} from './measured-run.ts'
import type {PairsByMetric} from './paired-latencies.ts'

/** Every paired request at its simulated arrival, in that order. */
export interface RequestCloud {
  readonly metric: MeasuredMetric
  readonly request: Int32Array
  readonly arrivalS: Float64Array
  readonly measuredMs: Float64Array
  readonly simulatedMs: Float64Array
}

/** Of the end-to-end latency, or of the first that was measured; null without pairs. */
export function requestCloud(pairs: PairsByMetric, simulated: RequestColumns): RequestCloud | null {
  const metric = [...MEASURED_METRICS].reverse().find(name => pairs[name].request.length > 0)
  if (metric === undefined) return null
  const {request, measuredMs, simulatedMs} = pairs[metric]
  const arrivalMs = (i: number) => simulated.arrivalMs[request[i]!]!
  const order = Int32Array.from(request.keys()).sort((a, b) => arrivalMs(a) - arrivalMs(b) || a - b)
  return {
    metric,
    request: order.map(i => request[i]!),
    arrivalS: Float64Array.from(order, i => arrivalMs(i) / 1000),
    measuredMs: Float64Array.from(order, i => measuredMs[i]!),
    simulatedMs: Float64Array.from(order, i => simulatedMs[i]!),
  }
}
