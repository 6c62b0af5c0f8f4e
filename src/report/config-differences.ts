import {ENGINE_FIELDS, SGLANG_FIELDS} from '../config/engine/engine-fields.ts'
import {formatObjective} from '../config/objective.ts'
import {PLANNER_FIELDS} from '../config/planner/planner-fields.ts'
import {type PoolSpec, phaseShiftOf, plannerOf, poolsOf, type Scenario} from '../config/scenario.ts'

/** A setting that is not the same in all runs; `values` in their order. */
export interface ConfigDifference {
  readonly key: string
  readonly label: string
  /** null = the run has no such setting, as a run without a planner has none of the planner's. */
  readonly values: readonly (string | null)[]
}

interface Setting {
  readonly key: string
  readonly label: string
  readonly read: (scenario: Scenario) => string | null
}

type Value = number | string | boolean | null | undefined

/** Pools are compared as one where both of a disaggregated fleet agree, so that agg and disagg differ in little. */
const SETTINGS: readonly Setting[] = [
  {key: 'trace', label: 'Trace', read: ({trace}) => (trace.kind === 'file' ? trace.name : trace.id)},
  {key: 'trace-block-size', label: 'Trace block size', read: scenario => text(scenario.traceBlockSize)},
  {key: 'speedup', label: 'Arrival speed-up', read: scenario => text(scenario.arrivalSpeedupRatio)},
  {key: 'traffic', label: 'Generated traffic', read: ({synthetic}) => json(synthetic)},
  {key: 'trace-format', label: 'Trace format', read: ({traceFormat}) => json(traceFormat)},
  {key: 'trace-part', label: 'Part of the trace', read: ({traceSelection}) => json(traceSelection)},
  {key: 'trace-seed', label: 'Trace seed', read: ({traceSeed}) => text(traceSeed)},
  {key: 'concurrency', label: 'Requests in flight', read: scenario => text(scenario.replayConcurrency)},
  {key: 'timing', label: 'Engine timing', read: scenario => scenario.engineTiming},
  {key: 'topology', label: 'Topology', read: scenario => scenario.fleet.topology},
  {key: 'workers', label: 'Initial instances', read: perPool(pool => pool.initialWorkers)},
  {key: 'gpus', label: 'GPUs per instance', read: perPool(pool => pool.gpusPerInstance)},
  {key: 'worker_type', label: 'Worker type', read: perPool(pool => pool.args.worker_type)},
  ...ENGINE_FIELDS.map(({key, label}) => ({key, label, read: perPool(pool => pool.args[key])})),
  ...SGLANG_FIELDS.map(({key, label}) => ({
    key: `sglang.${key}`,
    label,
    read: perPool(pool => pool.args.sglang?.[key]),
  })),
  {key: 'router', label: 'Router', read: scenario => scenario.routerMode},
  {key: 'router-config', label: 'Router options', read: ({routerConfig}) => json(routerConfig)},
  {key: 'router-estimate', label: 'Router estimate', read: ({aicPerf}) => json(aicPerf)},
  {key: 'planner', label: 'Planner', read: scenario => (plannerOf(scenario) === null ? 'off' : 'on')},
  ...PLANNER_FIELDS.map(({key, label}) => ({
    key: `planner.${key}`,
    label,
    read: (scenario: Scenario) => {
      const planner = plannerOf(scenario)
      return planner === null ? null : text(planner[key])
    },
  })),
  {key: 'planner-phase', label: 'Planner phase', read: scenario => phase(scenario)},
  {
    key: 'objective',
    label: 'Objective',
    read: ({objective}) => (objective === undefined ? 'none' : formatObjective(objective)),
  },
  {key: 'granularity', label: 'Benchmark granularity', read: scenario => text(scenario.benchmarkGranularity)},
  {key: 'seed', label: 'Seed', read: scenario => text(scenario.seed)},
]

/** Settings that differ between the scenarios, in the order of the form; none for equal ones. */
export function configDifferences(scenarios: readonly Scenario[]): readonly ConfigDifference[] {
  return SETTINGS.map(({key, label, read}) => ({key, label, values: scenarios.map(read)})).filter(
    ({values}) => new Set(values.filter(value => value !== null)).size > 1,
  )
}

function perPool(read: (pool: PoolSpec) => Value): (scenario: Scenario) => string {
  return ({fleet}) => {
    const values = poolsOf(fleet).map(([name, pool]) => [name, text(read(pool))] as const)
    const isOne = new Set(values.map(([, value]) => value)).size === 1
    return isOne ? values[0]![1] : values.map(([name, value]) => `${name} ${value}`).join(', ')
  }
}

function phase(scenario: Scenario): string | null {
  return plannerOf(scenario) === null ? null : text(phaseShiftOf(scenario))
}

/** Options that come as a whole, or not at all. */
function json(value: object | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value)
}

function text(value: Value): string {
  return value === null || value === undefined || value === '' ? 'none' : String(value)
}
