import {defaultTiming} from '../checks/scenario-rules.ts'
import {AIC_PERF_FIELDS} from '../engine/aic-perf.ts'
import {defaultEngineArgs} from '../engine/engine-args.ts'
import {ENGINE_FIELDS} from '../engine/engine-fields.ts'
import {DEFAULT_ROUTER_CONFIG} from '../engine/router-config.ts'
import type {Field} from '../field.ts'
import {PLANNER_FIELDS} from '../planner/planner-fields.ts'
import {POOL_FIELDS, poolFlagOf} from '../pool-fields.ts'
import {plannerConfigWith} from '../presets.ts'
import {isOtherPolicy} from '../scaling/parse-scaling.ts'
import {
  type EngineArgs,
  type PlannerConfig,
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
  const traffic = scenario.synthetic === undefined ? [options.trace] : syntheticFlags(scenario.synthetic)
  const router = [...routerFlags(scenario), ...aicFlags(scenario)]
  const flagsOf = (reader: Owner) => [
    ...poolFlags(scenario, reader),
    ...SCENARIO_FIELDS.flatMap(field => ownFlag(field, scenario, reader)),
  ]
  return {
    reference: [
      ...traffic,
      ...plannerFlags(referencePlanner(scenario), 'reference'),
      ...fleetFlags(scenario, 'reference'),
      ...flagsOf('reference'),
      ...router,
    ],
    ours: [
      ...traffic,
      ...plannerFlags(plannerOf(scenario), 'ours'),
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
  const fallback = field.key === 'engine_timing' ? defaultTiming(scenario.fleet) : field.default
  if (value === fallback || value === null) return []
  const whose = field.isOurs?.(String(value)) === true ? 'ours' : field.owner
  return whose === owner ? [flagOf(field), String(value)] : []
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

function routerFlags({routerMode, routerConfig}: Scenario): readonly string[] {
  if (routerMode !== 'kv_router' || routerConfig === undefined) return []
  const defaults = Object.entries(DEFAULT_ROUTER_CONFIG)
  const changed = defaults.flatMap(([key, value]) => {
    const own = routerConfig[key as keyof RouterConfig]
    return own === value ? [] : [[key, own]]
  })
  return changed.length === 0 ? [] : ['--router-config', JSON.stringify(Object.fromEntries(changed))]
}

function aicFlags({routerMode, aicPerf}: Scenario): readonly string[] {
  if (routerMode !== 'kv_router' || aicPerf === undefined) return []
  return AIC_PERF_FIELDS.flatMap(({key}) => {
    const value = aicPerf[key]
    return value === null ? [] : [`--${key.replaceAll('_', '-')}`, String(value)]
  })
}

function fleetFlags({fleet}: Scenario, reader: Owner): readonly string[] {
  if (fleet.topology === 'agg')
    return optional('--extra-engine-args', engineJson(fleet.workers.args, reader), '{}')
  return [
    ...['--prefill-engine-args', engineJson(fleet.prefill.args, reader)],
    ...['--decode-engine-args', engineJson(fleet.decode.args, reader)],
  ]
}

/** Engine args as the JSON of a flag: what differs from the defaults, for the reference without what is ours. */
export function engineJson(args: EngineArgs, reader: Owner): string {
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

function plannerFlags(planner: PlannerConfig | null, reader: Owner): readonly string[] {
  return planner === null ? [] : ['--planner-config', plannerJson(planner, reader)]
}

/** Of a policy other than Dynamo's planner; a fleet nobody scales needs no flag. */
function policyFlags({scaling}: Scenario): readonly string[] {
  if (!isOtherPolicy(scaling)) return []
  return ['--policy', scaling.policy, '--policy-config', JSON.stringify(scaling.config)]
}

/** Planner config as the JSON of a flag: mode, target, and what differs from their defaults. */
export function plannerJson(planner: PlannerConfig, reader: Owner): string {
  const {mode, optimization_target} = planner
  const defaults = plannerConfigWith(mode, {optimization_target})
  const fields: Record<string, unknown> = {mode, optimization_target}
  for (const field of PLANNER_FIELDS) {
    const {key} = field
    if (isRead(field, reader) && planner[key] !== defaults[key]) fields[key] = planner[key]
  }
  return JSON.stringify(fields)
}
