import {assembleScenario, type ScenarioParts} from '../assemble-scenario.ts'
import {AIC_PERF_FIELDS, parseAicPerf} from '../engine/aic-perf.ts'
import {defaultEngineArgs, parseEngineArgs} from '../engine/engine-args.ts'
import {ENGINE_FIELDS, SGLANG_FIELDS, WORKER_TYPE_FIELD} from '../engine/engine-fields.ts'
import {DEFAULT_ROUTER_CONFIG, parseRouterConfig} from '../engine/router-config.ts'
import type {FieldShape} from '../field.ts'
import {type FieldValue, formatFieldValue} from '../field-text.ts'
import {POOL_FIELDS} from '../pool-fields.ts'
import {defaultScenario, findPreset, PRESETS} from '../presets.ts'
import {
  type AicPerfConfig,
  type EngineArgs,
  type Fleet,
  isSameTrace,
  type PoolName,
  type PoolSpec,
  type RouterConfig,
  type Scenario,
  type SyntheticSpec,
  type TraceSource,
  type WorkerType,
} from '../scenario.ts'
import type {ScenarioField} from '../scenario-field.ts'
import {SCENARIO_FIELDS, scenarioValues} from '../scenario-fields.ts'
import {SYNTHETIC_FIELDS} from '../synthetic-fields.ts'
import {LinkPairs} from './link-pairs.ts'
import {decodeScaling, scalingDifferences} from './link-scaling.ts'
import {formatPairs, type Pair, parsePairs} from './query-string.ts'
import {settle} from './settle.ts'

/**
 * Scenarios as links (contracts.md 4): `#v=1&preset=guide-agg&engine.startup_time=60`. Keys are public: they are
 * migrated, never renamed. Everything equal to the preset (or to the defaults) is left out; keys come in one order.
 */
const LINK_VERSION = '1'

export interface DecodedLink {
  readonly scenario: Scenario
  /** The link asks to be run at once. */
  readonly run: boolean
  /** Parts that could not be used, as `key=value`, for the page to name. */
  readonly ignored: readonly string[]
}

/** The shortest link, without the leading `#`, from a preset with such a fleet; on a tie the earlier is named. */
export function encodeScenario(scenario: Scenario): string {
  const plain = differences(defaultScenario(), scenario)
  let best: readonly Pair[] = plain
  for (const preset of PRESETS) {
    if (preset.scenario.fleet.topology !== scenario.fleet.topology) continue
    const pairs: readonly Pair[] = [['preset', preset.id], ...differences(preset.scenario, scenario)]
    if (pairs.length < best.length) best = pairs
  }
  return formatPairs([['v', LINK_VERSION], ...best])
}

/** Whatever the link says, a complete scenario: what cannot be used falls back field by field. */
export function decodeScenario(hash: string): DecodedLink {
  const link = new LinkPairs(parsePairs(hash))
  const version = link.take('v')
  if (version !== null && version !== LINK_VERSION) link.ignore('v', version)
  const presetId = link.take('preset')
  const preset = presetId === null ? null : findPreset(presetId)
  if (presetId !== null && preset === null) link.ignore('preset', presetId)
  const base = preset?.scenario ?? defaultScenario()
  const run = link.take('run') === '1'
  const fleet = decodeFleet(link, base.fleet)
  const parts = {
    trace: decodeTrace(link, base.trace),
    fleet,
    scaling: decodeScaling(link, base, fleet.topology),
    ...decodeTraffic(link),
  }
  return {scenario: withOwnFields(link, base, parts), run, ignored: link.finish()}
}

/** What the link cannot change stays as the base has it. */
function withOwnFields(link: LinkPairs, base: Scenario, parts: ScenarioParts): Scenario {
  const values = scenarioValues(base)
  const texts = new Map<string, string>()
  for (const field of SCENARIO_FIELDS) {
    const value = link.takeField(field.link, field)
    if (value === undefined) continue
    values[field.key] = value
    texts.set(field.key, formatFieldValue(field, value))
  }
  const {scenario, refused} = assembleScenario(parts, values)
  for (const {field} of refused) if (texts.has(field.key)) link.ignore(field.link, texts.get(field.key) ?? '')
  return scenario
}

type Traffic = Pick<Scenario, 'synthetic' | 'routerConfig' | 'aicPerf'>

/** Generated traffic and router options: in no preset, so a link names all of what it changes. */
function encodeTraffic({synthetic, routerConfig, aicPerf}: Scenario): readonly Pair[] {
  const pairs: Pair[] = []
  for (const [key, value] of Object.entries(synthetic ?? {})) pairs.push([`synthetic.${key}`, String(value)])
  for (const [key, value] of Object.entries(routerConfig ?? {})) {
    if (value !== DEFAULT_ROUTER_CONFIG[key as keyof RouterConfig])
      pairs.push([`router.${key}`, String(value)])
  }
  for (const [key, value] of Object.entries(aicPerf ?? {}))
    if (value !== null) pairs.push([`router.${key}`, String(value)])
  return pairs
}

function decodeTraffic(link: LinkPairs): Traffic {
  const traffic: {-readonly [K in keyof Traffic]: Traffic[K]} = {}
  const spec: Record<string, number> = {}
  let isGiven = false
  for (const field of SYNTHETIC_FIELDS) {
    const value = link.takeField(`synthetic.${field.key}`, field)
    isGiven ||= typeof value === 'number'
    spec[field.key] = typeof value === 'number' ? value : (field.default as number)
  }
  if (isGiven) traffic.synthetic = spec as unknown as SyntheticSpec
  const router = decodeRouter(link)
  if (router !== null) traffic.routerConfig = router
  const aicPerf = decodeAicPerf(link)
  if (aicPerf !== null) traffic.aicPerf = aicPerf
  return traffic
}

/** Router options travel as text and are read by the same rules as the flag. */
function decodeRouter(link: LinkPairs): RouterConfig | null {
  const given: Record<string, unknown> = {}
  for (const key of Object.keys(DEFAULT_ROUTER_CONFIG)) {
    const text = link.take(`router.${key}`)
    if (text === null) continue
    const value =
      text === 'true' ? true : text === 'false' ? false : text === 'null' ? null : numberOrText(text)
    const alone = parseRouterConfig({[key]: value})
    if (alone.ok) given[key] = value
    else link.ignore(`router.${key}`, text)
  }
  if (Object.keys(given).length === 0) return null
  const parsed = parseRouterConfig(given)
  return parsed.ok ? parsed.value.config : null
}

/** Named as a whole wherever it is named at all: each of its keys may hold a default. */
function decodeAicPerf(link: LinkPairs): AicPerfConfig | null {
  const given: Record<string, FieldValue> = {}
  for (const field of AIC_PERF_FIELDS) {
    const value = link.takeField(`router.${field.key}`, field)
    if (value !== undefined) given[field.key] = value
  }
  if (Object.keys(given).length === 0) return null
  const parsed = parseAicPerf(given)
  return parsed.ok ? parsed.value : null
}

function numberOrText(text: string): number | string {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
}

/** What `to` sets differently from `from`, in the order of every link. */
function differences(from: Scenario, to: Scenario): readonly Pair[] {
  const own = (section: ScenarioField['linkAfter']): readonly Pair[] =>
    SCENARIO_FIELDS.flatMap(field => {
      const value = field.read(to)
      if (field.linkAfter !== section || value === field.read(from)) return []
      return [[field.link, formatFieldValue(field, value)]]
    })
  return [
    ...traceDifferences(from.trace, to.trace),
    ...own('trace'),
    ...fleetDifferences(from.fleet, to.fleet),
    ...own('fleet'),
    ...scalingDifferences(from, to),
    ...own('scaling'),
    ...encodeTraffic(to),
    ...own('traffic'),
  ]
}

function traceDifferences(from: TraceSource, to: TraceSource): readonly Pair[] {
  if (isSameTrace(from, to)) return []
  if (to.kind === 'catalogue') return [['trace', to.id]]
  return [
    ['file', to.name],
    ['sha256', to.sha256],
  ]
}

function decodeTrace(link: LinkPairs, base: TraceSource): TraceSource {
  const id = link.take('trace')
  const name = link.take('file')
  const sha256 = link.take('sha256')
  if (name !== null && sha256 !== null) {
    // A file name is shown to the user, so no control characters and no essays.
    if (/^[^\p{Cc}]{1,255}$/u.test(name) && /^[0-9a-f]{64}$/.test(sha256)) return {kind: 'file', name, sha256}
    link.ignore('file', name)
  } else if (name !== null) link.ignore('file', name)
  else if (sha256 !== null) link.ignore('sha256', sha256)
  if (id === null) return base
  if (/^[a-z0-9][a-z0-9-]{0,63}$/.test(id)) return {kind: 'catalogue', id}
  link.ignore('trace', id)
  return base
}

/** A fleet to compare with or to start from: the base's if it has this topology, else default pools. */
function baseFleet(base: Fleet, topology: Fleet['topology']): Fleet {
  if (base.topology === topology) return base
  const pool = (workerType: WorkerType): PoolSpec => ({
    args: defaultEngineArgs(workerType),
    initialWorkers: 1,
    gpusPerInstance: null,
  })
  return topology === 'agg'
    ? {topology, workers: pool('aggregated')}
    : {topology, prefill: pool('prefill'), decode: pool('decode')}
}

function fleetDifferences(base: Fleet, to: Fleet): readonly Pair[] {
  const topology: readonly Pair[] = base.topology === to.topology ? [] : [['topology', to.topology]]
  const from = baseFleet(base, to.topology)
  if (from.topology === 'agg' && to.topology === 'agg')
    return [...topology, ...poolDifferences(from.workers, to.workers, 'agg')]
  if (from.topology === 'disagg' && to.topology === 'disagg')
    return [
      ...topology,
      ...poolDifferences(from.prefill, to.prefill, 'prefill'),
      ...poolDifferences(from.decode, to.decode, 'decode'),
    ]
  return topology
}

/** Engine args of an aggregated fleet are `engine.…`, those of a pool bear its name. */
function argsKey(pool: PoolName): string {
  return pool === 'agg' ? 'engine' : pool
}

function poolDifferences(from: PoolSpec, to: PoolSpec, pool: PoolName): readonly Pair[] {
  const pairs: Pair[] = []
  const args = argsKey(pool)
  for (const field of POOL_FIELDS) {
    const value = field.read(to)
    if (value !== field.read(from)) pairs.push([field.links[pool], formatFieldValue(field, value)])
  }
  if (from.args.worker_type !== to.args.worker_type) pairs.push([`${args}.worker_type`, to.args.worker_type])
  for (const field of ENGINE_FIELDS) {
    const value = to.args[field.key]
    if (value !== from.args[field.key]) pairs.push([`${args}.${field.key}`, formatFieldValue(field, value)])
  }
  for (const field of SGLANG_FIELDS) {
    const value = to.args.sglang?.[field.key] ?? null
    if (value !== (from.args.sglang?.[field.key] ?? null))
      pairs.push([`${args}.sglang.${field.key}`, formatFieldValue(field, value)])
  }
  return pairs
}

function decodeFleet(link: LinkPairs, base: Fleet): Fleet {
  const topology = link.takeChoice('topology', base.topology, ['agg', 'disagg'] as const)
  const from = baseFleet(base, topology)
  if (from.topology === 'agg') return {topology: 'agg', workers: decodePool(link, from.workers, 'agg')}
  return {
    topology: 'disagg',
    prefill: decodePool(link, from.prefill, 'prefill'),
    decode: decodePool(link, from.decode, 'decode'),
  }
}

function decodePool(link: LinkPairs, base: PoolSpec, pool: PoolName): PoolSpec {
  const key = argsKey(pool)
  const fielded = POOL_FIELDS.reduce((spec, field) => {
    const value = link.takeField(field.links[pool], field)
    return typeof value === 'number' || value === null ? field.write(spec, value) : spec
  }, base)
  const given = new Map<string, FieldValue>()
  const take = (name: string, field: FieldShape) => {
    const value = link.takeField(`${key}.${name}`, field)
    if (value !== undefined) given.set(name, value)
  }
  take('worker_type', WORKER_TYPE_FIELD)
  for (const field of ENGINE_FIELDS) take(field.key, field)
  for (const field of SGLANG_FIELDS) take(`sglang.${field.key}`, field)
  const args = settle(link, `${key}.`, given, fields => {
    const parsed = parseEngineArgs(withEngineFields(base.args, fields), {flag: key})
    return parsed.ok ? {value: parsed.value.args} : {field: parsed.error.field ?? ''}
  })
  return {...fielded, args: args ?? base.args}
}

function withEngineFields(base: EngineArgs, fields: ReadonlyMap<string, FieldValue>): object {
  const top = [...fields].filter(([key]) => !key.startsWith('sglang.'))
  const inner = [...fields].filter(([key]) => key.startsWith('sglang.'))
  const sglang = {...base.sglang, ...Object.fromEntries(inner.map(([key, value]) => [key.slice(7), value]))}
  const hasSglang = base.sglang !== null || inner.length > 0
  return {...base, ...Object.fromEntries(top), ...(hasSglang ? {sglang} : {})}
}
