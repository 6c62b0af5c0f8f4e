import {assert} from '../core/assert.ts'
import {assembleScenario} from './assemble-scenario.ts'
import {defaultEngineArgs} from './engine/engine-args.ts'
import {DEFAULT_SYSTEM} from './gpus.ts'
import {parsePlannerConfig} from './planner/planner-config.ts'
import {withRelease} from './releases/with-release.ts'
import {
  type EngineArgs,
  type EngineTiming,
  type Fleet,
  type PlannerConfig,
  type PlannerMode,
  type Scenario,
  scalingBy,
} from './scenario.ts'

/** A starting point of the page and of links; links name it, so its values must not change once released. */
export interface Preset {
  readonly id: string
  readonly title: string
  /** What it is, in a sentence. */
  readonly description: string
  /** Where its point shows in the results, in a sentence. */
  readonly look: string
  readonly scenario: Scenario
}

/** The bundled trace of the guide presets (contracts.md 6). */
export const GUIDE_TRACE_ID = 'toolagent-hour'

/** What the reference's command line assumes without flags: one vLLM instance with default args, no planner. */
export function defaultScenario(): Scenario {
  const {scenario} = assembleScenario(
    {
      trace: {kind: 'catalogue', id: GUIDE_TRACE_ID},
      fleet: {
        topology: 'agg',
        workers: {args: defaultEngineArgs(), initialWorkers: 1, gpusPerInstance: null},
      },
      scaling: {policy: 'fixed'},
    },
    {},
  )
  return scenario
}

/** The planner config of a fleet of this mode with the given fields set; they must be valid. */
export function plannerConfigWith(mode: PlannerMode, fields: Partial<PlannerConfig>): PlannerConfig {
  const parsed = parsePlannerConfig({mode, ...fields})
  assert(parsed.ok, parsed.ok ? '' : parsed.error.message)
  return parsed.value.config
}

/** What the guide gives every engine: one H200 per instance. */
const GUIDE_ENGINE: Partial<EngineArgs> = {
  aic_backend: 'vllm',
  aic_system: DEFAULT_SYSTEM,
  aic_model_path: 'nvidia/Llama-3.1-8B-Instruct-FP8',
  aic_tp_size: 1,
}

const GUIDE_PLANNER: Partial<PlannerConfig> = {
  optimization_target: 'sla',
  ttft: 1500,
  itl: 50,
  enable_throughput_scaling: true,
  enable_load_scaling: true,
  pre_deployment_sweeping_mode: 'rapid',
  throughput_adjustment_interval: 300,
  load_adjustment_interval: 10,
  prefill_engine_num_gpu: 1,
  decode_engine_num_gpu: 1,
}

interface GuideOptions {
  readonly engine?: Partial<EngineArgs>
  readonly planner?: Partial<PlannerConfig>
  readonly timing?: EngineTiming
  /** The pools' engine args name their worker type, which the guide's command leaves out. */
  readonly isTyped?: boolean
}

function guideAgg(options: GuideOptions = {}): Scenario {
  const args = {...defaultEngineArgs(), ...GUIDE_ENGINE, ...options.engine}
  return guide('agg', {topology: 'agg', workers: {args, initialWorkers: 2, gpusPerInstance: null}}, options)
}

function guideDisagg({isTyped = false, ...options}: GuideOptions = {}): Scenario {
  const pool = (workerType: 'prefill' | 'decode') => ({
    args: {...defaultEngineArgs(isTyped ? workerType : 'aggregated'), ...GUIDE_ENGINE, ...options.engine},
    initialWorkers: 1,
    gpusPerInstance: null,
  })
  return guide('disagg', {topology: 'disagg', prefill: pool('prefill'), decode: pool('decode')}, options)
}

function guide(mode: 'agg' | 'disagg', fleet: Fleet, options: GuideOptions): Scenario {
  const planner = plannerConfigWith(mode, {...GUIDE_PLANNER, ...options.planner})
  return {...defaultScenario(), fleet, scaling: scalingBy(planner), engineTiming: options.timing ?? 'aic'}
}

const PRESETS_OF_1_2_1: readonly Preset[] = [
  {
    id: 'guide-agg',
    title: 'Guide: aggregated',
    description: 'Two H200 instances that do both prefill and decode, TTFT 1500 ms, ITL 50 ms.',
    look: 'Look at replicas against the prefill queue: when does the planner act again after it scaled down?',
    scenario: guideAgg(),
  },
  {
    id: 'two-at-least',
    title: 'Aggregated, two at least',
    description:
      'Two H200 instances that do both prefill and decode, TTFT 1500 ms, ITL 50 ms; the planner keeps two at least.',
    look: 'Look at what happened and at what would have helped: at any phase of the planner the answer is the same.',
    scenario: guideAgg({planner: {min_endpoint: 2}}),
  },
  {
    id: 'guide-disagg',
    title: 'Guide: disaggregated',
    description:
      "The guide's command: one prefill and one decode instance whose engine args name no worker type, so that " +
      'both pools pay for prefill and for decode.',
    look: 'Look at which pool scales, and compare GPU-hours with the aggregated and the typed run.',
    scenario: guideDisagg(),
  },
  {
    id: 'disagg-typed',
    title: 'Disaggregated, typed workers',
    description:
      'The same with worker_type given: the prefill pool only prefills, the decode pool only decodes.',
    look: 'Look at the decode pool: without prompts to compute it hardly scales, and GPU-hours fall.',
    scenario: guideDisagg({isTyped: true}),
  },
  {
    id: 'as-published',
    title: 'As published: aggregated',
    description: "The aggregated run with the engine timing the reference's published results used.",
    look: 'Look at TTFT, ITL and GPU-hours: these are the ones to hold against the published figures.',
    scenario: guideAgg({timing: 'polynomial'}),
  },
  {
    id: 'as-published-disagg',
    title: 'As published: disaggregated',
    description: "The guide's disaggregated command with the engine timing the reference's planner runs use.",
    look: 'Look at both pools side by side; pass times are the built-in curve, not those of an H200.',
    scenario: guideDisagg({timing: 'polynomial'}),
  },
  {
    id: 'easy-throughput',
    title: 'Easy: throughput',
    description: 'Fixed thresholds on queued prompt tokens and KV use in place of latency targets.',
    look: 'Look at the prefill queue and KV use when a replica is added: latency plays no part in it.',
    scenario: guideAgg({planner: {optimization_target: 'throughput'}}),
  },
  {
    id: 'easy-latency',
    title: 'Easy: latency',
    description: 'Fixed thresholds that scale up earlier, for low latency.',
    look: 'Look at GPU-hours and TTFT against the throughput target: what the earlier replicas bought.',
    scenario: guideAgg({planner: {optimization_target: 'latency'}}),
  },
  {
    id: 'slow-start',
    title: 'Five-minute start-up',
    description: 'New instances need 300 s before they serve: the planner reacts too late for every burst.',
    look: 'Look at starting replicas and at TTFT while they start; the planner waits for them before it acts again.',
    scenario: guideAgg({engine: {startup_time: 300}}),
  },
  {
    id: 'tight-budget',
    title: 'Tight budget',
    description: 'At most three instances, however high the load.',
    look: 'Look at decisions that the budget cut short, and at the queue behind them.',
    scenario: guideAgg({planner: {max_gpu_budget: 3}}),
  },
  {
    id: 'kv-router',
    title: 'KV router',
    description: 'The aggregated run with requests sent where their prompt is already cached.',
    look: 'Look at prefix reuse and TTFT against the guide, which deals requests out in turn.',
    scenario: {...guideAgg(), routerMode: 'kv_router'},
  },
]

/** A cold start that is usual where weights are at hand; the guide's own instances serve at once. */
const COLD_START = {startup_time: 60} as const

function now(scenario: Scenario): Scenario {
  return withRelease(scenario, '1.6.1').scenario
}

const PRESETS_OF_1_6_1: readonly Preset[] = [
  {
    id: 'agg-161',
    title: 'Aggregated, 60 s cold start',
    description:
      'The guide’s two H200 instances under the planner and the engine of 1.6.1, new ones ready after 60 s.',
    look: 'Look at replicas against the budget of 8, and at the ITL estimate against what requests felt.',
    scenario: now(guideAgg({engine: COLD_START})),
  },
  {
    id: 'small-passes-161',
    title: 'Aggregated, smaller passes',
    description: 'The same with at most 2,048 tokens in a pass in place of 8,192.',
    look: 'Look at GPU-hours and at the ITL estimate: light passes are no longer taken for heavy ones.',
    scenario: now(guideAgg({engine: {...COLD_START, max_num_batched_tokens: 2048}})),
  },
  {
    id: 'disagg-161',
    title: 'Disaggregated, 60 s cold start',
    description: 'One prefill and one decode instance; pools of 1.6.1 do only their own part.',
    look: 'Look at both pools side by side: while one of them starts, neither decides anything.',
    scenario: now(guideDisagg({isTyped: true, engine: COLD_START})),
  },
  {
    id: 'kv-router-161',
    title: 'KV router',
    description: 'The aggregated run with requests sent where their prompt is already cached.',
    look: 'Look at prefix reuse and TTFT against the run that deals requests out in turn.',
    scenario: now({...guideAgg({engine: COLD_START}), routerMode: 'kv_router'}),
  },
  {
    id: 'easy-throughput-161',
    title: 'Easy: throughput',
    description: 'Fixed thresholds on queued prompt tokens and KV use in place of latency targets.',
    look: 'Look at KV use when a replica is added: latency plays no part in it, and nothing is learned.',
    scenario: now(guideAgg({engine: COLD_START, planner: {optimization_target: 'throughput'}})),
  },
  {
    id: 'tight-budget-161',
    title: 'Tight budget',
    description: 'At most three GPUs, however high the load.',
    look: 'Look at decisions held by the GPU budget, and at the queue behind them.',
    scenario: now(guideAgg({engine: COLD_START, planner: {max_gpu_budget: 3}})),
  },
]

/** Those of the release people run come last: on a tie a link names the older one, as it always did. */
export const PRESETS: readonly Preset[] = [...PRESETS_OF_1_2_1, ...PRESETS_OF_1_6_1]

/**
 * What the page opens with: today's release, latched at its budget. All of five phases are held there (24 to 82 % of the load
 * ticks, 5.2 to 7.5 GPU-hours), and the preset's own is their median.
 */
export const START_PRESET_ID = 'agg-161'

export function findPreset(id: string): Preset | null {
  return PRESETS.find(preset => preset.id === id) ?? null
}
