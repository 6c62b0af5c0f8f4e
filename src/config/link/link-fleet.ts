import {WORKER_TYPE_FIELD} from '../engine/engine-fields.ts'
import type {Field, FieldShape} from '../field.ts'
import {type FieldValue, formatFieldValue} from '../field-text.ts'
import {POOL_FIELDS} from '../pool-fields.ts'
import {formsOf, releaseOf} from '../releases/release-forms.ts'
import type {EngineTiming, Fleet, PoolName, PoolSpec, Scenario, WorkerType} from '../scenario.ts'
import type {LinkPairs} from './link-pairs.ts'
import type {Pair} from './query-string.ts'
import {settle} from './settle.ts'

type Described = Pick<Scenario, 'release' | 'engineTiming'>

/** A fleet to compare with or to start from: the base's if it has this topology, else default pools. */
function baseFleet(base: Scenario, topology: Fleet['topology']): Fleet {
  if (base.fleet.topology === topology) return base.fleet
  const {defaultEngineArgs} = formsOf(releaseOf(base))
  const pool = (workerType: WorkerType): PoolSpec => ({
    args: defaultEngineArgs(workerType),
    initialWorkers: 1,
    gpusPerInstance: null,
  })
  return topology === 'agg'
    ? {topology, workers: pool('aggregated')}
    : {topology, prefill: pool('prefill'), decode: pool('decode')}
}

export function fleetDifferences(base: Scenario, scenario: Scenario): readonly Pair[] {
  const to = scenario.fleet
  const topology: readonly Pair[] = base.fleet.topology === to.topology ? [] : [['topology', to.topology]]
  const from = baseFleet(base, to.topology)
  const differences = (before: PoolSpec, after: PoolSpec, name: PoolName) =>
    poolDifferences({of: base, pool: before}, {of: scenario, pool: after}, name)
  if (from.topology === 'agg' && to.topology === 'agg')
    return [...topology, ...differences(from.workers, to.workers, 'agg')]
  if (from.topology === 'disagg' && to.topology === 'disagg')
    return [
      ...topology,
      ...differences(from.prefill, to.prefill, 'prefill'),
      ...differences(from.decode, to.decode, 'decode'),
    ]
  return topology
}

/** Engine args of an aggregated fleet are `engine.…`, those of a pool bear its name. */
function argsKey(pool: PoolName): string {
  return pool === 'agg' ? 'engine' : pool
}

interface PoolOf {
  readonly of: Described
  readonly pool: PoolSpec
}

function poolDifferences(from: PoolOf, to: PoolOf, name: PoolName): readonly Pair[] {
  const pairs: Pair[] = []
  const args = argsKey(name)
  for (const field of POOL_FIELDS) {
    const value = field.read(to.pool)
    if (value !== field.read(from.pool)) pairs.push([field.links[name], formatFieldValue(field, value)])
  }
  const before = valuesOf(from)
  const after = valuesOf(to)
  for (const [key, field] of argFields(to.of)) {
    const value = after[key] ?? null
    if (value !== (before[key] ?? null)) pairs.push([`${args}.${key}`, formatFieldValue(field, value)])
  }
  return pairs
}

function valuesOf({of, pool}: PoolOf): Record<string, FieldValue> {
  return formsOf(releaseOf(of)).engineValues(pool.args, of.engineTiming)
}

/** In the order of links. The pool's part follows from the fleet in 1.6.1 and is said in 1.2.1. */
function argFields(of: Described): readonly (readonly [key: string, field: Field])[] {
  const release = releaseOf(of)
  const {engineFields, sglangFields} = formsOf(release)
  return [
    ...(release === '1.2.1' ? [[WORKER_TYPE_FIELD.key, WORKER_TYPE_FIELD] as const] : []),
    ...engineFields.map(field => [field.key, field] as const),
    ...sglangFields.map(field => [`sglang.${field.key}`, field] as const),
  ]
}

export function decodeFleet(link: LinkPairs, base: Scenario, engineTiming: EngineTiming): Fleet {
  const topology = link.takeChoice('topology', base.fleet.topology, ['agg', 'disagg'] as const)
  const from = baseFleet(base, topology)
  const decode = (pool: PoolSpec, name: PoolName) => decodePool(link, {of: base, pool}, name, engineTiming)
  if (from.topology === 'agg') return {topology: 'agg', workers: decode(from.workers, 'agg')}
  return {
    topology: 'disagg',
    prefill: decode(from.prefill, 'prefill'),
    decode: decode(from.decode, 'decode'),
  }
}

const ROLES: Readonly<Record<PoolName, WorkerType>> = {
  agg: 'aggregated',
  prefill: 'prefill',
  decode: 'decode',
}

function decodePool(link: LinkPairs, base: PoolOf, name: PoolName, engineTiming: EngineTiming): PoolSpec {
  const flag = argsKey(name)
  const fielded = POOL_FIELDS.reduce((spec, field) => {
    const value = link.takeField(field.links[name], field)
    return typeof value === 'number' || value === null ? field.write(spec, value) : spec
  }, base.pool)
  const given = new Map<string, FieldValue>()
  const take = (key: string, field: FieldShape) => {
    const value = link.takeField(`${flag}.${key}`, field)
    if (value !== undefined) given.set(key, value)
  }
  for (const [key, field] of argFields(base.of)) take(key, field)
  const {readEngine} = formsOf(releaseOf(base.of))
  const from = valuesOf(base)
  const args = settle(link, `${flag}.`, given, fields => {
    const values = {...from, ...Object.fromEntries(fields)}
    const parsed = readEngine(values, {flag, workerType: ROLES[name], engineTiming})
    return parsed.ok ? {value: parsed.value.args} : {field: parsed.error.field ?? ''}
  })
  return {...fielded, args: args ?? base.pool.args}
}
