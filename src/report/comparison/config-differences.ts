import type {Field} from '../../config/field.ts'
import {POOL_FIELDS} from '../../config/pool-fields.ts'
import {formsOf, releaseOf} from '../../config/releases/release-forms.ts'
import {isOtherPolicy} from '../../config/scaling/parse-scaling.ts'
import {hasPhase, type PoolSpec, plannerOf, poolsOf, type Scenario} from '../../config/scenario.ts'
import type {ScenarioField} from '../../config/scenario-field.ts'
import {SCENARIO_FIELDS} from '../../config/scenario-fields.ts'

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

const OLDER = formsOf('1.2.1')
const NEWER = formsOf('1.6.1')

/** The fields of both releases, each once. */
function ofBoth<F extends Field>(older: readonly F[], newer: readonly F[]): readonly F[] {
  return [...older, ...newer.filter(({key}) => !older.some(field => field.key === key))]
}

const ENGINE_FIELDS = ofBoth(OLDER.engineFields, NEWER.engineFields)
const SGLANG_FIELDS = ofBoth(OLDER.sglangFields, NEWER.sglangFields)
const PLANNER_FIELDS = ofBoth(OLDER.plannerFields, NEWER.plannerFields)

/** A field that the scenario's release does not know has no value there. */
function engineValue(key: string) {
  return (pool: PoolSpec, scenario: Scenario): Value => {
    const {engineTiming} = scenario
    const {timing = engineTiming} = pool.args
    if (key === 'timing') return timing
    const values = formsOf(releaseOf(scenario)).engineValues(pool.args, engineTiming)
    if (key === 'num_gpu_blocks' && values[key] === null) return 'by GPU memory'
    return values[key]
  }
}

function plannerValue(key: string) {
  return (scenario: Scenario): string | null => {
    const {scaling} = scenario
    if (scaling.policy !== 'dynamo') return null
    const {plannerFields, plannerValues} = formsOf(scaling.release)
    if (!plannerFields.some(field => field.key === key)) return null
    return text(plannerValues(scaling.config)[key])
  }
}

/** Pools are compared as one where both of a disaggregated fleet agree, so that agg and disagg differ in little. */
const SETTINGS: readonly Setting[] = [
  {key: 'trace', label: 'Trace', read: ({trace}) => (trace.kind === 'file' ? trace.name : trace.id)},
  ...ownSettings('trace'),
  {key: 'traffic', label: 'Generated traffic', read: ({synthetic}) => json(synthetic)},
  ...ownSettings('traffic'),
  {key: 'topology', label: 'Topology', read: scenario => scenario.fleet.topology},
  ...POOL_FIELDS.map(({links, label, read}) => ({key: links.agg, label, read: perPool(read)})),
  {key: 'worker_type', label: 'Worker type', read: perPool(pool => pool.args.worker_type)},
  ...ENGINE_FIELDS.map(({key, label}) => ({key, label, read: perPool(engineValue(key))})),
  ...SGLANG_FIELDS.map(({key, label}) => ({
    key: `sglang.${key}`,
    label,
    read: perPool(engineValue(`sglang.${key}`)),
  })),
  ...ownSettings('fleet'),
  {key: 'router-config', label: 'Router options', read: ({routerConfig}) => json(routerConfig)},
  {key: 'router-estimate', label: 'Router estimate', read: ({aicPerf}) => json(aicPerf)},
  {key: 'planner', label: 'Planner', read: scenario => (plannerOf(scenario) === null ? 'off' : 'on')},
  ...PLANNER_FIELDS.map(({key, label}) => ({key: `planner.${key}`, label, read: plannerValue(key)})),
  {key: 'policy', label: 'Policy', read: ({scaling}) => (isOtherPolicy(scaling) ? scaling.policy : 'none')},
  {
    key: 'policy-config',
    label: 'Policy settings',
    read: ({scaling}) => json(isOtherPolicy(scaling) ? scaling.config : undefined),
  },
  ...ownSettings('scaling'),
]

/** Settings that differ between the scenarios, in the order of the form; none for equal ones. */
export function configDifferences(scenarios: readonly Scenario[]): readonly ConfigDifference[] {
  return SETTINGS.map(({key, label, read}) => ({key, label, values: scenarios.map(read)})).filter(
    ({values}) => new Set(values.filter(value => value !== null)).size > 1,
  )
}

function perPool(read: (pool: PoolSpec, scenario: Scenario) => Value): (scenario: Scenario) => string {
  return scenario => {
    const values = poolsOf(scenario.fleet).map(([name, pool]) => [name, text(read(pool, scenario))] as const)
    const isOne = new Set(values.map(([, value]) => value)).size === 1
    return isOne ? values[0]![1] : values.map(([name, value]) => `${name} ${value}`).join(', ')
  }
}

/** The scenario's own fields that links name after a section; one that does nothing here has no value. */
function ownSettings(section: ScenarioField['linkAfter']): readonly Setting[] {
  return SCENARIO_FIELDS.filter(({linkAfter}) => linkAfter === section).map(({link, label, needs, read}) => ({
    key: link,
    label,
    read: scenario => (needs === 'planner' && !hasPhase(scenario.scaling) ? null : text(read(scenario))),
  }))
}

/** Options that come as a whole, or not at all. */
function json(value: object | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value)
}

function text(value: Value): string {
  return value === null || value === undefined || value === '' ? 'none' : String(value)
}
