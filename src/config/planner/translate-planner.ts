import {assert} from '../../core/assert.ts'
import type {Result} from '../../core/result.ts'
import {quoted} from '../field.ts'
import type {Release} from '../release.ts'
import type {DynamoScaling, PlannerConfig} from '../scenario.ts'
import {defaultPlannerConfig, parsePlannerConfig, SETTINGS_OF_1_6} from './planner-config.ts'
import {parsePlannerConfig16} from './planner-config-1.6.ts'
import {PLANNER_FIELDS} from './planner-fields.ts'
import {defaultPlannerConfig16, PLANNER_FIELDS_16} from './planner-fields-1.6.ts'
import type {PlannerConfig16} from './planner-shape-1.6.ts'
import {plannerValues16} from './planner-values-1.6.ts'

export interface TranslatedPlanner {
  readonly scaling: DynamoScaling
  /** A sentence for every key that has no counterpart or means something else there. */
  readonly notes: readonly string[]
}

/**
 * Dynamo's planner with the config that another release would be given to do the same. What that release refuses gives
 * way to its default, and is told.
 * @param gpusPerReplica of the widest pool: 1.2.1's budgets count replicas, 1.6.1's count GPUs
 */
export function translatePlanner(
  scaling: DynamoScaling,
  to: Release,
  gpusPerReplica: number,
): TranslatedPlanner {
  if (scaling.release === to) return {scaling, notes: []}
  const {phaseShiftS} = scaling
  const phase = phaseShiftS === undefined ? {} : {phaseShiftS}
  if (scaling.release === '1.2.1') {
    const {config, notes} = toRelease16(scaling.config, gpusPerReplica)
    return {scaling: {policy: 'dynamo', release: '1.6.1', config, ...phase}, notes}
  }
  const {config, notes} = toRelease12(scaling.config, gpusPerReplica)
  return {scaling: {policy: 'dynamo', release: '1.2.1', config, ...phase}, notes}
}

interface Translation<C> {
  readonly config: C
  readonly notes: readonly string[]
}

function toRelease16(
  {load_metric_samples, ...same}: PlannerConfig,
  gpusPerReplica: number,
): Translation<PlannerConfig16> {
  const notes: string[] = []
  if (load_metric_samples !== defaultPlannerConfig.load_metric_samples)
    notes.push('planner.load_metric_samples has no counterpart in 1.6.1 and is left out.')
  const given = {...same, ...budgetsTimes(same, gpusPerReplica, 'GPUs', notes)}
  return settled(given, value => parsePlannerConfig16(value), {
    known: new Set(PLANNER_FIELDS_16.map(({key}) => key)),
    release: '1.6.1',
    notes,
  })
}

const OF_1_6_ALONE = [
  ...SETTINGS_OF_1_6,
  'load_predictor_warmup_trace',
  'scale_interval_seconds',
] as const satisfies readonly (keyof PlannerConfig16)[]

function toRelease12(config: PlannerConfig16, gpusPerReplica: number): Translation<PlannerConfig> {
  const notes: string[] = []
  const values = plannerValues16(config)
  const given: Record<string, unknown> = {...values}
  for (const key of OF_1_6_ALONE) {
    const usual = key === 'scale_interval_seconds' ? null : defaultPlannerConfig16[key]
    if (values[key] !== usual) notes.push(`planner.${key} has no counterpart in 1.2.1 and is left out.`)
    delete given[key]
  }
  if (given.optimization_target === 'load') {
    given.optimization_target = 'throughput'
    notes.push("planner.optimization_target 'load' has no counterpart in 1.2.1: it is 'throughput' now.")
  }
  Object.assign(given, budgetsTimes(config, 1 / gpusPerReplica, 'replicas', notes))
  return settled(given, parsePlannerConfig, {
    known: new Set(PLANNER_FIELDS.map(({key}) => key)),
    release: '1.2.1',
    notes,
  })
}

const BUDGETS = ['max_gpu_budget', 'min_gpu_budget'] as const

/** The same fleets within the budgets of the other release. */
function budgetsTimes(
  config: Pick<PlannerConfig, (typeof BUDGETS)[number]>,
  factor: number,
  what: 'GPUs' | 'replicas',
  notes: string[],
): Partial<Record<(typeof BUDGETS)[number], number>> {
  const changed: Partial<Record<(typeof BUDGETS)[number], number>> = {}
  for (const key of BUDGETS) {
    const budget = config[key]
    const translated = Math.floor(budget * factor)
    if (budget < 0 || translated === budget) continue
    changed[key] = translated
    notes.push(`planner.${key} counts ${what} there: ${budget} becomes ${translated}.`)
  }
  return changed
}

interface Settling {
  readonly known: ReadonlySet<string>
  readonly release: Release
  readonly notes: string[]
}

/** Reads a config, giving up the key each refusal names until the rest is accepted. */
function settled<C>(
  given: Readonly<Record<string, unknown>>,
  parse: (value: unknown) => Result<{readonly config: C}>,
  {known, release, notes}: Settling,
): Translation<C> {
  const fields = Object.fromEntries(Object.entries(given).filter(([key]) => known.has(key)))
  for (;;) {
    const parsed = parse(fields)
    if (parsed.ok) return {config: parsed.value.config, notes}
    const named = (parsed.error.field ?? '').replace(/^planner\./, '')
    const culprit = named in fields ? named : Object.keys(fields).at(-1)
    assert(culprit !== undefined, parsed.error.message)
    notes.push(
      `planner.${culprit} ${quoted(fields[culprit])} is refused by ${release} and left to its default.`,
    )
    delete fields[culprit]
  }
}
