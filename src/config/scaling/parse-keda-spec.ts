import {JsonFields} from '../../core/json-fields.ts'
import type {Result} from '../../core/result.ts'
import {DEFAULT_HPA_CONTROLLER, type HpaController} from './hpa-spec.ts'
import {toKedaMilli} from './keda-milli.ts'
import type {KedaFallback, KedaSpec, KedaTrigger} from './keda-spec.ts'
import {readBehavior} from './parse-hpa-spec.ts'

/** Reads the `spec` of a ScaledObject and fills in every default. */
export function parseKedaSpec(
  value: unknown,
  path = 'spec',
  controller: HpaController = DEFAULT_HPA_CONTROLLER,
): Result<KedaSpec> {
  const fields = new JsonFields(value, path)
  return fields.finish(readKedaSpec(fields, controller))
}

export function readKedaSpec(fields: JsonFields, controller: HpaController): KedaSpec {
  fields.ignore('scaleTargetRef')
  const minReplicas = fields.whole('minReplicaCount', {min: 0, absent: 0})
  const advanced = fields.object('advanced').object('horizontalPodAutoscalerConfig')
  const triggers = fields.objects('triggers').map(readTrigger)
  if (triggers.length === 0) fields.refuse(`${fields.path('triggers')} is empty`, 'triggers')
  return {
    pollingIntervalS: fields.number('pollingInterval', {min: 1, absent: 30}),
    cooldownPeriodS: fields.number('cooldownPeriod', {min: 0, absent: 300}),
    initialCooldownPeriodS: fields.number('initialCooldownPeriod', {min: 0, absent: 0}),
    minReplicas,
    maxReplicas: fields.whole('maxReplicaCount', {min: Math.max(1, minReplicas), absent: 100}),
    idleReplicas: readIdle(fields, minReplicas),
    behavior: readBehavior(advanced, 'behavior', controller),
    fallback: readFallback(fields),
    triggers,
  }
}

/** An idle size above zero fights with the HPA, whose minimum is larger: a flip at every poll and sync (policies.md 2.4). */
function readIdle(fields: JsonFields, minReplicas: number): number | null {
  if (!fields.has('idleReplicaCount')) return null
  const idle = fields.whole('idleReplicaCount', {min: 0, max: 0})
  if (minReplicas === 0) {
    fields.refuse(`${fields.path('idleReplicaCount')} must be below minReplicaCount, which is 0`)
  }
  return idle
}

function readFallback(fields: JsonFields): KedaFallback | null {
  if (!fields.has('fallback')) return null
  const fallback = fields.object('fallback')
  return {
    failureThreshold: fallback.whole('failureThreshold', {min: 0}),
    replicas: fallback.whole('replicas', {min: 0}),
    behavior: fallback.choice(
      'behavior',
      ['static', 'currentReplicas', 'currentReplicasIfHigher', 'currentReplicasIfLower'],
      'static',
    ),
  }
}

function readTrigger(fields: JsonFields): KedaTrigger {
  fields.choice('type', ['prometheus'])
  const metadata = fields.object('metadata')
  metadata.ignore('serverAddress')
  const threshold = readNumberText(metadata, 'threshold', null)
  const thresholdMilli = toKedaMilli(threshold)
  if (thresholdMilli === 0) {
    metadata.refuse(`${metadata.path('threshold')} must be at least 0.001`, 'threshold')
  }
  return {
    metricType: fields.choice('metricType', ['AverageValue', 'Value'], 'AverageValue'),
    threshold,
    thresholdMilli,
    activationThreshold: readNumberText(metadata, 'activationThreshold', 0),
    usesCachedMetrics: fields.boolean('useCachedMetrics', false),
    ignoresNullValues: readNullsIgnored(metadata),
    query: metadata.text('query', ''),
  }
}

function readNullsIgnored(metadata: JsonFields): boolean {
  const value = metadata.raw('ignoreNullValues')
  return value !== false && value !== 'false'
}

/** Metadata are texts in a manifest, but YAML without quotes makes numbers of them. */
function readNumberText(fields: JsonFields, key: string, absent: number | null): number {
  const value = fields.raw(key)
  if (value === null && absent !== null) return absent
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = typeof value === 'number' || isText ? Number(value) : Number.NaN
  if (Number.isFinite(number)) return number
  fields.refuse(`${fields.path(key)} ${value === null ? 'is missing' : 'is not a number'}`, key)
  return 1
}
