import {checkScenario} from '../../../config/checks/scenario-rules.ts'
import {parseJson} from '../../../config/command-line/flags.ts'
import {parseEngineArgs} from '../../../config/engine/engine-args.ts'
import {ENGINE_FIELDS, INERT_ENGINE_KEYS} from '../../../config/engine/engine-fields.ts'
import {isLaunchConfig, parseEngineArgs16} from '../../../config/engine/release-1.6/parse-engine-args.ts'
import {decodeScenario} from '../../../config/link/url-codec.ts'
import {findPlannerConfig} from '../../../config/planner/find-planner-config.ts'
import {PLANNER_KEYS, parsePlannerConfig} from '../../../config/planner/planner-config.ts'
import {parsePlannerConfig16} from '../../../config/planner/planner-config-1.6.ts'
import {PLANNER_KEYS_16} from '../../../config/planner/planner-fields-1.6.ts'
import {releaseOfPlanner} from '../../../config/planner/release-of-planner.ts'
import type {Release} from '../../../config/release.ts'
import {releaseOf} from '../../../config/releases/release-forms.ts'
import {translateEngine} from '../../../config/releases/translate-engine.ts'
import {withRelease} from '../../../config/releases/with-release.ts'
import {
  type DynamoScaling,
  type EngineArgs,
  type EngineTiming,
  type Fleet,
  type PoolName,
  type PoolSpec,
  phaseShiftOf,
  poolsOf,
  type Scenario,
  type WorkerType,
  withPhase,
} from '../../../config/scenario.ts'
import {isObject} from '../../../core/is-object.ts'
import {suggestion} from '../../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {parseCommand, traceAt} from './parse-command.ts'
import {type NeededFile, type PasteContext, type Pasted, type PasteKind, profileOf} from './pasted.ts'

/** A scenario from whatever was pasted; the problem names the flag, the field or the line. */
export async function parsePasted(text: string, context: PasteContext): Promise<Result<Pasted>> {
  const trimmed = text.trim()
  if (trimmed === '') return fail('nothing was pasted')
  const {kind} = context
  if (kind === 'detect' && /^(https?:\/\/\S+)?#?v=\d|^https?:\/\/\S+#/.test(trimmed)) return readLink(trimmed)
  const isStructured = kind !== 'detect' ? kind !== 'command' : !looksLikeCommand(trimmed)
  if (!isStructured) return parseCommand(trimmed, context)
  const value = await readStructured(trimmed)
  if (!value.ok) return value
  if (typeof value.value !== 'object' || value.value === null || Array.isArray(value.value))
    return fail('this is no command line, and as JSON or YAML it has no keys')
  return readObject(value.value as Readonly<Record<string, unknown>>, context)
}

function looksLikeCommand(text: string): boolean {
  if (text.startsWith('{')) return false
  return /dynamo\.replay|planner-replay|\breplay\b.*\s--\s|(?:^|\s)--[a-z]/.test(text)
}

function readLink(text: string): Result<Pasted> {
  const {scenario, ignored} = decodeScenario(text.slice(text.indexOf('#') + 1))
  return ok({what: 'Link', scenario, notes: [], notUnderstood: ignored, files: []})
}

async function readStructured(text: string): Promise<Result<unknown>> {
  const json = parseJson(text)
  if (json.ok) return json
  // Loaded only here: most visits paste no YAML.
  const {parseYamlText} = await import('../../../config/yaml-text.ts')
  const yaml = parseYamlText(text)
  return yaml.ok || !text.startsWith('{') ? yaml : json
}

async function readObject(
  value: Readonly<Record<string, unknown>>,
  context: PasteContext,
): Promise<Result<Pasted>> {
  if (context.kind === 'prediction' || (context.kind === 'detect' && isPrediction(value)))
    return applyPrediction(value, context)
  const kind = context.kind === 'detect' ? kindOf(value) : ok(context.kind)
  if (kind.ok && kind.value !== 'planner') return applyEngine(value, kind.value, context)
  const {parseYamlText} = await import('../../../config/yaml-text.ts')
  const found = findPlannerConfig(value, {
    known: new Set([...PLANNER_KEYS, ...PLANNER_KEYS_16]),
    parseText: parseYamlText,
  })
  // What is no planner config in any wrapping is told as what it was taken for first.
  if (!kind.ok && !(found.ok && found.value.notes.length > 0)) return kind
  if (!found.ok) return found
  const {config, notes} = found.value
  const applied = applyPlanner(config as Readonly<Record<string, unknown>>, context)
  return applied.ok ? ok({...applied.value, notes: [...notes, ...applied.value.notes]}) : applied
}

/** Engine args of 1.6.1 have an `engine`, too, but no traffic and no model in it. */
function isPrediction(value: Readonly<Record<string, unknown>>): boolean {
  const {engine} = value
  return isObject(engine) && ('traffic' in value || 'model' in engine || 'workers' in engine)
}

async function applyPrediction(
  value: Readonly<Record<string, unknown>>,
  context: PasteContext,
): Promise<Result<Pasted>> {
  const read = await context.readPrediction(value)
  if (!read.ok) return read
  const {scenario, tracePath, notices} = read.value
  const files: NeededFile[] = []
  const {current, traces} = context
  const trace =
    tracePath === null ? current.trace : traceAt(tracePath, {flag: 'traffic.source.paths', traces, files})
  return whole({
    what: 'Configuration of aisimulate predict',
    scenario: {...scenario, trace},
    notes: notices,
    notUnderstood: [],
    files,
  })
}

const ENGINE_KEYS: ReadonlySet<string> = new Set([
  ...ENGINE_FIELDS.map(({key}) => key),
  ...INERT_ENGINE_KEYS,
  ...['worker_type', 'is_prefill', 'is_decode', 'sglang'],
])

function kindOf(value: Readonly<Record<string, unknown>>): Result<'planner' | 'engine'> {
  const keys = Object.keys(value)
  const planner = keys.filter(key => PLANNER_KEYS.has(key) || PLANNER_KEYS_16.has(key)).length
  const engine = isLaunchConfig(value) ? keys.length : keys.filter(key => ENGINE_KEYS.has(key)).length
  if (planner !== engine) return ok(planner > engine ? 'planner' : 'engine')
  const [first = ''] = keys
  const hint = suggestion(first, [...PLANNER_KEYS, ...ENGINE_KEYS])
  return fail(
    planner === 0
      ? `no key of a planner config or of engine args in it: ${first.slice(0, 60) || 'it is empty'}${hint}`
      : 'it could be a planner config or engine args: choose which',
    first,
  )
}

function applyPlanner(value: Readonly<Record<string, unknown>>, {current}: PasteContext): Result<Pasted> {
  const release = releaseOfPlanner(value, releaseOf(current))
  const base = inRelease(current, release)
  const parsed = release === '1.6.1' ? parsePlannerConfig16(value) : parsePlannerConfig(value)
  if (!parsed.ok) return parsed
  const {config, warnings} = parsed.value
  const notes = [...base.notes]
  const notUnderstood: string[] = []
  for (const warning of warnings)
    (/is not a planner field|unknown planner/.test(warning) ? notUnderstood : notes).push(warning)
  const topology = config.mode === 'agg' ? 'agg' : 'disagg'
  if (value.mode === undefined) notes.push("No mode is given: disagg, the reference's default.")
  if (topology !== current.fleet.topology) notes.push(`The fleet is ${topology} now, as the mode says.`)
  const scaling = withPhase({policy: 'dynamo', release, config} as DynamoScaling, phaseShiftOf(current))
  return whole({
    what: 'Planner config',
    scenario: {...base.scenario, scaling, fleet: fleetAs(topology, base.scenario.fleet)},
    notes,
    notUnderstood,
    files: [],
  })
}

/** The page's scenario as the release of what was pasted has it. */
function inRelease(current: Scenario, release: Release): {scenario: Scenario; notes: readonly string[]} {
  if (releaseOf(current) === release) return {scenario: current, notes: []}
  const {scenario, notes} = withRelease(current, release)
  return {scenario, notes: [`The Dynamo release is ${release} now, as this is written for it.`, ...notes]}
}

/** The same engines in the other topology. */
function fleetAs(topology: Fleet['topology'], fleet: Fleet): Fleet {
  if (fleet.topology === topology) return fleet
  const {args} = fleet.topology === 'agg' ? fleet.workers : fleet.decode
  const pool = (workerType: WorkerType): PoolSpec => ({
    args: {...args, worker_type: workerType},
    initialWorkers: 1,
    gpusPerInstance: null,
  })
  return topology === 'agg'
    ? {topology, workers: pool('aggregated')}
    : {topology, prefill: pool('prefill'), decode: pool('decode')}
}

function applyEngine(
  value: Readonly<Record<string, unknown>>,
  kind: Exclude<PasteKind, 'detect' | 'planner' | 'prediction'>,
  {current}: PasteContext,
): Result<Pasted> {
  const is16 = isLaunchConfig(value)
  const base = is16 ? inRelease(current, '1.6.1') : {scenario: current, notes: []}
  const {fleet} = base.scenario
  const parsed = is16
    ? parseEngineArgs16(value, {flag: 'engine args'})
    : parseEngineArgs(value, {flag: 'engine args'})
  if (!parsed.ok) return parsed
  const {args, notices} = parsed.value
  const files =
    args.planner_profile_data === null ? [] : [profileOf('planner_profile_data', args.planner_profile_data)]
  const result = (pool: Exclude<PoolName, 'agg'> | 'workers', what: string) => {
    const own = asWritten(base.scenario, args, pool === 'workers' ? 'aggregated' : pool)
    const of = {...fleet, [pool]: {...(fleet[pool as never] as PoolSpec), args: own.args}} as Fleet
    const {engineTiming: before} = base.scenario
    const engineTiming = args.timing ?? timingFor(of, before)
    const changed =
      engineTiming === before ? [] : [`Engine timing is ${engineTiming} now: these args give no other.`]
    const scenario = {...base.scenario, fleet: of, engineTiming}
    const notes = [...base.notes, ...notices, ...own.notes, ...changed]
    return whole({what, scenario, notes, notUnderstood: [], files})
  }
  if (fleet.topology === 'agg') {
    if (kind === 'prefill' || kind === 'decode' || args.worker_type !== 'aggregated')
      return fail('engine args: the fleet is aggregated; choose topology disagg before pasting a pool of it')
    return result('workers', 'Engine args')
  }
  const part = kind === 'prefill' || kind === 'decode' ? kind : args.worker_type
  if (part === 'aggregated' || part === undefined)
    return fail(
      'engine args: the fleet has two pools, and no worker_type says which; choose prefill or decode',
    )
  return result(part, `Engine args of the ${part} pool`)
}

/** Flat args of 1.2.1 are translated where the page is on 1.6.1. */
function asWritten(scenario: Scenario, args: EngineArgs, workerType: WorkerType) {
  if (releaseOf(scenario) === '1.2.1' || args.timing !== undefined) return {args, notes: []}
  const {engineTiming} = scenario
  return translateEngine({args, engineTiming, workerType}, '1.2.1', '1.6.1')
}

/** The timing in force, unless the engines no longer say what it needs. */
function timingFor(fleet: Fleet, timing: EngineTiming): EngineTiming {
  const pools = poolsOf(fleet).map(([, {args}]) => args)
  if (pools.every(args => args.planner_profile_data !== null)) return 'profile'
  const isNamed = pools.every(args => args.aic_model_path !== null)
  return timing === 'polynomial' || isNamed ? (timing === 'profile' ? 'aic' : timing) : 'polynomial'
}

function whole(pasted: Pasted): Result<Pasted> {
  const checked = checkScenario(pasted.scenario)
  return checked.ok ? ok(pasted) : checked
}
