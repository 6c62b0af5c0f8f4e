import {JsonFields} from '../../core/json-fields.ts'
import type {Result} from '../../core/result.ts'
import {
  canReachZero,
  DEFAULT_HPA_CONTROLLER,
  type HpaBehavior,
  type HpaController,
  type HpaMetric,
  type HpaSpec,
  type RatePolicy,
  type ScalingRules,
} from './hpa-spec.ts'
import {parseQuantityMilli, parseQuantityNumber} from './quantity.ts'

/** The API's limits (policies.md 1.3). */
const MAX_WINDOW_S = 3600
const MAX_PERIOD_S = 1800
const MAX_REPLICAS = 2147483647

/** Reads the `spec` of a HorizontalPodAutoscaler (autoscaling/v2) and fills in every default. */
export function parseHpaSpec(
  value: unknown,
  path = 'spec',
  controller: HpaController = DEFAULT_HPA_CONTROLLER,
): Result<HpaSpec> {
  const fields = new JsonFields(value, path)
  return fields.finish(readHpaSpec(fields, controller))
}

/** The same on a document that is being read; what is wrong is remembered there. */
export function readHpaSpec(fields: JsonFields, controller: HpaController): HpaSpec {
  fields.ignore('scaleTargetRef')
  const minReplicas = fields.whole('minReplicas', {min: 0, absent: 1})
  const maxReplicas = fields.whole('maxReplicas', {min: Math.max(1, minReplicas), max: MAX_REPLICAS})
  const metrics = fields.has('metrics') ? fields.objects('metrics').map(readMetric) : [DEFAULT_METRIC]
  const behavior = readBehavior(fields, 'behavior', controller)
  const spec = {minReplicas, maxReplicas, metrics, behavior}
  if (minReplicas === 0 && !canReachZero(spec)) {
    fields.refuse(
      `${fields.path('minReplicas')} can be 0 only with an Object or External metric`,
      'minReplicas',
    )
  }
  return spec
}

const DEFAULT_METRIC: HpaMetric = {
  kind: 'resource',
  name: 'cpu',
  target: {type: 'utilization', percent: 80},
}

/** Null where the field is absent; a present one, even empty, has both directions filled in. */
export function readBehavior(fields: JsonFields, key: string, controller: HpaController): HpaBehavior | null {
  if (!fields.has(key)) {
    fields.ignore(key)
    return null
  }
  const behavior = fields.object(key)
  return {
    scaleUp: readRules(behavior.object('scaleUp'), {
      windowS: 0,
      policies: [
        {type: 'Pods', value: 4, periodS: 15},
        {type: 'Percent', value: 100, periodS: 15},
      ],
    }),
    scaleDown: readRules(behavior.object('scaleDown'), {
      windowS: controller.downscaleStabilizationS,
      policies: [{type: 'Percent', value: 100, periodS: 15}],
    }),
  }
}

function readRules(
  fields: JsonFields,
  defaults: {readonly windowS: number; readonly policies: readonly RatePolicy[]},
): ScalingRules {
  const windowS = fields.whole('stabilizationWindowSeconds', {
    min: 0,
    max: MAX_WINDOW_S,
    absent: defaults.windowS,
  })
  const select = fields.choice('selectPolicy', ['Max', 'Min', 'Disabled'], 'Max')
  const isGiven = fields.has('policies')
  const given = fields.objects('policies').map(readRatePolicy)
  if (isGiven && given.length === 0) fields.refuse(`${fields.path('policies')} is empty`, 'policies')
  const policies = isGiven ? given : defaults.policies
  return {windowS, select, policies, tolerance: readTolerance(fields)}
}

function readTolerance(fields: JsonFields): number | null {
  if (!fields.has('tolerance')) return null
  const tolerance = parseQuantityNumber(readQuantityText(fields, 'tolerance'))
  if (tolerance === null || tolerance < 0) {
    fields.refuse(`${fields.path('tolerance')} is not a quantity of at least 0`, 'tolerance')
  }
  return tolerance
}

function readRatePolicy(fields: JsonFields): RatePolicy {
  return {
    type: fields.choice('type', ['Pods', 'Percent']),
    value: fields.whole('value', {min: 1, max: MAX_REPLICAS}),
    periodS: fields.whole('periodSeconds', {min: 1, max: MAX_PERIOD_S}),
  }
}

function readMetric(fields: JsonFields): HpaMetric {
  const type = fields.choice('type', ['Pods', 'Object', 'External', 'Resource'])
  const part = fields.object(type.toLowerCase())
  if (type === 'Resource') return readResourceMetric(part)
  const name = part.object('metric').text('name')
  part.ignore('describedObject')
  const target = part.object('target')
  if (type === 'Pods') return {kind: 'pods', name, target: readAverage(target)}
  const kind = type === 'Object' ? 'object' : 'external'
  if (target.choice('type', ['AverageValue', 'Value']) === 'AverageValue') {
    return {kind, name, target: readAverage(target)}
  }
  return {kind, name, target: {type: 'value', milli: readPositiveMilli(target, 'value')}}
}

function readResourceMetric(fields: JsonFields): HpaMetric {
  const name = fields.text('name')
  const target = fields.object('target')
  if (target.choice('type', ['AverageValue', 'Utilization']) === 'AverageValue') {
    return {kind: 'resource', name, target: readAverage(target)}
  }
  const percent = target.whole('averageUtilization', {min: 1})
  return {kind: 'resource', name, target: {type: 'utilization', percent}}
}

function readAverage(target: JsonFields): {type: 'averageValue'; milli: number} {
  target.choice('type', ['AverageValue'])
  return {type: 'averageValue', milli: readPositiveMilli(target, 'averageValue')}
}

/** YAML writes a quantity without quotes as a number. */
function readQuantityText(fields: JsonFields, key: string): string {
  const value = fields.raw(key)
  return typeof value === 'number' ? String(value) : fields.text(key)
}

function readPositiveMilli(fields: JsonFields, key: string): number {
  const text = readQuantityText(fields, key)
  const milli = parseQuantityMilli(text)
  if (milli !== null && milli > 0) return milli
  fields.refuse(`${fields.path(key)} is "${text}", which is no quantity above 0`, key)
  return 1
}

/** Flags of the controller, under the names that recorded timelines give them. */
export function readHpaController(fields: JsonFields): HpaController {
  const read = (key: string, absent: number, min = 0): number => fields.number(key, {min, absent})
  return {
    syncPeriodS: read('syncPeriodSeconds', DEFAULT_HPA_CONTROLLER.syncPeriodS, 1),
    downscaleStabilizationS: read(
      'downscaleStabilizationSeconds',
      DEFAULT_HPA_CONTROLLER.downscaleStabilizationS,
    ),
    tolerance: read('tolerance', DEFAULT_HPA_CONTROLLER.tolerance),
    cpuInitializationS: read('cpuInitializationSeconds', DEFAULT_HPA_CONTROLLER.cpuInitializationS),
    initialReadinessDelayS: read(
      'initialReadinessDelaySeconds',
      DEFAULT_HPA_CONTROLLER.initialReadinessDelayS,
    ),
  }
}
