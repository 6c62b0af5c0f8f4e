import {defaultEngineArgs} from './engine-args.ts'
import {ENGINE_FIELDS} from './engine-fields.ts'
import {PLANNER_FIELDS} from './planner-fields.ts'
import {plannerConfigWith} from './presets.ts'
import type {EngineArgs, PlannerConfig, Scenario} from './scenario.ts'
import {defaultTiming} from './scenario-rules.ts'

export interface CommandLines {
  /** Arguments of `python -m dynamo.replay`; it has no engine timing, so planner runs there are polynomial. */
  readonly reference: readonly string[]
  /** Arguments of our command line. */
  readonly ours: readonly string[]
}

/** The flags that describe a scenario, defaults left out. */
export function flagsFromScenario(scenario: Scenario, options: {readonly trace: string}): CommandLines {
  const reference = [
    options.trace,
    ...plannerFlags(scenario.planner),
    ...fleetFlags(scenario),
    ...optional('--arrival-speedup-ratio', scenario.arrivalSpeedupRatio, 1),
    ...optional('--trace-block-size', scenario.traceBlockSize, 512),
    ...optional('--router-mode', scenario.routerMode, 'round_robin'),
    ...optional('--benchmark-granularity', scenario.benchmarkGranularity, 8),
  ]
  const ours = [
    ...reference,
    ...optional('--engine-timing', scenario.engineTiming, defaultTiming(scenario.fleet)),
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
function engineJson(args: EngineArgs): string {
  const defaults = defaultEngineArgs()
  const fields: Record<string, unknown> = {}
  if (args.worker_type !== defaults.worker_type) fields.worker_type = args.worker_type
  for (const {key} of ENGINE_FIELDS) if (args[key] !== defaults[key]) fields[key] = args[key]
  if (args.sglang !== null)
    fields.sglang = Object.fromEntries(Object.entries(args.sglang).filter(([, value]) => value !== null))
  return JSON.stringify(fields)
}

function plannerFlags(planner: PlannerConfig | null): readonly string[] {
  return planner === null ? [] : ['--planner-config', plannerJson(planner)]
}

/** Planner config as the JSON of a flag: mode, target, and what differs from their defaults. */
function plannerJson(planner: PlannerConfig): string {
  const {mode, optimization_target} = planner
  const defaults = plannerConfigWith(mode, {optimization_target})
  const fields: Record<string, unknown> = {mode, optimization_target}
  for (const {key} of PLANNER_FIELDS) if (planner[key] !== defaults[key]) fields[key] = planner[key]
  return JSON.stringify(fields)
}
