import type {HpaMetric} from '../../config/scaling/hpa-spec.ts'
import type {Signal} from '../../config/scaling/signal.ts'
import type {PoolObservation} from '../../engine/observation.ts'
import type {PoolObserver} from '../observe/pool-observer.ts'
import type {MetricReading} from './hpa-seen.ts'

/** What the metrics API answers for one metric: a value cut off at thousandths, as the adapter does. */
export function readMetric(
  metric: HpaMetric,
  signal: Signal,
  seen: {readonly observer: PoolObserver; readonly pool: PoolObservation; readonly nowS: number},
): MetricReading {
  const {observer, pool, nowS} = seen
  if (metric.kind === 'pods' && signal.kind === 'gauge') {
    const samples = pool.instances().map(({id}) => observer.sampleOf(id, signal.gauge, nowS))
    return {kind: 'samples', milli: samples.map(value => (value === null ? null : toMilli(value)))}
  }
  const series = observer.series(signal, nowS)
  // A window without a first token has no quantile: no value, and not a zero.
  if (series.some(value => !Number.isFinite(value))) return {kind: 'failed'}
  return {kind: 'series', milli: series.map(toMilli)}
}

function toMilli(value: number): number {
  return Math.trunc(value * 1000)
}
