import type {HpaMetric} from '../../config/scaling/hpa-spec.ts'
import type {JsonFields} from '../../core/json-fields.ts'
import type {HpaOutcome} from '../hpa/hpa-autoscaler.ts'
import type {HpaPod, HpaSeen, MetricReading} from '../hpa/hpa-seen.ts'

/** What one sync saw, as recorded timelines hold it: metric values by name, in thousandths. */
export function readHpaSeen(tick: JsonFields, metrics: readonly HpaMetric[], requestMilli: number): HpaSeen {
  const seen = tick.object('in')
  const pods = seen.objects('pods')
  const failed = seen.list('failed')
  const external = seen.object('external')
  const object = seen.object('object')
  const readings = metrics.map((metric): MetricReading => {
    if (failed.includes(metric.name)) return {kind: 'failed'}
    if (metric.kind === 'external') return {kind: 'series', milli: numbersOf(external.list(metric.name))}
    if (metric.kind === 'object') return readObjectMetric(object, metric.name)
    return {kind: 'samples', milli: pods.map(pod => readSample(pod, metric.name))}
  })
  return {
    nowMs: tick.number('tMs'),
    specReplicas: seen.whole('specReplicas', {min: 0}),
    statusReplicas: seen.whole('statusReplicas', {min: 0}),
    pods: pods.map(pod => readPod(pod, requestMilli)),
    askMetrics: () => readings,
  }
}

function readObjectMetric(object: JsonFields, name: string): MetricReading {
  return object.has(name) ? {kind: 'series', milli: [object.number(name)]} : {kind: 'failed'}
}

function readSample(pod: JsonFields, name: string): number | null {
  const samples = pod.object('m')
  return samples.has(name) ? samples.number(name) : null
}

function readPod(pod: JsonFields, requestMilli: number): HpaPod {
  const timeOf = (key: string): number | null => (pod.has(key) ? pod.number(key) : null)
  return {
    phase: pod.choice('phase', ['Running', 'Pending', 'Failed'], 'Running'),
    isReady: pod.boolean('ready', true),
    isDeleting: pod.boolean('deleting', false),
    startMs: timeOf('startMs'),
    readySinceMs: timeOf('sinceMs'),
    requestMilli,
  }
}

function numbersOf(list: readonly unknown[]): number[] {
  return list.filter(value => typeof value === 'number')
}

/** The outcome under the recorded names; what does not apply is left out. */
export function toHpaOut(outcome: HpaOutcome, spec: number): Record<string, unknown> {
  const {desired, why, proposals, metric, conditions} = outcome
  const {able, active, limited, scaledToZero} = conditions
  const proposal = metric === null ? null : (proposals?.[metric]?.replicas ?? null)
  const known = {desired, rescaled: desired !== spec, proposal}
  const optional = {
    metric,
    why,
    error: outcome.hasError ? true : null,
    able,
    active,
    limited,
    scaledToZero,
  }
  const given = Object.entries(optional).filter(([, value]) => value !== null)
  const current = proposals === null ? null : proposals.map(one => one?.current ?? null)
  return {...known, ...Object.fromEntries(given), current}
}
