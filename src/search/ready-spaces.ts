import {leastGpus} from '../config/command-line/planner-flags-1.6.ts'
import {COMMON_SYSTEMS} from '../config/gpus.ts'
import {isOtherPolicy} from '../config/scaling/parse-scaling.ts'
import {valueAt} from '../config/scaling/policy-fields.ts'
import {firstPoolOf, plannerOf, poolsOf, type Scenario} from '../config/scenario.ts'
import {assert} from '../core/assert.ts'
import {policyKnobPlaces} from '../sweep/policy-knobs.ts'
import type {ReadySpaceId} from './ready-space-ids.ts'
import {parseSpace, type SearchSpace} from './space.ts'

/** A space ready to be searched or edited. */
export interface ReadySpace {
  readonly id: ReadySpaceId
  readonly title: string
  /** What may be chosen in it, in a sentence. */
  readonly description: string
  readonly space: (scenario: Scenario) => SearchSpace
  readonly suits: (scenario: Scenario) => boolean
}

type Given = Readonly<Record<string, readonly (number | string | boolean)[]>>

const isPlanned = (scenario: Scenario) => plannerOf(scenario) !== null
const isAgg = ({fleet}: Scenario) => fleet.topology === 'agg'
const isSla = (scenario: Scenario) => plannerOf(scenario)?.optimization_target === 'sla'
const is16 = ({scaling}: Scenario) => scaling.policy === 'dynamo' && scaling.release === '1.6.1'
const isOnTables = ({engineTiming}: Scenario) => engineTiming === 'aic'

/** Floors of a pool. The ceilings have them too: where both are the same nobody scales, and that is a choice as well. */
const FLOORS = [1, 2, 3, 4, 5, 6, 7, 8]
const CEILINGS = [2, 3, 4, 5, 6, 7, 8, 12]

/**
 * Instances at the start, of a planner's spaces: until it first looks and they are ready the start decides, and a floor that
 * is the ceiling from the start on is the fixed fleet itself.
 */
function starts({fleet}: Scenario): Given {
  return fleet.topology === 'agg'
    ? {num_workers: FLOORS}
    : {num_prefill_workers: POOL_FLOORS, num_decode_workers: POOL_FLOORS}
}

const POOL_FLOORS = [1, 2, 3, 4, 6]

/** Ceilings of the whole fleet as the planner's release counts them: in replicas, or in GPUs of engines of every pool. */
function budgets({fleet, scaling}: Scenario, ceilings: readonly number[] = CEILINGS): readonly number[] {
  const isInGpus = scaling.policy === 'dynamo' && scaling.release === '1.6.1'
  const one = isInGpus ? leastGpus(ONE_OF_EACH, fleet) : poolsOf(fleet).length
  return ceilings.map(ceiling => ceiling * one)
}

const ONE_OF_EACH = {min_endpoint: 1, prefill_min_endpoint: null, decode_min_endpoint: null}

/** From half to three times what each target is today. */
const AROUND = [0.5, 0.75, 1, 1.5, 2, 3]

function targetsAround(scenario: Scenario): Given {
  const targets: Record<string, readonly number[]> = {}
  const {scaling} = scenario
  for (const path of ['policy.target_1', 'policy.target_2', 'policy.target_3']) {
    const [place] = policyKnobPlaces(scenario, path)
    if (place === undefined || !isOtherPolicy(scaling)) continue
    const today = Number(valueAt(scaling.config, place.path))
    // What is no plain number (500m, or none) is left as it is.
    if (today > 0) targets[path] = [...new Set(AROUND.map(times => Math.max(Math.round(today * times), 1)))]
  }
  return targets
}

export const READY_SPACES: readonly ReadySpace[] = [
  ready({
    id: 'planner-sla',
    title: 'Planner by targets',
    description:
      'Floor, ceiling, instances at the start, TTFT target, sensitivity and load interval of a planner that predicts latency.',
    given: scenario => ({
      'planner.min_endpoint': FLOORS,
      'planner.max_gpu_budget': budgets(scenario),
      'planner.ttft': [300, 500, 900, 1500, 3000],
      'planner.load_scaling_down_sensitivity': [50, 65, 80, 95],
      'planner.load_adjustment_interval': [5, 10, 20, 40],
      ...starts(scenario),
    }),
    suits: scenario => isPlanned(scenario) && isSla(scenario) && isAgg(scenario),
  }),
  ready({
    id: 'planner-sla-disagg',
    title: 'Planner by targets, two pools',
    description: 'Floor, ceiling, both targets, sensitivity and the instances of both pools at the start.',
    given: scenario => ({
      'planner.min_endpoint': POOL_FLOORS,
      'planner.max_gpu_budget': budgets(scenario, POOL_FLOORS),
      'planner.ttft': [300, 500, 900, 1500, 3000],
      'planner.itl': [20, 30, 50, 80],
      'planner.load_scaling_down_sensitivity': [50, 65, 80, 95],
      ...starts(scenario),
    }),
    suits: scenario => isPlanned(scenario) && isSla(scenario) && !isAgg(scenario),
  }),
  ready({
    id: 'planner-thresholds',
    title: 'Planner by thresholds',
    description:
      'Floor, ceiling, instances at the start and load interval of a planner that goes by queue and KV thresholds.',
    given: scenario => ({
      'planner.max_gpu_budget': budgets(scenario),
      'planner.min_endpoint': FLOORS,
      'planner.optimization_target': ['throughput', 'latency'],
      'planner.load_adjustment_interval': [5, 10, 20, 40],
      ...starts(scenario),
    }),
    suits: scenario => isPlanned(scenario) && !isSla(scenario),
  }),
  ready({
    id: 'planner-load',
    title: 'Planner by own thresholds',
    description:
      'Floor, ceiling, instances at the start and the thresholds of queue and KV at which the planner of 1.6.1 adds and removes.',
    given: scenario => ({
      'planner.min_endpoint': FLOORS,
      'planner.max_gpu_budget': budgets(scenario),
      'planner.prefill_scale_up_queue_tokens': [2000, 5000, 10_000, 20_000],
      'planner.prefill_scale_down_queue_tokens': [0, 500, 1000],
      'planner.decode_scale_up_kv_rate': [50, 65, 80, 95],
      'planner.decode_scale_down_kv_rate': [20, 35],
      ...starts(scenario),
    }),
    suits: scenario => is16(scenario) && plannerOf(scenario)?.optimization_target === 'load',
  }),
  ready({
    id: 'planner-pool-floors',
    title: 'Floors by pool',
    description:
      'Floor of each pool and its instances at the start, ceiling of both, and the largest step of throughput scaling; of 1.6.1.',
    given: scenario => ({
      'planner.prefill_min_endpoint': POOL_FLOORS,
      'planner.decode_min_endpoint': POOL_FLOORS,
      'planner.max_gpu_budget': budgets(scenario, POOL_FLOORS),
      'planner.max_throughput_scaling_replicas': [1, 2, 8],
      'planner.load_adjustment_interval': [5, 10, 20],
      ...starts(scenario),
    }),
    suits: scenario => is16(scenario) && !isAgg(scenario),
  }),
  ready({
    id: 'autoscaler',
    title: 'Autoscaler',
    description: 'Fewest replicas, targets and scale-down window of an HPA, KEDA or Knative.',
    given: scenario => ({
      'policy.min_replicas': FLOORS,
      ...targetsAround(scenario),
      'policy.scale_down_window': [0, 60, 120, 300, 600],
    }),
    suits: ({scaling}) => isOtherPolicy(scaling) && scaling.policy !== 'schedule',
  }),
  ready({
    id: 'schedule',
    title: 'Schedule',
    description: 'Replicas added to every step of a schedule, and how much earlier it comes.',
    given: {
      'schedule.replicas_added': [-2, -1, 0, 1, 2, 3],
      'schedule.lead_s': [0, 30, 60, 120, 300, 600],
    },
    suits: ({scaling}) => scaling.policy === 'schedule',
  }),
  ready({
    id: 'planner-predictor',
    title: 'Planner and predictor',
    description: 'How the load is predicted, how often throughput scaling looks, and the floor.',
    given: {
      'planner.load_predictor': ['constant', 'arima', 'kalman', 'prophet'],
      'planner.throughput_adjustment_interval': [60, 120, 180, 300, 600],
      'planner.min_endpoint': [1, 2, 3, 4, 6],
    },
    suits: isPlanned,
  }),
  ready({
    id: 'policy',
    title: 'Planner or a fixed fleet',
    description: 'A fleet of this size as it is, or the planner starting from it with this floor.',
    given: {
      planner: ['on', 'off'],
      num_workers: [1, 2, 3, 4, 5, 6, 8, 10, 12],
      'planner.min_endpoint': [1, 2, 3, 4, 6],
    },
    suits: scenario => isPlanned(scenario) && isAgg(scenario),
  }),
  ready({
    id: 'fleet',
    title: 'Fleet size',
    description:
      'Instances of an aggregated fleet, how many requests each runs and how many tokens a pass takes.',
    given: {
      num_workers: [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16],
      'engine.max_num_seqs': [64, 128, 256, 512],
      'engine.max_num_batched_tokens': [2048, 4096, 8192, 16384],
    },
    suits: isAgg,
  }),
  ready({
    id: 'fleet-disagg',
    title: 'Pool sizes',
    description: 'Instances of the prefill and the decode pool, and the requests a decode instance runs.',
    given: {
      num_prefill_workers: [1, 2, 3, 4, 5, 6, 8, 10],
      num_decode_workers: [1, 2, 3, 4, 5, 6, 8, 10],
      'decode.max_num_seqs': [64, 128, 256, 512],
    },
    suits: scenario => !isAgg(scenario),
  }),
  ready({
    id: 'topology',
    title: 'One pool or two',
    description:
      'The engines as one pool or as two, and how many of each; under a planner its floor and how often it looks.',
    given: scenario => ({
      topology: ['agg', 'disagg'],
      ...(isPlanned(scenario)
        ? {'planner.min_endpoint': FLOORS, 'planner.load_adjustment_interval': [5, 10, 20]}
        : {
            num_workers: [1, 2, 3, 4, 5, 6, 8, 10],
            num_prefill_workers: [1, 2, 3, 4, 6, 8],
            num_decode_workers: [1, 2, 3, 4, 6],
          }),
    }),
    suits: ({scaling}) => scaling.policy === 'fixed' || scaling.policy === 'dynamo',
  }),
  ready({
    id: 'gpus',
    title: 'GPU type and width',
    description:
      'GPU type (the common ones and the scenario’s own), GPUs per engine and fleet size; needs the GPU tables and is best with a price per type.',
    given: scenario => ({
      'engine.aic_system': systemsBeside(scenario),
      tp: [1, 2, 4],
      num_workers: [1, 2, 3, 4, 6, 8],
    }),
    suits: scenario => isAgg(scenario) && isOnTables(scenario),
  }),
  ready({
    id: 'router',
    title: 'Router',
    description: 'How requests are spread, and how much the KV router credits what an instance has cached.',
    given: {
      router_mode: ['round_robin', 'kv_router'],
      'router.overlap_score_credit': [0, 0.25, 0.5, 1],
      'router.router_temperature': [0, 0.2, 0.5],
      num_workers: [1, 2, 3, 4, 5, 6, 8],
    },
    suits: isAgg,
  }),
]

/** Tables of the common GPUs are there; those of any other are fetched for who runs on it, or names it. */
function systemsBeside({fleet}: Scenario): readonly string[] {
  const own = firstPoolOf(fleet).args.aic_system
  return own === null || COMMON_SYSTEMS.some(name => name === own) ? COMMON_SYSTEMS : [own, ...COMMON_SYSTEMS]
}

export function findReadySpace(id: string): ReadySpace | null {
  return READY_SPACES.find(space => space.id === id) ?? null
}

/** The first that suits: how the scenario scales comes before what it runs on. */
export function readySpaceFor(scenario: Scenario): ReadySpace {
  const found = READY_SPACES.find(({suits}) => suits(scenario))
  assert(found !== undefined, 'every fleet is aggregated or not, and both have a space')
  return found
}

type Ready = Omit<ReadySpace, 'space'> & {readonly given: Given | ((scenario: Scenario) => Given)}

function ready({given, ...rest}: Ready): ReadySpace {
  return {
    ...rest,
    space(scenario) {
      const space = parseSpace(typeof given === 'function' ? given(scenario) : given)
      assert(space.ok, space.ok ? '' : space.error.message)
      return space.value
    },
  }
}
