import type {RequestColumns} from '../engine/record/record.ts'
import {e2eMs, tpotMs, ttftMs} from '../report/request-measures.ts'
import type {RequestMatch} from './match-requests.ts'
import {MEASURED_METRICS, type MeasuredMetric, type MeasuredRequests} from './measured-run.ts'
import {median} from './robust.ts'

/** One latency of the same requests, measured and simulated, ms, in the order they were measured in. */
export interface Pairs {
  /** Simulated request of each pair. */
  readonly request: Int32Array
  readonly measuredMs: Float64Array
  readonly simulatedMs: Float64Array
}

export type PairsByMetric = Readonly<Record<MeasuredMetric, Pairs>>

/** Latency of a simulated request; NaN where it did not finish, and for the gap of a single token. */
export function simulatedLatency(requests: RequestColumns, metric: MeasuredMetric, request: number): number {
  if (Number.isNaN(requests.lastTokenMs[request]!)) return Number.NaN
  if (metric === 'ttft') return ttftMs(requests, request)
  if (metric === 'e2e') return e2eMs(requests, request)
  return requests.emittedTokens[request]! > 1 ? tpotMs(requests, request) : Number.NaN
}

/** @param overheadMs time outside the engine that is added to what is simulated of TTFT and end-to-end latency */
export function pairLatencies(
  measured: MeasuredRequests,
  simulated: RequestColumns,
  {match, overheadMs}: {readonly match: RequestMatch; readonly overheadMs: number},
): PairsByMetric {
  const pairs = (metric: MeasuredMetric): Pairs => {
    const own = measured.latencyMs[metric]
    const added = metric === 'itl' ? 0 : overheadMs
    const theirs = match.simulated.map(r => r)
    const simulatedMs = Float64Array.from(theirs, r =>
      r < 0 ? Number.NaN : simulatedLatency(simulated, metric, r) + added,
    )
    const both = theirs.map((_, i) => i).filter(i => own[i]! > 0 && simulatedMs[i]! > 0)
    return {
      request: both.map(i => theirs[i]!),
      measuredMs: Float64Array.from(both, i => own[i]!),
      simulatedMs: Float64Array.from(both, i => simulatedMs[i]!),
    }
  }
  return {ttft: pairs('ttft'), itl: pairs('itl'), e2e: pairs('e2e')}
}

/** Every other pair: both halves saw the same load. */
export function halfOf(pairs: PairsByMetric, half: 0 | 1): PairsByMetric {
  const every = ({request, measuredMs, simulatedMs}: Pairs): Pairs => ({
    request: request.filter((_, i) => i % 2 === half),
    measuredMs: measuredMs.filter((_, i) => i % 2 === half),
    simulatedMs: simulatedMs.filter((_, i) => i % 2 === half),
  })
  return {ttft: every(pairs.ttft), itl: every(pairs.itl), e2e: every(pairs.e2e)}
}

/** Mean over the latencies that were measured of the median of |simulated ÷ measured − 1|; null without any pair. */
export function errorOf(pairs: PairsByMetric): number | null {
  const errors = MEASURED_METRICS.filter(metric => pairs[metric].request.length > 0).map(metric =>
    median(relativeErrors(pairs[metric]).map(Math.abs)),
  )
  return errors.length === 0 ? null : errors.reduce((sum, error) => sum + error, 0) / errors.length
}

/** Simulated ÷ measured − 1. */
export function relativeErrors({measuredMs, simulatedMs}: Pairs): Float64Array {
  return simulatedMs.map((ms, i) => ms / measuredMs[i]! - 1)
}
