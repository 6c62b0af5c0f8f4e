import {JsonFields} from '../../core/json-fields.ts'
import {parseDurationS} from '../../core/parse-duration.ts'
import type {Result} from '../../core/result.ts'
import type {KpaConfig} from './kpa-config.ts'

/** Texts of `config-autoscaler` and annotations without `autoscaling.knative.dev/`, and the revision's own limit. */
export interface KpaSource {
  readonly configMap: unknown
  readonly annotations: unknown
  readonly containerConcurrency: number
}

/** No target below it. */
const MIN_TARGET = 0.01

/** Resolves annotations over the config map over the defaults (policies.md 3.1). */
export function parseKpaConfig(source: KpaSource, path = 'annotations'): Result<KpaConfig> {
  const annotations = new JsonFields(source.annotations ?? {}, path)
  const configMap = new JsonFields(source.configMap ?? {}, 'config-autoscaler')
  const config = readResolved(annotations, configMap, source.containerConcurrency)
  const checked = annotations.finish(config)
  return checked.ok ? configMap.finish(config) : checked
}

/** The same on a document that is being read: `annotations`, `configMap` and `containerConcurrency`. */
export function readKpaConfig(fields: JsonFields): KpaConfig {
  const limit = fields.whole('containerConcurrency', {min: 0, absent: 0})
  return readResolved(fields.object('annotations'), fields.object('configMap'), limit)
}

function readResolved(
  annotations: JsonFields,
  configMap: JsonFields,
  containerConcurrency: number,
): KpaConfig {
  const metric = annotations.choice('metric', ['concurrency', 'rps'], 'concurrency')
  const total = readTotal(annotations, configMap, metric, containerConcurrency)
  const sharedUse = readNumber(configMap, 'container-concurrency-target-percentage', 70)
  const utilisation = readNumber(annotations, 'target-utilization-percentage', sharedUse) / 100
  const sharedWindow = readDurationS(configMap, 'stable-window', 60)
  const stableWindowS = readDurationS(annotations, 'window', sharedWindow)
  if (stableWindowS < 6 || stableWindowS > 3600) {
    annotations.refuse(`${annotations.path('window')} must lie between 6 s and 1 h`, 'window')
  }
  const sharedPanic = readNumber(configMap, 'panic-window-percentage', 10)
  const panicShare = readNumber(annotations, 'panic-window-percentage', sharedPanic) / 100
  const sharedThreshold = readNumber(configMap, 'panic-threshold-percentage', 200)
  return {
    metric,
    target: Math.max(MIN_TARGET, total * utilisation),
    total,
    maxScaleUpRate: readNumber(configMap, 'max-scale-up-rate', 1000),
    maxScaleDownRate: readNumber(configMap, 'max-scale-down-rate', 2),
    panicThreshold: readNumber(annotations, 'panic-threshold-percentage', sharedThreshold) / 100,
    stableWindowS,
    panicWindowS: Math.max(1, Math.round(stableWindowS * panicShare)),
    scaleDownDelayS: readDurationS(
      annotations,
      'scale-down-delay',
      readDurationS(configMap, 'scale-down-delay', 0),
    ),
    targetBurstCapacity: readNumber(
      annotations,
      'target-burst-capacity',
      readNumber(configMap, 'target-burst-capacity', 211),
    ),
    activationScale: readNumber(annotations, 'activation-scale', 0),
    minScale: readNumber(annotations, 'min-scale', readNumber(configMap, 'min-scale', 0)),
    scalesToZero: annotations.has('min-scale') && Number(annotations.raw('min-scale')) === 0,
    maxScale: readNumber(annotations, 'max-scale', readNumber(configMap, 'max-scale', 0)),
    aggregation: annotations.choice(
      'metric-aggregation-algorithm',
      ['linear', 'weighted-exponential'],
      'linear',
    ),
  }
}

/** A wanted target can only lower what the container itself allows. */
function readTotal(
  annotations: JsonFields,
  configMap: JsonFields,
  metric: KpaConfig['metric'],
  containerConcurrency: number,
): number {
  if (metric === 'rps') {
    return readNumber(annotations, 'target', readNumber(configMap, 'requests-per-second-target-default', 200))
  }
  const limit = containerConcurrency > 0 ? containerConcurrency : Infinity
  const byDefault = readNumber(configMap, 'container-concurrency-target-default', 100)
  if (!annotations.has('target')) return Number.isFinite(limit) ? limit : byDefault
  return Math.min(readNumber(annotations, 'target', byDefault), limit)
}

/** Annotations are texts. */
function readNumber(fields: JsonFields, key: string, absent: number): number {
  const value = fields.raw(key)
  if (value === null) return absent
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = typeof value === 'number' || isText ? Number(value) : Number.NaN
  if (Number.isFinite(number) && number >= 0) return number
  fields.refuse(`${fields.path(key)} is not a number of at least 0`, key)
  return absent
}

/** Durations as Go writes them: `90s`, `2m`, `1h30m`. */
function readDurationS(fields: JsonFields, key: string, absent: number): number {
  const value = fields.raw(key)
  if (value === null) return absent
  const seconds = typeof value === 'string' ? parseDurationS(value) : null
  if (seconds !== null) return seconds
  fields.refuse(`${fields.path(key)} is not a duration such as 90s or 2m`, key)
  return absent
}
