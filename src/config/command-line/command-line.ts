import {defaultTiming} from '../checks/scenario-rules.ts'
import {AIC_PERF_FIELDS, aisPerfOf} from '../engine/aic-perf.ts'
import {defaultEngineArgs} from '../engine/engine-args.ts'
import {ENGINE_FIELDS} from '../engine/engine-fields.ts'
import {launchConfig, launchConfigOnGpu} from '../engine/release-1.6/launch-config.ts'
import type {Field} from '../field.ts'
import {PLANNER_FIELDS} from '../planner/planner-fields.ts'
import {plannerJson16} from '../planner/planner-values-1.6.ts'
import {POOL_FIELDS, poolFlagOf} from '../pool-fields.ts'
import {plannerConfigWith} from '../presets.ts'
import {formsOf, releaseOf} from '../releases/release-forms.ts'
import {isOtherPolicy} from '../scaling/parse-scaling.ts'
import {
  type EngineArgs,
  type EngineTiming,
  type PlannerConfig,
  type PoolSpec,
  plannerOf,
  poolsOf,
  type RouterConfig,
  type Scenario,
  type SyntheticSpec,
} from '../scenario.ts'
import type {ScenarioField} from '../scenario-field.ts'
import {flagOf, SCENARIO_FIELDS} from '../scenario-fields.ts'
import {SYNTHETIC_FIELDS} from '../synthetic-fields.ts'

export interface CommandLines {
  /** Arguments of `python -m dynamo.replay`; it has no engine timing, so planner runs there are polynomial. */
  readonly reference: readonly string[]
  /** Arguments of our command line. */
  readonly ours: readonly string[]
}

/** The flags that describe a scenario, defaults left out. */
export function flagsFromScenario(scenario: Scenario, options: {readonly trace: string}): CommandLines {
  const traffic =
    scenario.synthetic === undefined ? [options.trace] : trafficFlags(scenario, scenario.synthetic)
  const router = [...routerFlags(scenario), ...aicFlags(scenario)]
  const flagsOf = (reader: Owner) => [
    ...poolFlags(scenario, reader),
    ...SCENARIO_FIELDS.flatMap(field => ownFlag(field, scenario, reader)),
  ]
  return {
    reference: [
      ...traffic,
      ...plannerFlags(scenario, 'reference'),
      ...fleetFlags(scenario, 'reference'),
      ...flagsOf('reference'),
      ...router,
    ],
    ours: [
      ...traffic,
      ...plannerFlags(scenario, 'ours'),
      ...fleetFlags(scenario, 'ours'),
      ...flagsOf('reference'),
      ...router,
      ...flagsOf('ours'),
      ...policyFlags(scenario),
    ],
  }
}

/** Flags the reference knows, or the others: those it does not know, and values it does not. */
type Owner = 'reference' | 'ours'

function ownFlag(field: ScenarioField, scenario: Scenario, owner: Owner): readonly string[] {
  const value = field.read(scenario)
  const fallback = field.key === 'engine_timing' ? timingWithoutFlag(scenario) : field.default
  if (value === fallback || value === null) return []
  const whose = field.isOurs?.(String(value)) === true ? 'ours' : field.owner
  return whose === owner ? [flagOf(field), String(value)] : []
}

/** The timing of the engine args as they are written. */
function timingWithoutFlag(scenario: Scenario): EngineTiming {
  if (releaseOf(scenario) === '1.2.1') return defaultTiming(scenario.fleet)
  return isTimedApart(scenario) ? 'aic' : scenario.engineTiming
}

/** Whether engine args of 1.6.1 name a GPU that only sizes the KV cache: the flag then says what times the passes. */
function isTimedApart({fleet}: Scenario): boolean {
  return poolsOf(fleet).every(
    ([, {args}]) =>
      args.timing === 'polynomial' &&
      args.aic_backend !== null &&
      args.aic_system !== null &&
      args.aic_model_path !== null,
  )
}

function poolFlags({fleet}: Scenario, owner: Owner): readonly string[] {
  return POOL_FIELDS.flatMap(field =>
    poolsOf(fleet).flatMap(([name, pool]) => {
      const value = field.read(pool)
      if (field.owner !== owner || value === field.default || value === null) return []
      return [poolFlagOf(field, name), String(value)]
    }),
  )
}

/** One line to paste into a POSIX shell. */
export function formatCommand(program: string, args: readonly string[]): string {
  return [program, ...args.map(quoteForShell)].join(' ')
}

function quoteForShell(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument
  return `'${argument.replaceAll("'", `'\\''`)}'`
}

function optional(flag: string, value: string | number, fallback: string | number): readonly string[] {
  return value === fallback ? [] : [flag, String(value)]
}

/** The first three have no default on the command line. */
function syntheticFlags(spec: SyntheticSpec): readonly string[] {
  return SYNTHETIC_FIELDS.flatMap(({key, default: fallback, isRequired}) =>
    !isRequired && spec[key] === fallback ? [] : [`--${key.replaceAll('_', '-')}`, String(spec[key])],
  )
}

/** Of 1.6.1: exactly one thing sets the pace, so the interval is said even where it is the usual one. */
function trafficFlags({release, replayConcurrency}: Scenario, spec: SyntheticSpec): readonly string[] {
  if (release !== '1.6.1') return syntheticFlags(spec)
  const {arrival_interval_ms: interval, request_rate: rate, arrival_seed: seed, ...rest} = spec
  const pace =
    rate === undefined ? ['--arrival-interval-ms', String(interval)] : ['--request-rate', String(rate)]
  return [
    ...syntheticFlags({...rest, arrival_interval_ms: 1}),
    ...(replayConcurrency === undefined ? pace : []),
    ...(rate === undefined || seed === undefined ? [] : optional('--arrival-seed', seed, 42)),
  ]
}

function routerFlags(scenario: Scenario): readonly string[] {
  const {routerMode, routerConfig} = scenario
  if (routerMode !== 'kv_router' || routerConfig === undefined) return []
  const defaults = Object.entries(formsOf(releaseOf(scenario)).defaultRouter)
  const changed = defaults.flatMap(([key, value]) => {
    const own = routerConfig[key as keyof RouterConfig]
    return own === value ? [] : [[key, own]]
  })
  return changed.length === 0 ? [] : ['--router-config', JSON.stringify(Object.fromEntries(changed))]
}

function aicFlags({release, routerMode, aicPerf}: Scenario): readonly string[] {
  if (routerMode !== 'kv_router' || aicPerf === undefined) return []
  if (release === '1.6.1') return ['--ais-perf-config', JSON.stringify(aisPerfOf(aicPerf))]
  return AIC_PERF_FIELDS.flatMap(({key}) => {
    const value = aicPerf[key]
    return value === null ? [] : [`--${key.replaceAll('_', '-')}`, String(value)]
  })
}

function fleetFlags(scenario: Scenario, reader: Owner): readonly string[] {
  const {fleet} = scenario
  const json = (pool: PoolSpec) => engineJson(scenario, pool.args, reader)
  if (fleet.topology === 'agg') {
    const text = json(fleet.workers)
    return text === '{}' || text === '{"engine":{}}' ? [] : ['--extra-engine-args', text]
  }
  return [...['--prefill-engine-args', json(fleet.prefill)], ...['--decode-engine-args', json(fleet.decode)]]
}

/** Engine args as the JSON of a flag: what differs from the defaults, for the reference without what is ours. */
export function engineJson(scenario: Scenario, args: EngineArgs, reader: Owner): string {
  if (releaseOf(scenario) === '1.6.1') {
    const isOnGpu = reader === 'ours' && isTimedApart(scenario)
    return JSON.stringify(isOnGpu ? launchConfigOnGpu(args) : launchConfig(args))
  }
  const defaults = defaultEngineArgs()
  const fields: Record<string, unknown> = {}
  if (args.worker_type !== defaults.worker_type) fields.worker_type = args.worker_type
  for (const field of ENGINE_FIELDS) {
    const {key} = field
    if (isRead(field, reader) && args[key] !== defaults[key]) fields[key] = args[key]
  }
  if (args.sglang !== null)
    fields.sglang = Object.fromEntries(Object.entries(args.sglang).filter(([, value]) => value !== null))
  return JSON.stringify(fields)
}

function isRead(field: Field, reader: Owner): boolean {
  return reader === 'ours' || field.owner !== 'ours'
}

/** The reference takes the GPUs of an instance from its planner config alone. */
function referencePlanner(scenario: Scenario): PlannerConfig | null {
  const planner = plannerOf(scenario)
  if (planner === null) return null
  const {fleet} = scenario
  const prefill = fleet.topology === 'agg' ? null : fleet.prefill.gpusPerInstance
  const decode = fleet.topology === 'agg' ? fleet.workers.gpusPerInstance : fleet.decode.gpusPerInstance
  return {
    ...planner,
    prefill_engine_num_gpu: planner.prefill_engine_num_gpu ?? prefill,
    decode_engine_num_gpu: planner.decode_engine_num_gpu ?? decode,
  }
}

function plannerFlags(scenario: Scenario, reader: Owner): readonly string[] {
  const json = plannerJson(scenario, reader)
  return json === null ? [] : ['--planner-config', json]
}

/** Of a policy other than Dynamo's planner; a fleet nobody scales needs no flag. */
function policyFlags({scaling}: Scenario): readonly string[] {
  if (!isOtherPolicy(scaling)) return []
  return ['--policy', scaling.policy, '--policy-config', JSON.stringify(scaling.config)]
}

/** Planner config as the JSON of a flag: mode, target, and what differs from their defaults; null under other policies. */
export function plannerJson(scenario: Scenario, reader: Owner): string | null {
  const {scaling} = scenario
  if (scaling.policy === 'dynamo' && scaling.release === '1.6.1')
    return JSON.stringify(plannerJson16(scaling.config))
  const planner = reader === 'reference' ? referencePlanner(scenario) : plannerOf(scenario)
  if (planner === null) return null
  const {mode, optimization_target} = planner
  const defaults = plannerConfigWith(mode, {optimization_target})
  const fields: Record<string, unknown> = {mode, optimization_target}
  for (const field of PLANNER_FIELDS) {
    const {key} = field
    if (isRead(field, reader) && planner[key] !== defaults[key]) fields[key] = planner[key]
  }
  return JSON.stringify(fields)
}
