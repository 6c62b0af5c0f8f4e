import {groupedDigits} from '../../core/text/grouped-digits.ts'
import {PLANNER_FIELDS, type PlannerField} from '../planner/planner-fields.ts'
import {PLANNER_FIELDS_16} from '../planner/planner-fields-1.6.ts'
import {titleOfField} from '../releases/field-title.ts'
import {releaseOf} from '../releases/release-forms.ts'
import {
  type EngineArgs,
  type PlannerConfig,
  type PoolSpec,
  plannerOf,
  poolsOf,
  type Scenario,
} from '../scenario.ts'
import {flagOf, SCENARIO_FIELDS} from '../scenario-fields.ts'
import {farTableOf} from './far-tables.ts'

/** Something that runs as asked and is easily read wrong. Never in the way of a run. */
export interface Warning {
  /** Where it stands in the form: `part.key`, as in links. */
  readonly field: string
  /** One sentence, which says what follows. */
  readonly message: string
}

/** A pool under the name it has in the form and in links. */
type Part = 'engine' | 'prefill' | 'decode'
type Rule = (scenario: Scenario) => readonly Warning[]

/** At most one warning stands at a field: the first. */
export function warningsOf(scenario: Scenario): readonly Warning[] {
  const found = new Map<string, Warning>()
  for (const rule of RULES) {
    if (scenario.release === '1.6.1' && ONLY_1_2.has(rule)) continue
    for (const warning of rule(scenario)) if (!found.has(warning.field)) found.set(warning.field, warning)
  }
  return [...found.values()]
}

/** The same for a terminal, where the field a sentence is about has to be named. */
export function warningNotes(scenario: Scenario): readonly string[] {
  return warningsOf(scenario).map(({field, message}) => {
    const title = titleOfField(field, releaseOf(scenario))
    const name = nameInTerminal(field)
    return `${title === null ? name : `${title} (${name})`}: ${message}`
  })
}

/** Engine args and planner fields are named as in their JSON, the scenario's own by their flag. */
function nameInTerminal(field: string): string {
  const own = SCENARIO_FIELDS.find(({key, link}) => field === link || field.endsWith(`.${key}`))
  return own === undefined ? field : flagOf(own)
}

/** What 1.2.1 does, and 1.6.1 does not: it times planner runs by the GPU, counts budgets in GPUs, takes any traffic. */
const ONLY_1_2: ReadonlySet<Rule> = new Set([
  warnOfUntypedPools,
  warnOfWorkersOverBudget,
  warnOfBudget,
  warnOfRecorder,
  warnOfPlannerTiming,
  warnOfPlannerTraffic,
  warnOfSglangRouter,
  warnOfPlannerEstimate,
])

const RULES: readonly Rule[] = [
  warnOfTiming,
  warnOfFarTables,
  warnOfPlannerTiming,
  warnOfUntypedPools,
  warnOfWorkersOverBudget,
  warnOfGpuCounts,
  warnOfBudget,
  warnOfIntervals,
  warnOfIgnoredTargets,
  warnOfIgnoredFields,
  warnOfRecorder,
  warnOfStartUp,
  warnOfDrainLimit,
  warnOfKvCache,
  warnOfTraffic,
  warnOfPlannerTraffic,
  warnOfSglangRouter,
  warnOfUncachedRouter,
  warnOfPlannerEstimate,
]

function partsOf({fleet}: Scenario): readonly (readonly [Part, PoolSpec])[] {
  return poolsOf(fleet).map(([name, pool]) => [name === 'agg' ? 'engine' : name, pool] as const)
}

function warn(field: string, message: string): Warning {
  return {field, message}
}

function warnOfTiming(scenario: Scenario): readonly Warning[] {
  const gpu = gpuNamed(scenario)
  if (gpu === null || scenario.engineTiming !== 'polynomial') return []
  return [
    warn('timing', `Pass times are the built-in curve: naming ${gpu} and a model does not change them.`),
  ]
}

function warnOfFarTables(scenario: Scenario): readonly Warning[] {
  if (scenario.engineTiming !== 'aic') return []
  return partsOf(scenario).flatMap(([part, {args}]) => {
    const what = farTableOf(args)
    return what === null ? [] : [warn(`${part}.aic_model_path`, `Not to be relied on here: ${what}.`)]
  })
}

/** The reference knows no choice: fixed fleets are timed by the GPU they name, planner runs never (engine.md 0). */
function warnOfPlannerTiming(scenario: Scenario): readonly Warning[] {
  if (plannerOf(scenario) === null || gpuNamed(scenario) === null || scenario.engineTiming !== 'aic')
    return []
  return [
    warn(
      'timing',
      "The reference's planner runs use polynomial timing whatever GPU is named: with aic, figures differ from its.",
    ),
  ]
}

function gpuNamed(scenario: Scenario): string | null {
  const named = partsOf(scenario).find(([, {args}]) => args.aic_model_path !== null)
  return named === undefined ? null : (named[1].args.aic_system ?? 'the GPU')
}

function warnOfUntypedPools(scenario: Scenario): readonly Warning[] {
  if (plannerOf(scenario) === null || scenario.fleet.topology === 'agg') return []
  const what = {
    engine: '',
    prefill: 'every pass pays for a decode step too, and no KV transfer is counted.',
    decode: 'every prompt is paid for a second time here.',
  }
  return partsOf(scenario)
    .filter(([, {args}]) => args.worker_type === 'aggregated')
    .map(([part]) => warn(`${part}.worker_type`, `Not ${part}, as in the guide's command: ${what[part]}`))
}

function warnOfWorkersOverBudget(scenario: Scenario): readonly Warning[] {
  const planner = plannerOf(scenario)
  if (planner === null || planner.max_gpu_budget < 0) return []
  const parts = partsOf(scenario)
  const workers = parts.reduce((sum, [, pool]) => sum + pool.initialWorkers, 0)
  if (workers <= planner.max_gpu_budget) return []
  const most = `most replicas (max_gpu_budget) are ${planner.max_gpu_budget}`
  return [warn('planner.max_gpu_budget', `The fleet starts with ${workers} instances, but ${most} of them.`)]
}

const GPU_FIELDS = {
  engine: 'decode_engine_num_gpu',
  prefill: 'prefill_engine_num_gpu',
  decode: 'decode_engine_num_gpu',
} as const

function warnOfGpuCounts(scenario: Scenario): readonly Warning[] {
  const planner = plannerOf(scenario)
  if (planner === null) return []
  return partsOf(scenario).flatMap(([part, {args, gpusPerInstance}]) => {
    const key = GPU_FIELDS[part]
    const given = planner[key] ?? gpusPerInstance
    const named = gpusPerInstance ?? gpusNamed(args)
    if (!given)
      return [warn(`planner.${key}`, 'Without it these instances cost nothing: GPU-hours leave them out.')]
    if (named === null || named === given) return []
    const who = gpusPerInstance === null ? 'the engine args name' : 'the pool has'
    const counts = `counts ${given}, but ${who} ${named}`
    return [
      warn(
        `planner.${key}`,
        `GPU-hours are off: this ${counts} GPUs per instance${gpusPerInstance === null ? ' (tensor parallelism, aic_tp_size, and the like)' : ''}.`,
      ),
    ]
  })
}

/** GPUs of one instance by its engine args; null if they name none. */
function gpusNamed(args: EngineArgs): number | null {
  if (args.aic_model_path === null || args.aic_tp_size === null) return null
  return args.aic_tp_size * (args.aic_attention_dp_size ?? 1)
}

function warnOfBudget(scenario: Scenario): readonly Warning[] {
  const planner = plannerOf(scenario)
  if (planner === null || planner.max_gpu_budget < 0) return []
  const most = partsOf(scenario).reduce(
    (gpus, [part, {args, gpusPerInstance}]) =>
      Math.max(gpus, gpusPerInstance ?? planner[GPU_FIELDS[part]] ?? gpusNamed(args) ?? 1),
    1,
  )
  if (most === 1) return []
  const {max_gpu_budget: budget} = planner
  const message = `Counts replicas, not GPUs: ${budget} replicas are up to ${budget * most} GPUs here.`
  return [warn('planner.max_gpu_budget', message)]
}

function warnOfIntervals(scenario: Scenario): readonly Warning[] {
  const planner = plannerOf(scenario)
  if (planner === null || !planner.enable_throughput_scaling) return []
  const {load_adjustment_interval: load, throughput_adjustment_interval: throughput} = planner
  if (load >= throughput)
    return [
      warn(
        'planner.load_adjustment_interval',
        `Engines are read every ${load} s only, so throughput decisions at ${throughput} s are made on old samples.`,
      ),
    ]
  if (throughput % load === 0) return []
  return [
    warn(
      'planner.throughput_adjustment_interval',
      `No multiple of ${load} s: throughput ticks fall between load ticks, and engine samples of those are lost.`,
    ),
  ]
}

function warnOfIgnoredTargets(scenario: Scenario): readonly Warning[] {
  const planner = plannerOf(scenario)
  if (planner === null || planner.optimization_target === 'sla') return []
  const {optimization_target: target} = planner
  return (['ttft', 'itl'] as const).map(key =>
    warn(
      `planner.${key}`,
      `Target ${target} does not scale by it: only SLA attainment and goodput are judged by it.`,
    ),
  )
}

/** Fields that are set and do nothing, with the reason. */
function warnOfIgnoredFields(scenario: Scenario): readonly Warning[] {
  const planner = plannerOf(scenario)
  if (planner === null) return []
  const fields: readonly PlannerField<keyof PlannerConfig>[] =
    scenario.release === '1.6.1'
      ? (PLANNER_FIELDS_16 as readonly PlannerField<keyof PlannerConfig>[])
      : PLANNER_FIELDS
  return fields.flatMap(field => {
    if (planner[field.key] === field.default) return []
    const reason = reasonIgnored(field, planner)
    return reason === null ? [] : [warn(`planner.${field.key}`, `No effect: ${reason}.`)]
  })
}

function reasonIgnored(field: PlannerField, planner: PlannerConfig): string | null {
  if (field.use === 'none') return 'a replay never reads it'
  // The target has switched these itself, which is what the field shows.
  if (field.key === 'enable_load_scaling' || field.key === 'enable_throughput_scaling') return null
  if (field.use === 'sla' && planner.optimization_target !== 'sla')
    return `only target sla reads it, and the target is ${planner.optimization_target}`
  if (field.group === 'prediction') return reasonUnpredicted(field, planner)
  if (field.key === 'load_scaling_down_sensitivity' && !planner.enable_load_scaling)
    return 'load scaling is off'
  return null
}

/** Predictors that read a field; the others pass it over. */
const PREDICTORS: Readonly<Record<string, readonly string[]>> = {
  load_predictor_log1p: ['arima', 'kalman', 'prophet'],
  prophet_window_size: ['prophet'],
  kalman_q_level: ['kalman'],
  kalman_q_trend: ['kalman'],
  kalman_r: ['kalman'],
  kalman_min_points: ['kalman'],
}

function reasonUnpredicted(field: PlannerField, planner: PlannerConfig): string | null {
  if (!planner.enable_throughput_scaling) return 'only throughput scaling predicts, and it is off'
  const readers = PREDICTORS[field.key]
  if (readers === undefined || readers.includes(planner.load_predictor)) return null
  return `the load predictor (load_predictor) is ${planner.load_predictor}`
}

function warnOfRecorder(scenario: Scenario): readonly Warning[] {
  const planner = plannerOf(scenario)
  if (planner === null || planner.report_interval_hours !== null || planner.live_dashboard_port !== 0)
    return []
  return [
    warn('planner.report_interval_hours', 'With dashboard port 0 the recorder is off: GPU-hours stay 0.'),
  ]
}

function warnOfStartUp(scenario: Scenario): readonly Warning[] {
  if (plannerOf(scenario) === null) return []
  return partsOf(scenario)
    .filter(([, {args}]) => !args.startup_time)
    .map(([part]) =>
      warn(
        `${part}.startup_time`,
        'New instances serve at once; real ones load a model first, and latency shows it.',
      ),
    )
}

function warnOfDrainLimit({drainLimitS, scaling}: Scenario): readonly Warning[] {
  if (drainLimitS === undefined || scaling.policy !== 'fixed') return []
  return [warn('drain_limit', 'Nobody takes instances away from a fixed fleet: the limit changes nothing.')]
}

/** What the reference takes when nobody says. */
const DEFAULT_KV_BLOCKS = 16_384

/** A GPU is named, and nothing is worked out of its memory. */
function isUnsized(args: EngineArgs): boolean {
  return args.aic_model_path !== null && args.estimates_num_gpu_blocks !== true
}

function warnOfKvCache(scenario: Scenario): readonly Warning[] {
  return partsOf(scenario)
    .filter(([, {args}]) => args.num_gpu_blocks === DEFAULT_KV_BLOCKS && isUnsized(args))
    .map(([part, {args}]) => {
      const tokens = groupedDigits(args.num_gpu_blocks * args.block_size)
      const gpu = args.aic_system ?? 'the GPU'
      return warn(
        `${part}.num_gpu_blocks`,
        `The default, ${tokens} tokens per instance, whatever ${gpu} has left beside the model.`,
      )
    })
}

function warnOfTraffic({synthetic, replayConcurrency, arrivalSpeedupRatio}: Scenario): readonly Warning[] {
  const warnings: Warning[] = []
  if (replayConcurrency !== undefined && arrivalSpeedupRatio !== 1)
    warnings.push(
      warn(
        'trace.arrival_speedup_ratio',
        'No effect: with a concurrency (replay_concurrency) arrival times are ignored.',
      ),
    )
  if (synthetic !== undefined && synthetic.shared_prefix_ratio > 0 && synthetic.num_prefix_groups === 0)
    warnings.push(
      warn(
        'traffic.shared_prefix_ratio',
        'No effect: nothing is shared while there are 0 prefix groups (num_prefix_groups).',
      ),
    )
  return warnings
}

function warnOfPlannerTraffic(scenario: Scenario): readonly Warning[] {
  const {synthetic, replayConcurrency} = scenario
  if (plannerOf(scenario) === null) return []
  const warnings: Warning[] = []
  if (replayConcurrency !== undefined)
    warnings.push(
      warn('trace.replay_concurrency', 'The reference passes it over in planner runs; here it holds.'),
    )
  if (synthetic !== undefined)
    warnings.push(
      warn(
        'traffic',
        'The reference refuses generated traffic in a planner run; here it runs, without a counterpart.',
      ),
    )
  return warnings
}

/** What a KV router is told, and by whom. */
function warnOfSglangRouter(scenario: Scenario): readonly Warning[] {
  const [part, {args}] = partsOf(scenario)[0]!
  if (scenario.routerMode !== 'kv_router' || args.engine_type !== 'sglang') return []
  return [
    warn(
      `${part}.engine_type`,
      'The router never learns of an sglang cache, as in the reference: it balances load and sees no hits.',
    ),
  ]
}

function warnOfUncachedRouter(scenario: Scenario): readonly Warning[] {
  const [part, {args}] = partsOf(scenario)[0]!
  if (scenario.routerMode !== 'kv_router' || args.engine_type === 'sglang' || args.enable_prefix_caching)
    return []
  return [
    warn(
      `${part}.enable_prefix_caching`,
      'The router counts on prefix hits all the same, as in the reference, and none of them happens.',
    ),
  ]
}

function warnOfPlannerEstimate(scenario: Scenario): readonly Warning[] {
  const {routerMode, routerConfig} = scenario
  if (plannerOf(scenario) === null || routerMode !== 'kv_router') return []
  if (routerConfig?.router_prefill_load_model !== 'aic') return []
  return [
    warn(
      'router.router_prefill_load_model',
      'No effect: in planner runs the router estimates nothing, as in the reference.',
    ),
  ]
}
