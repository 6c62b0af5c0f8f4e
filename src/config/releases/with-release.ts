import {formatPlannerModels, parsePlannerModels} from '../planner/planner-models.ts'
import {translatePlanner} from '../planner/translate-planner.ts'
import type {Release} from '../release.ts'
import {
  type EngineArgs,
  type Fleet,
  type PoolName,
  type PoolSpec,
  poolsOf,
  type RouterConfig,
  type Scenario,
  type WorkerType,
} from '../scenario.ts'
import {formsOf, releaseOf} from './release-forms.ts'
import {translateEngine} from './translate-engine.ts'

export interface TranslatedScenario {
  readonly scenario: Scenario
  /** A sentence for every key that has no counterpart or means something else there. */
  readonly notes: readonly string[]
}

const ROLES: Readonly<Record<PoolName, WorkerType>> = {
  agg: 'aggregated',
  prefill: 'prefill',
  decode: 'decode',
}

/** The same scenario under another release: engine args, planner config and options as that one would be given them. */
export function withRelease(scenario: Scenario, to: Release): TranslatedScenario {
  const from = releaseOf(scenario)
  if (from === to) return {scenario, notes: []}
  const notes: string[] = []
  const timed = to === '1.2.1' ? withTimingOf12(scenario, notes) : scenario
  const fleet = translateFleet(timed, from, to, notes)
  const {release: _, routerConfig: __, ...same} = to === '1.2.1' ? withTraceOf12(timed, notes) : timed
  const router = translateRouter(scenario, to, notes)
  const {scaling} = scenario
  const planned =
    scaling.policy === 'dynamo'
      ? translatePlanner(scaling, to, widestOf(scenario.fleet))
      : {scaling, notes: []}
  notes.push(...planned.notes)
  const translated: Scenario = {
    ...same,
    fleet,
    ...(router === undefined ? {} : {routerConfig: router}),
    scaling: planned.scaling,
  }
  return to === '1.6.1'
    ? {scenario: {...translated, release: to, ...plannerModelsOf(translated)}, notes}
    : {scenario: withoutOwnFields(translated, notes), notes}
}

function translateFleet({fleet, engineTiming}: Scenario, from: Release, to: Release, notes: string[]): Fleet {
  const poolOf = (name: PoolName, pool: PoolSpec): PoolSpec => {
    const translated = translateEngine({args: pool.args, engineTiming, workerType: ROLES[name]}, from, to)
    for (const note of translated.notes) {
      const told = name === 'agg' ? note : `${name}: ${note}`
      if (!notes.includes(told)) notes.push(told)
    }
    return {...pool, args: translated.args}
  }
  return fleet.topology === 'agg'
    ? {topology: 'agg', workers: poolOf('agg', fleet.workers)}
    : {topology: 'disagg', prefill: poolOf('prefill', fleet.prefill), decode: poolOf('decode', fleet.decode)}
}

/** GPUs of the widest pool's instances, as 1.6.1 counts them. */
function widestOf(fleet: Fleet): number {
  return Math.max(...poolsOf(fleet).map(([, {args}]) => gpusOf(args)))
}

function gpusOf(args: EngineArgs): number {
  return (args.tensor_parallel_size ?? args.aic_tp_size ?? 1) * Math.max(args.aic_attention_dp_size ?? 1, 1)
}

/** 1.2.1 has one timing for all pools, and none that is fixed. */
function withTimingOf12(scenario: Scenario, notes: string[]): Scenario {
  if (scenario.engineTiming !== 'fixed') return scenario
  notes.push("engine_timing 'fixed' has no counterpart in 1.2.1: it is 'polynomial' now.")
  return {...scenario, engineTiming: 'polynomial'}
}

/** Formats of 1.6.1 alone, and what 1.2.1 makes of such a file. */
const LOST_FORMATS: ReadonlyMap<string, string> = new Map([
  ['mooncake-delta', 'what turns add is read as all they send'],
  ['agentic_mooncake', 'requests arrive by their timestamps and delays alone'],
])

/** 1.2.1 reads every turn as the whole of what it sends. */
function withTraceOf12(scenario: Scenario, notes: string[]): Scenario {
  const {traceFormat, ...same} = scenario
  const lost = LOST_FORMATS.get(traceFormat?.format ?? '')
  if (traceFormat === undefined || lost === undefined) return scenario
  notes.push(`trace_format '${traceFormat.format}' has no counterpart in 1.2.1: ${lost}.`)
  const {format: _, ...rest} = traceFormat
  return Object.keys(rest).length === 0 ? same : {...same, traceFormat: rest}
}

/** Options left to the release are the other's own there; readers of 1.6.1 say them all. */
function translateRouter(
  {routerMode, routerConfig = {} as RouterConfig, scaling}: Scenario,
  to: Release,
  notes: string[],
): RouterConfig | undefined {
  const {defaultRouter} = formsOf(to)
  const usual = formsOf(to === '1.6.1' ? '1.2.1' : '1.6.1').defaultRouter
  const given = Object.entries(routerConfig).filter(
    ([key, value]) => value !== usual[key as keyof RouterConfig],
  )
  if (to === '1.2.1' && scaling.policy === 'dynamo' && routerConfig.router_prefill_load_model === 'aic')
    notes.push('router.router_prefill_load_model has no effect on a planner run of 1.2.1.')
  const known = given.filter(([key]) => Object.hasOwn(defaultRouter, key))
  for (const [key] of given)
    if (!Object.hasOwn(defaultRouter, key))
      notes.push(`router.${key} has no counterpart in ${to} and is left out.`)
  if (known.length === 0 && (to === '1.2.1' || routerMode !== 'kv_router')) return undefined
  return {...defaultRouter, ...Object.fromEntries(known)}
}

/** In 1.2.1 a GPU that is named primes the planner whatever times the passes; in 1.6.1 that is said apart. */
function plannerModelsOf({fleet, scaling}: Scenario): Pick<Scenario, 'plannerModels'> {
  if (scaling.policy !== 'dynamo' || scaling.config.optimization_target !== 'sla') return {}
  const named = poolsOf(fleet).filter(([, {args}]) => args.timing !== 'aic' && args.aic_model_path !== null)
  if (named.length === 0) return {}
  // As the flag's own text would be read, so that a link gives the same.
  const models = parsePlannerModels(
    formatPlannerModels(Object.fromEntries(named.map(([name, {args}]) => [ROLES[name], args]))),
  )
  return models.ok ? {plannerModels: models.value} : {}
}

/** What only 1.6.1 knows of a scenario, by the name it has in links. */
const OWN_FIELDS = [
  ['maxSimTimeMs', 'max-sim-time-ms'],
  ['kvEventLagMs', 'kv-event-lag-ms'],
  ['reportedSla', 'sla'],
  ['plannerModels', 'planner-models'],
] as const satisfies readonly (readonly [keyof Scenario, string])[]

function withoutOwnFields(scenario: Scenario, notes: string[]): Scenario {
  const kept = {...scenario}
  for (const [key, name] of OWN_FIELDS) {
    if (kept[key] === undefined) continue
    if (key !== 'plannerModels') notes.push(`${name} has no counterpart in 1.2.1 and is left out.`)
    delete kept[key]
  }
  const {synthetic} = kept
  if (synthetic?.request_rate === undefined) return kept
  const {request_rate: rate, arrival_seed: _, ...traffic} = synthetic
  const interval = 1000 / rate
  notes.push(`request_rate has no counterpart in 1.2.1: arrivals come evenly, every ${interval} ms.`)
  return {...kept, synthetic: {...traffic, arrival_interval_ms: interval}}
}
