import type {RequestColumns} from '../engine/record/record.ts'
import {computeErrorKind, type ErrorKind, type Points} from './error-kind.ts'
import {matchRequests} from './match-requests.ts'
import {
  MEASURED_METRICS,
  type MeasuredMetric,
  type MeasuredRequests,
  type MeasuredRun,
} from './measured-run.ts'
import {type OverTime, overTime} from './over-time.ts'
import {type Pairs, pairLatencies, relativeErrors, simulatedLatency} from './paired-latencies.ts'
import {type RequestCloud, requestCloud} from './request-cloud.ts'
import {median, percentileOf} from './robust.ts'

/** A measured run beside a simulated one, as plain data of a few kilobytes. */
export interface MeasuredComparison {
  readonly source: string
  readonly fileName: string
  /** How requests were paired, as a sentence. */
  readonly matching: string
  /** Requests with both a measured and a simulated side; 0 = distributions alone are compared. */
  readonly matched: number
  readonly metrics: readonly MetricComparison[]
  /** null = nothing to draw over time. */
  readonly overTime: OverTime | null
  /** null without paired requests. */
  readonly cloud: RequestCloud | null
  /** Added to what is simulated of TTFT and end-to-end latency, ms. */
  readonly overheadMs: number
  readonly notices: readonly string[]
}

/** One percentile of both, ms. */
interface QuantilePair {
  readonly at: number
  readonly measuredMs: number
  readonly simulatedMs: number
}

export interface MetricComparison {
  readonly metric: MeasuredMetric
  readonly mean: {readonly measuredMs: number; readonly simulatedMs: number} | null
  /** In rising order. */
  readonly quantiles: readonly QuantilePair[]
  /** Of paired requests, simulated ÷ measured − 1; null without pairs. */
  readonly pairs: {
    readonly count: number
    readonly median: number
    readonly medianAbsolute: number
    readonly p90Absolute: number
  } | null
  readonly error: ErrorKind
}

/** Percentiles a distribution is drawn at; the figures printed are among them. */
const DRAWN = [1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 98, 99]
/** Of requests that are not paired, the error is told from these: the outermost rest on single requests. */
const TOLD = [10, 25, 50, 75, 90, 95]

/** @param overheadMs constant time outside the engine, which a calibration found */
export function compareMeasured(
  run: MeasuredRun,
  simulated: RequestColumns,
  overheadMs = 0,
): MeasuredComparison {
  const {source, fileName, requests, notices} = run
  const common = {source, fileName, overheadMs}
  if (requests === null) {
    const matching = 'The file has statistics of all requests alone, so distributions are compared.'
    const metrics = MEASURED_METRICS.flatMap(metric => fromStatistics(run, {metric, simulated, overheadMs}))
    return {...common, matching, matched: 0, metrics, overTime: null, cloud: null, notices}
  }
  const match = matchRequests(requests, simulated)
  const pairs = pairLatencies(requests, simulated, {match, overheadMs})
  const metrics = MEASURED_METRICS.flatMap(metric =>
    fromRequests(
      match.matched > 0 ? pairs[metric] : unpaired(requests, {metric, simulated, overheadMs}),
      metric,
      match.matched > 0,
    ),
  )
  return {
    ...common,
    matching: `${match.text}.`,
    matched: match.matched,
    metrics,
    overTime: overTime(pairs, simulated),
    cloud: requestCloud(pairs, simulated),
    notices,
  }
}

interface Side {
  readonly metric: MeasuredMetric
  readonly simulated: RequestColumns
  readonly overheadMs: number
}

function simulatedValues({metric, simulated, overheadMs}: Side): Float64Array {
  const added = metric === 'itl' ? 0 : overheadMs
  const values = Float64Array.from(
    simulated.arrivalOrder,
    r => simulatedLatency(simulated, metric, r) + added,
  )
  return values.filter(ms => !Number.isNaN(ms))
}

/** Both sides as they are, one request of the one having nothing to do with one of the other. */
function unpaired({latencyMs}: MeasuredRequests, side: Side): Omit<Pairs, 'request'> {
  return {measuredMs: latencyMs[side.metric].filter(ms => ms > 0), simulatedMs: simulatedValues(side)}
}

function fromRequests(
  sides: Omit<Pairs, 'request'>,
  metric: MeasuredMetric,
  isPaired: boolean,
): MetricComparison[] {
  const {measuredMs, simulatedMs} = sides
  if (measuredMs.length === 0 || simulatedMs.length === 0) return []
  const [own, theirs] = [measuredMs.slice().sort(), simulatedMs.slice().sort()]
  const quantiles = DRAWN.map(at => ({
    at,
    measuredMs: percentileOf(own, at),
    simulatedMs: percentileOf(theirs, at),
  }))
  const mean = {measuredMs: meanOf(own), simulatedMs: meanOf(theirs)}
  const errors = isPaired ? relativeErrors({...sides, request: new Int32Array()}) : null
  return [
    {
      metric,
      mean,
      quantiles,
      pairs:
        errors === null
          ? null
          : {
              count: errors.length,
              median: median(errors),
              medianAbsolute: median(errors.map(Math.abs)),
              p90Absolute: percentileOf(errors.map(Math.abs).sort(), 90),
            },
      error: computeErrorKind(isPaired ? sides : pointsOf(quantiles.filter(({at}) => TOLD.includes(at)))),
    },
  ]
}

function fromStatistics({statistics}: MeasuredRun, side: Side): MetricComparison[] {
  const own = statistics.filter(({metric}) => metric === side.metric)
  const theirs = simulatedValues(side).sort()
  if (own.length === 0 || theirs.length === 0) return []
  const measuredMean = own.find(({at}) => at === 'mean')?.ms
  const quantiles = own
    .flatMap(({at, ms}) =>
      at === 'mean' ? [] : [{at, measuredMs: ms, simulatedMs: percentileOf(theirs, at)}],
    )
    .sort((a, b) => a.at - b.at)
  return [
    {
      metric: side.metric,
      mean: measuredMean === undefined ? null : {measuredMs: measuredMean, simulatedMs: meanOf(theirs)},
      quantiles,
      pairs: null,
      error: computeErrorKind(pointsOf(quantiles)),
    },
  ]
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, ms) => sum + ms, 0) / values.length
}

function pointsOf(quantiles: readonly QuantilePair[]): Points {
  return {
    measuredMs: Float64Array.from(quantiles, ({measuredMs}) => measuredMs),
    simulatedMs: Float64Array.from(quantiles, ({simulatedMs}) => simulatedMs),
  }
}
