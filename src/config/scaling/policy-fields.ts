import {isObject, type JsonObject} from '../../core/is-object.ts'
import type {Field} from '../field.ts'
import type {AutoscalerName} from './parse-policy-text.ts'
import type {OtherScaling} from './parse-scaling.ts'

type Path = readonly (string | number)[]

/** A setting of a policy's document as a form shows it, and where it stands there. */
export interface PolicyField {
  readonly field: Field
  readonly path: Path
}

export interface PolicyFieldGroup {
  /** Of which pools: as the document says, `all`, `agg`, `prefill` or `decode`; empty = of the whole. */
  readonly pool: string
  readonly fields: readonly PolicyField[]
}

/**
 * The fields a form shows of a policy's settings: those that experiments vary, for every pool and metric of the document.
 * All the rest is said in the document itself. A schedule is a table and has none.
 */
export function policyFields({policy, config}: OtherScaling): readonly PolicyFieldGroup[] {
  if (policy === 'schedule') return []
  const pools = isObject(config.pools) ? config.pools : {}
  const ofPools = Object.entries(pools).flatMap(([pool, spec]) => {
    if (!isObject(spec)) return []
    const fields = FIELDS_OF[policy](spec)
    return [{pool, fields: fields.map(({field, path}) => at(field, ['pools', pool, ...path]))}]
  })
  return policy === 'kpa' ? ofPools : [...ofPools, {pool: '', fields: OBSERVED}]
}

const FIELDS_OF: Readonly<Record<AutoscalerName, (spec: JsonObject) => readonly PolicyField[]>> = {
  hpa: hpaFields,
  keda: kedaFields,
  kpa: kpaFields,
}

export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], document)
}

/** A copy with another value in its place; undefined takes it out. */
export function withValueAt(document: unknown, [key, ...rest]: Path, value: unknown): JsonObject {
  const copy: Record<string, unknown> = Array.isArray(document)
    ? ([...document] as unknown as Record<string, unknown>)
    : {...(isObject(document) ? document : {})}
  if (key === undefined) return copy
  if (rest.length > 0) copy[key] = withValueAt(copy[key], rest, value)
  else if (value === undefined) delete copy[key]
  else copy[key] = value
  return copy
}

const base = {group: 'policy', unit: null, advanced: false} as const
const count = {...base, type: 'integer', nullable: true, min: 0, max: 100_000, default: null} as const
const seconds = {...count, unit: 's', max: 86_400} as const
const word = {...base, type: 'text', nullable: true, default: null} as const

const SIGNAL_HELP =
  'A word such as sum(waiting), running, kv, inflight, rate(1m) or ttft(p95,5m), or a metric of vLLM, SGLang, Dynamo or llm-d.'

const WINDOW_UP: Field = {
  ...seconds,
  key: 'scale_up_window',
  label: 'Scale-up window',
  max: 3600,
  help: 'The smallest wish of the last seconds counts; empty = 0.',
}
const WINDOW_DOWN: Field = {
  ...seconds,
  key: 'scale_down_window',
  label: 'Scale-down window',
  max: 3600,
  help: 'The largest wish of the last seconds counts; empty = 300.',
}

function hpaFields(spec: JsonObject): readonly PolicyField[] {
  const metrics = Array.isArray(spec.metrics) ? spec.metrics : []
  return [
    at({...count, key: 'minReplicas', label: 'Fewest replicas', help: 'Empty = 1.'}, ['minReplicas']),
    at({...count, key: 'maxReplicas', label: 'Most replicas', help: 'The HPA never asks for more.'}, [
      'maxReplicas',
    ]),
    ...metrics.flatMap(hpaMetric),
    at(WINDOW_UP, ['behavior', 'scaleUp', 'stabilizationWindowSeconds']),
    at(WINDOW_DOWN, ['behavior', 'scaleDown', 'stabilizationWindowSeconds']),
  ]
}

function hpaMetric(metric: unknown, i: number): readonly PolicyField[] {
  if (!isObject(metric) || typeof metric.type !== 'string') return []
  const kind = metric.type.toLowerCase()
  const part = metric[kind]
  if (kind === 'resource' || !isObject(part)) return []
  const target = isObject(part.target) && part.target.type === 'Value' ? 'value' : 'averageValue'
  return metricFields(
    i,
    ['metrics', i, kind, 'metric', 'name'],
    ['metrics', i, kind, 'target', target],
    target === 'value' ? 'The value itself is to be this.' : 'A replica is to have this on average.',
  )
}

function kedaFields(spec: JsonObject): readonly PolicyField[] {
  const triggers = Array.isArray(spec.triggers) ? spec.triggers : []
  const behavior: Path = ['advanced', 'horizontalPodAutoscalerConfig', 'behavior']
  return [
    at({...count, key: 'minReplicaCount', label: 'Fewest replicas', help: 'Empty = 0: it may sleep.'}, [
      'minReplicaCount',
    ]),
    at({...count, key: 'maxReplicaCount', label: 'Most replicas', help: 'Empty = 100.'}, ['maxReplicaCount']),
    at(
      {
        ...seconds,
        key: 'pollingInterval',
        label: 'Polling interval',
        help: 'Between zero and one; empty = 30.',
      },
      ['pollingInterval'],
    ),
    at({...seconds, key: 'cooldownPeriod', label: 'Cooldown', help: 'Silence before zero; empty = 300.'}, [
      'cooldownPeriod',
    ]),
    ...triggers.flatMap((_, i) =>
      metricFields(
        i,
        ['triggers', i, 'metadata', 'query'],
        ['triggers', i, 'metadata', 'threshold'],
        'A replica is to have this on average, or, with metricType Value, the fleet.',
      ),
    ),
    at(WINDOW_UP, [...behavior, 'scaleUp', 'stabilizationWindowSeconds']),
    at(WINDOW_DOWN, [...behavior, 'scaleDown', 'stabilizationWindowSeconds']),
  ]
}

function metricFields(i: number, name: Path, target: Path, help: string): readonly PolicyField[] {
  return [
    at({...word, key: `metric_${i + 1}`, label: 'Metric', help: SIGNAL_HELP}, name),
    at({...word, key: `target_${i + 1}`, label: 'Target', help}, target),
  ]
}

/** Annotations of a Knative Service: texts, all of them. */
function kpaFields(): readonly PolicyField[] {
  const annotation = (key: string, label: string, help: string): PolicyField =>
    at({...word, key, label, help}, ['annotations', key])
  return [
    at(
      {
        ...base,
        type: 'choice',
        nullable: true,
        default: null,
        choices: ['concurrency', 'rps'],
        key: 'metric',
        label: 'Metric',
        help: 'Requests in flight, or a second; empty = concurrency.',
      },
      ['annotations', 'metric'],
    ),
    annotation('target', 'Target', 'What a replica may have; empty = 100, or 200 requests a second.'),
    annotation('target-utilization-percentage', 'Utilisation', 'Of the target; empty = 70.'),
    annotation('min-scale', 'Fewest replicas', 'Empty = 1 here; 0 said in so many words lets it sleep.'),
    annotation('max-scale', 'Most replicas', 'Empty = any.'),
    annotation('window', 'Stable window', 'A duration such as 60s; empty = 60s.'),
    annotation('panic-window-percentage', 'Panic window', 'Of the stable window; empty = 10.'),
    annotation('panic-threshold-percentage', 'Panic threshold', 'Of the target; empty = 200.'),
    annotation('scale-down-delay', 'Scale-down delay', 'A duration such as 5m; empty = none.'),
  ]
}

/** How late an autoscaler sees the engines. */
const OBSERVED: readonly PolicyField[] = [
  at({...seconds, key: 'syncPeriodSeconds', label: 'Sync period', help: 'Of the controller; empty = 15.'}, [
    'controller',
    'syncPeriodSeconds',
  ]),
  at({...seconds, key: 'scrapeSeconds', label: 'Scrape interval', help: 'Of Prometheus; empty = 15.'}, [
    'scrapeSeconds',
  ]),
  at({...seconds, key: 'lagSeconds', label: 'Adapter lag', help: 'What an adapter adds; empty = 0.'}, [
    'lagSeconds',
  ]),
]

function at(field: Field, path: Path): PolicyField {
  return {field, path}
}
