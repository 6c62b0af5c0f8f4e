import {defaultTiming} from '../checks/scenario-rules.ts'
import {AIC_PERF_FIELDS} from '../engine/aic-perf.ts'
import {defaultEngineArgs} from '../engine/engine-args.ts'
import {ENGINE_FIELDS} from '../engine/engine-fields.ts'
import {DEFAULT_ROUTER_CONFIG} from '../engine/router-config.ts'
import {formatTraceOptions} from '../link/trace-option-text.ts'
import {formatObjective} from '../objective.ts'
import {PLANNER_FIELDS} from '../planner/planner-fields.ts'
import {plannerConfigWith} from '../presets.ts'
import {
  type EngineArgs,
  type PlannerConfig,
  phaseShiftOf,
  plannerOf,
  poolsOf,
  type RouterConfig,
  type Scenario,
  type ServiceObjective,
  type SyntheticSpec,
} from '../scenario.ts'

export interface CommandLines {
  /** Arguments of `python -m dynamo.replay`; it has no engine timing, so planner runs there are polynomial. */
  readonly reference: readonly string[]
  /** Arguments of our command line. */
  readonly ours: readonly string[]
}

/** The flags that describe a scenario, defaults left out. */
export function flagsFromScenario(scenario: Scenario, options: {readonly trace: string}): CommandLines {
  const traffic = scenario.synthetic === undefined ? [options.trace] : syntheticFlags(scenario.synthetic)
  const shared = [
    ...fleetFlags(scenario),
    ...optional('--arrival-speedup-ratio', scenario.arrivalSpeedupRatio, 1),
    ...optional('--trace-block-size', scenario.traceBlockSize, 512),
    ...optional('--router-mode', scenario.routerMode, 'round_robin'),
    ...traceFlags(scenario, true),
    ...routerFlags(scenario),
    ...aicFlags(scenario),
    ...(scenario.replayConcurrency === undefined
      ? []
      : ['--replay-concurrency', String(scenario.replayConcurrency)]),
    ...optional('--benchmark-granularity', scenario.benchmarkGranularity, 8),
  ]
  const reference = [...traffic, ...plannerFlags(referencePlanner(scenario)), ...shared]
  const ours = [
    ...traffic,
    ...plannerFlags(plannerOf(scenario)),
    ...shared,
    ...traceFlags(scenario, false),
    ...optional('--engine-timing', scenario.engineTiming, defaultTiming(scenario.fleet)),
    ...gpuFlags(scenario),
    ...(scenario.objective === undefined ? [] : ['--objective', objectiveText(scenario.objective)]),
    ...optional('--planner-phase', phaseShiftOf(scenario), 0),
    ...optional('--seed', scenario.seed, 0),
  ]
  return {reference, ours}
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

/** Trace formats the reference reads. */
const REFERENCE_FORMATS: readonly string[] = ['mooncake', 'applied_compute_agentic']
const REFERENCE_TRACE_KEYS = ['trace-format', 'trace-shared-prefix-ratio', 'trace-num-prefix-groups']

/** Flags the reference knows, or the others; formats it does not read are among the others. */
function traceFlags(scenario: Scenario, isReference: boolean): readonly string[] {
  return [...formatTraceOptions(scenario)].flatMap(([key, text]) => {
    const isFormatOfOurs = key === 'trace-format' && !REFERENCE_FORMATS.includes(text)
    const isTheirs = REFERENCE_TRACE_KEYS.includes(key) && !isFormatOfOurs
    return isTheirs === isReference ? [`--${key}`, text] : []
  })
}

function objectiveText(objective: ServiceObjective): string {
  return formatObjective(objective).replaceAll(':', '=')
}

function gpuFlags({fleet}: Scenario): readonly string[] {
  return poolsOf(fleet).flatMap(([name, {gpusPerInstance}]) => {
    if (gpusPerInstance === null) return []
    return [name === 'agg' ? '--gpus-per-instance' : `--${name}-gpus-per-instance`, String(gpusPerInstance)]
  })
}

function syntheticFlags(spec: SyntheticSpec): readonly string[] {
  return [
    ...['--input-tokens', String(spec.input_tokens), '--output-tokens', String(spec.output_tokens)],
    ...['--request-count', String(spec.request_count)],
    ...optional('--arrival-interval-ms', spec.arrival_interval_ms, 1),
    ...optional('--turns-per-session', spec.turns_per_session, 1),
    ...optional('--shared-prefix-ratio', spec.shared_prefix_ratio, 0),
    ...optional('--num-prefix-groups', spec.num_prefix_groups, 0),
    ...optional('--inter-turn-delay-ms', spec.inter_turn_delay_ms, 0),
  ]
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

function fleetFlags({fleet}: Scenario): readonly string[] {
  if (fleet.topology === 'agg') {
    const args = engineJson(fleet.workers.args)
    return [
      ...optional('--extra-engine-args', args, '{}'),
      ...optional('--num-workers', fleet.workers.initialWorkers, 1),
    ]
  }
  return [
    '--prefill-engine-args',
    engineJson(fleet.prefill.args),
    '--decode-engine-args',
    engineJson(fleet.decode.args),
    ...optional('--num-prefill-workers', fleet.prefill.initialWorkers, 1),
    ...optional('--num-decode-workers', fleet.decode.initialWorkers, 1),
  ]
}

/** Engine args as the JSON of a flag: what differs from the defaults. */
export function engineJson(args: EngineArgs): string {
  const defaults = defaultEngineArgs()
  const fields: Record<string, unknown> = {}
  if (args.worker_type !== defaults.worker_type) fields.worker_type = args.worker_type
  for (const {key} of ENGINE_FIELDS) if (args[key] !== defaults[key]) fields[key] = args[key]
  if (args.sglang !== null)
    fields.sglang = Object.fromEntries(Object.entries(args.sglang).filter(([, value]) => value !== null))
  return JSON.stringify(fields)
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

function plannerFlags(planner: PlannerConfig | null): readonly string[] {
  return planner === null ? [] : ['--planner-config', plannerJson(planner)]
}

/** Planner config as the JSON of a flag: mode, target, and what differs from their defaults. */
export function plannerJson(planner: PlannerConfig): string {
  const {mode, optimization_target} = planner
  const defaults = plannerConfigWith(mode, {optimization_target})
  const fields: Record<string, unknown> = {mode, optimization_target}
  for (const {key} of PLANNER_FIELDS) if (planner[key] !== defaults[key]) fields[key] = planner[key]
  return JSON.stringify(fields)
}
