import {parsePlannerConfig} from '../config/planner/planner-config.ts'
import {parsePlannerConfig16} from '../config/planner/planner-config-1.6.ts'
import type {OptimizationTarget} from '../config/planner/planner-shape.ts'
import {FIRST_RELEASE} from '../config/release.ts'
import {phaseIntervalS} from '../config/scaling/phase-interval.ts'
import {
  type AutoscalerScaling,
  type DynamoScaling,
  plannerOf,
  type Scaling,
  type Scenario,
} from '../config/scenario.ts'
import {ok, type Result} from '../core/result.ts'
import type {BenchKind} from './bench-choice.ts'
import {type FleetSize, fleetSizeOf, withFleetSize} from './fleet-plan.ts'

/** One line of the bench's table: a way to size the fleet. */
export interface BenchPolicy {
  /** Short, unique, fit for a file name. */
  readonly id: string
  readonly label: string
  readonly kind: BenchKind
  readonly scenario: Scenario
  /** Size of a fixed fleet; null for what changes it. */
  readonly size: FleetSize | null
  /** Seconds between looks, over which its phases are spread; null = it has none. */
  readonly intervalS: number | null
}

export interface BenchSettings {
  readonly kinds: ReadonlySet<BenchKind>
  /** Replicas of all pools together at the most, and of a pool at the least. */
  readonly most: number
  readonly least: number
  /** Requests that an instance decodes at a time with ITL at its objective. */
  readonly batchAtItl: number
}

const TARGETS: Readonly<Record<DynamoScaling['release'], readonly OptimizationTarget[]>> = {
  '1.2.1': ['sla', 'latency', 'throughput'],
  '1.6.1': ['sla', 'load', 'latency', 'throughput'],
}

/** The bounds that the scenario itself sets: its planner's budget, else the reference's default. */
export function boundsOf(scenario: Scenario): {readonly most: number; readonly least: number} {
  const planner = plannerOf(scenario)
  const {prefill, decode} = fleetSizeOf(scenario.fleet)
  const initial = decode + (prefill ?? 0)
  const budget = planner?.max_gpu_budget ?? DEFAULT_BUDGET
  return {
    most: Math.max(budget > 0 ? budget : DEFAULT_BUDGET, initial),
    least: Math.max(planner?.min_endpoint ?? 1, 1),
  }
}

const DEFAULT_BUDGET = 8

export interface BenchField {
  readonly policies: readonly BenchPolicy[]
  /** What is asked for and cannot be run, each with the reason. */
  readonly notices: readonly string[]
}

/** Every policy that is asked for, with settings that somebody without a measurement would begin with; all judged alike. */
export function benchPolicies(base: Scenario, settings: BenchSettings): BenchField {
  const {kinds} = settings
  const notices: string[] = []
  const policies = [
    ...(kinds.has('fixed') || kinds.has('hindsight') ? fixedFleets(base, settings) : []),
    ...(kinds.has('dynamo') ? planners(base, settings, notices) : []),
    ...(['hpa', 'keda', 'kpa'] as const).flatMap(kind =>
      kinds.has(kind) ? [autoscaler(base, kind, settings)] : [],
    ),
    ...(kinds.has('own') ? ownPolicy(base) : []),
  ]
  return {policies, notices}
}

function fixedFleets(base: Scenario, {most, least}: BenchSettings): readonly BenchPolicy[] {
  // A KV router has nothing to choose from with one instance, which the reference's plain replay refuses.
  const first = base.routerMode === 'kv_router' && base.fleet.topology === 'agg' ? Math.max(least, 2) : least
  return sizesUpTo(base, first, most).map(size => {
    const text = size.prefill === null ? `${size.decode}` : `${size.prefill}+${size.decode}`
    return {
      id: `fixed-${text.replace('+', '-')}`,
      label: text === '1' ? '1 fixed replica' : `${text} fixed replicas`,
      kind: 'fixed',
      scenario: {...base, fleet: withFleetSize(base.fleet, size), scaling: {policy: 'fixed'}},
      size,
      intervalS: null,
    }
  })
}

function sizesUpTo({fleet}: Scenario, least: number, most: number): readonly FleetSize[] {
  const counts = Array.from({length: Math.max(most - least + 1, 0)}, (_, i) => least + i)
  if (fleet.topology === 'agg') return counts.map(decode => ({prefill: null, decode}))
  return counts.flatMap(prefill =>
    counts.filter(decode => prefill + decode <= most).map(decode => ({prefill, decode})),
  )
}

/** The planner of the scenario's release with each of its targets; all else as the scenario's own config says. */
function planners(base: Scenario, settings: BenchSettings, notices: string[]): readonly BenchPolicy[] {
  const release = base.scaling.policy === 'dynamo' ? base.scaling.release : (base.release ?? FIRST_RELEASE)
  return TARGETS[release].flatMap(target => {
    const parsed = plannerWith(base, release, target, settings)
    if (!parsed.ok) {
      notices.push(`The planner with target ${target} is left out: ${parsed.error.message}`)
      return []
    }
    const scaling = parsed.value
    return {
      id: `dynamo-${target}`,
      label: `planner ${release}, ${target}`,
      kind: 'dynamo',
      scenario: {...base, scaling},
      size: null,
      intervalS: scaling.config.load_adjustment_interval,
    }
  })
}

function plannerWith(
  base: Scenario,
  release: DynamoScaling['release'],
  target: OptimizationTarget,
  {most, least}: BenchSettings,
): Result<DynamoScaling> {
  const own = base.scaling.policy === 'dynamo' ? base.scaling.config : null
  const {ttftMs, itlMs} = base.objective ?? {ttftMs: own?.ttft, itlMs: own?.itl}
  const common = {
    enable_load_scaling: true,
    enable_throughput_scaling: false,
    ...own,
    mode: base.fleet.topology,
    optimization_target: target,
    ...(ttftMs === undefined ? {} : {ttft: ttftMs}),
    ...(itlMs === undefined ? {} : {itl: itlMs}),
    max_gpu_budget: most,
    min_endpoint: least,
  }
  if (release === '1.6.1') {
    const {scale_interval_seconds, ...fields} = {scale_interval_seconds: undefined, ...common}
    const interval = scale_interval_seconds === undefined ? {} : {scheduling: {scale_interval_seconds}}
    const parsed = parsePlannerConfig16({...fields, ...interval})
    return parsed.ok ? ok({policy: 'dynamo', release, config: parsed.value.config}) : parsed
  }
  const parsed = parsePlannerConfig(common)
  return parsed.ok ? ok({policy: 'dynamo', release, config: parsed.value.config}) : parsed
}

/** Of the batch at which ITL meets its objective, where an autoscaler begins to add: room for what comes while one starts. */
const HEADROOM = 0.7
/** Waiting requests per replica, as in the published examples (policies.md 5). */
const WAITING = 5
/** Up by doubling, down by one a minute after five minutes of less: the setting that policies.md 5 gives as sane. */
const BEHAVIOR = {
  scaleUp: {stabilizationWindowSeconds: 0, policies: [{type: 'Percent', value: 100, periodSeconds: 15}]},
  scaleDown: {stabilizationWindowSeconds: 300, policies: [{type: 'Pods', value: 1, periodSeconds: 60}]},
}

function autoscaler(
  base: Scenario,
  policy: AutoscalerScaling['policy'],
  settings: BenchSettings,
): BenchPolicy {
  const running = Math.max(1, Math.round(HEADROOM * settings.batchAtItl))
  const scaling: Scaling = {policy, config: {pools: {all: poolSettings(policy, running, base, settings)}}}
  return {
    id: policy,
    label: LABELS[policy](running, settings.batchAtItl),
    kind: policy,
    scenario: {...base, scaling},
    size: null,
    intervalS: phaseIntervalS(scaling),
  }
}

const LABELS: Readonly<Record<AutoscalerScaling['policy'], (running: number, batch: number) => string>> = {
  hpa: running => `HPA, waiting ${WAITING}, running ${running}`,
  keda: running => `KEDA, waiting ${WAITING}, running ${running}`,
  kpa: (_, batch) => `Knative, 70 % of ${batch} in flight`,
}

function poolSettings(
  policy: AutoscalerScaling['policy'],
  running: number,
  {fleet}: Scenario,
  {most, least, batchAtItl}: BenchSettings,
): object {
  // Each pool has a controller of its own, and none knows the other's size: the budget is split between them.
  const max = fleet.topology === 'agg' ? most : Math.max(Math.floor(most / 2), least)
  switch (policy) {
    case 'hpa':
      return {
        minReplicas: least,
        maxReplicas: max,
        metrics: [averageOf('sum(waiting)', WAITING), averageOf('sum(running)', running)],
        behavior: BEHAVIOR,
      }
    case 'keda':
      return {
        minReplicaCount: least,
        maxReplicaCount: max,
        advanced: {horizontalPodAutoscalerConfig: {behavior: BEHAVIOR}},
        triggers: [triggerOf('sum(waiting)', WAITING), triggerOf('sum(running)', running)],
      }
    case 'kpa':
      return {
        annotations: {'min-scale': String(least), 'max-scale': String(max)},
        containerConcurrency: batchAtItl,
      }
  }
}

function averageOf(name: string, value: number): object {
  return {
    type: 'External',
    external: {metric: {name}, target: {type: 'AverageValue', averageValue: String(value)}},
  }
}

function triggerOf(query: string, threshold: number): object {
  return {type: 'prometheus', metadata: {query, threshold: String(threshold)}}
}

/** What the scenario itself says, where that is no fixed fleet. */
function ownPolicy(base: Scenario): readonly BenchPolicy[] {
  const {scaling} = base
  if (scaling.policy === 'fixed') return []
  return [
    {
      id: 'own',
      label: `as given: ${scaling.policy}`,
      kind: 'own',
      scenario: base,
      size: null,
      intervalS: phaseIntervalS(scaling),
    },
  ]
}
