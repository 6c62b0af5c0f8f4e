import {JsonFields} from '../../core/json-fields.ts'
import type {Result} from '../../core/result.ts'
import type {
  HpaPool,
  HpaSettings,
  KedaPool,
  KedaSettings,
  KpaSettings,
  ObserveSettings,
} from './autoscaler-settings.ts'
import {canReachZero, type HpaController, type HpaMetric} from './hpa-spec.ts'
import {readHpaController, readHpaSpec} from './parse-hpa-spec.ts'
import {readKedaSpec} from './parse-keda-spec.ts'
import {readKpaConfig} from './parse-kpa-config.ts'
import type {AutoscalerName, PolicyDocument} from './parse-policy-text.ts'
import {parseSignal} from './parse-signal.ts'
import type {PoolMap} from './pool-map.ts'
import type {Signal} from './signal.ts'

/** Settings, and sentences on what of the document is not simulated. */
export interface Parsed<T> {
  readonly settings: T
  readonly notices: readonly string[]
}

export function parseHpaSettings(source: PolicyDocument): Result<Parsed<HpaSettings>> {
  const fields = new JsonFields(source, '')
  const controller = readHpaController(fields.object('controller'))
  const names = readSignalNames(fields)
  const pools = readPools(fields, pool => readHpaPool(pool, controller, names))
  const settings = {pools, controller, observe: readObserve(fields)}
  return finish(fields, settings, Object.values(pools).flatMap(warnOfFlapping))
}

export function parseKedaSettings(source: PolicyDocument): Result<Parsed<KedaSettings>> {
  const fields = new JsonFields(source, '')
  const controller = readHpaController(fields.object('controller'))
  const names = readSignalNames(fields)
  const pools = readPools(fields, pool => readKedaPool(pool, controller, names))
  return finish(fields, {pools, controller, observe: readObserve(fields)}, [])
}

export function parseKpaSettings(source: PolicyDocument): Result<Parsed<KpaSettings>> {
  const fields = new JsonFields(source, '')
  const pools = readPools(fields, pool => readKpaConfig(pool))
  return finish(fields, {pools}, [])
}

/** Of every autoscaler the reader of its settings. */
export const AUTOSCALER_PARSERS = {
  hpa: parseHpaSettings,
  keda: parseKedaSettings,
  kpa: parseKpaSettings,
} as const satisfies Readonly<Record<AutoscalerName, (source: PolicyDocument) => Result<Parsed<unknown>>>>

function finish<T>(fields: JsonFields, settings: T, warnings: readonly string[]): Result<Parsed<T>> {
  // A spec that stands for both pools is read twice.
  const unread = [...new Set(fields.unread())].map(path => `${path} is not simulated and has no effect.`)
  return fields.finish({settings, notices: [...warnings, ...unread]})
}

/** `all` stands for every pool that is not named; `agg` for the one pool of an aggregated fleet. */
function readPools<T>(fields: JsonFields, read: (pool: JsonFields) => T): PoolMap<T> {
  const pools = fields.object('pools')
  const of = (...keys: readonly string[]): T | null => {
    const key = keys.find(name => pools.has(name))
    return key === undefined ? null : read(pools.object(key))
  }
  const settings = {prefill: of('prefill', 'all'), decode: of('decode', 'agg', 'all')}
  if (settings.prefill === null && settings.decode === null) {
    pools.refuse(`pools names none of all, agg, prefill and decode`)
  }
  return settings
}

function readObserve(fields: JsonFields): ObserveSettings {
  return {
    scrapeS: fields.number('scrapeSeconds', {min: 1, max: 300, absent: 15}),
    lagS: fields.number('lagSeconds', {min: 0, max: 3600, absent: 0}),
  }
}

/** What a metric of a name of the user's own stands for. */
function readSignalNames(fields: JsonFields): JsonFields {
  return fields.object('signals')
}

function readHpaPool(fields: JsonFields, controller: HpaController, names: JsonFields): HpaPool {
  const spec = readHpaSpec(fields, controller)
  return {spec, signals: spec.metrics.map((metric, i) => signalOfMetric(metric, fields, i, names))}
}

function signalOfMetric(metric: HpaMetric, fields: JsonFields, i: number, names: JsonFields): Signal {
  const path = fields.path(`metrics[${i}]`)
  if (metric.kind === 'resource') {
    fields.refuse(
      `${path} goes by ${metric.name}, which is not simulated: a GPU engine's CPU says little of its load`,
    )
    return NOTHING
  }
  const signal = readSignal(names.has(metric.name) ? names.text(metric.name) : metric.name, path, fields)
  if (metric.kind !== 'pods')
    return signal.kind === 'gauge' && signal.over === 'none' ? {...signal, over: 'sum'} : signal
  if (signal.kind === 'gauge') return signal
  fields.refuse(`${path} is a metric by pod, but ${metric.name} is one of the whole fleet`)
  return NOTHING
}

function readKedaPool(fields: JsonFields, controller: HpaController, names: JsonFields): KedaPool {
  const spec = readKedaSpec(fields, controller)
  const signals = spec.triggers.map(({query}, i) =>
    readSignal(
      names.has(query) ? names.text(query) : query,
      fields.path(`triggers[${i}].metadata.query`),
      fields,
    ),
  )
  return {spec, signals}
}

function readSignal(text: string, path: string, fields: JsonFields): Signal {
  const signal = parseSignal(text)
  if (signal.ok) return signal.value
  fields.refuse(`${path} ${signal.error.message}`)
  return NOTHING
}

/** Where reading goes on after a problem. */
const NOTHING: Signal = {kind: 'queued'}

/** policies.md 1.4: no ready pod makes a Value target propose zero. */
function warnOfFlapping(pool: HpaPool | null): string[] {
  if (pool === null || pool.spec.minReplicas > 0 || !canReachZero(pool.spec)) return []
  const isValue = pool.spec.metrics.some(({target}) => target.type === 'value')
  if (!isValue) return []
  return [
    'A Value target with minReplicas 0 proposes zero while the first replica starts: give it a longer stabilisation window.',
  ]
}
