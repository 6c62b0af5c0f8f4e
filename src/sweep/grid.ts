import {checkScenario} from '../config/checks/scenario-rules.ts'
import {type FieldValue, formatFieldValue} from '../config/field-text.ts'
import {objectiveOf} from '../config/objective.ts'
import {phaseShiftOf, type Scenario, sampleOrderSeedOf} from '../config/scenario.ts'
import {isEqual} from '../core/is-equal.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {NO_RECIPE} from '../trace/generators/trace-recipes.ts'
import {MAX_POINTS, type SweepAxis} from './axis.ts'
import {applySweepValue} from './keys.ts'
import {NO_REPEATS, type RepeatKind, type Repeats, repeatsOf} from './repeats.ts'

/** One run of a sweep. */
export interface GridPoint {
  /** Readable, and unique in its grid; also a file name. */
  readonly id: string
  /** Position in the grid, the first axis outermost. */
  readonly index: number
  /** One value per axis. */
  readonly values: readonly FieldValue[]
  /** Which repeat of its values it is, from 0. */
  readonly repeat: number
  readonly scenario: Scenario
}

export interface GridOptions {
  /** One or two; the second is drawn as series. */
  readonly axes: readonly SweepAxis[]
  readonly base: Scenario
  readonly repeats?: Repeats
  /** Seed the base's trace was made with; null = nobody here can make it anew. */
  readonly ownTraceSeed?: number | null
}

/**
 * Every point of the grid with its checked scenario, in the order results are listed. One value that the scenario
 * cannot take fails the whole grid: better before the first run than after the last.
 */
export function expandGrid(options: GridOptions): Result<readonly GridPoint[]> {
  const {axes, base, repeats = NO_REPEATS, ownTraceSeed = null} = options
  const problem = checkAxes(axes, repeats) ?? checkTraceSeeds(options)
  if (problem !== null) return fail(problem)
  const points: GridPoint[] = []
  for (const values of combinations(axes)) {
    const scenario = applyValues(base, axes, values)
    if (!scenario.ok) return scenario
    const valuesId = idOfValues(axes, values)
    const judged = withObjectiveOf(base, scenario.value)
    const checked = checkScenario(judged)
    if (!checked.ok) return fail(`${valuesId}: ${checked.error.message}`, checked.error.field)
    for (const [repeat, own] of repeatsOf(judged, repeats, ownTraceSeed).entries()) {
      const id = repeat === 0 ? valuesId : `${valuesId}${idOfRepeat(own, repeats)}`
      points.push({id, index: points.length, values, repeat, scenario: own})
    }
  }
  return ok(points)
}

/**
 * All points are judged by what the base is judged by: a fixed fleet among planner runs, and a planner whose targets are
 * varied, would else have none or one of their own. An objective that is itself varied stays.
 */
function withObjectiveOf(base: Scenario, scenario: Scenario): Scenario {
  const objective = objectiveOf(base)
  const isOwn = scenario.objective !== undefined
  if (objective === null || isOwn || isEqual(objectiveOf(scenario), objective)) return scenario
  return {...scenario, objective}
}

/** Whether any point replays its trace made anew: then the host must know how. */
export function generatesTraces({axes, base, repeats = NO_REPEATS}: GridOptions): boolean {
  const isVaried = axes.some(({key}) => key.path === 'trace_seed')
  const isGiven = base.traceSeed !== undefined && base.synthetic === undefined
  return isVaried || isGiven || isOverSeeds(repeats)
}

function isOverSeeds({of, count}: Repeats): boolean {
  return of === 'seed' && count > 1
}

function checkTraceSeeds(options: GridOptions): string | null {
  if (!generatesTraces(options) || (options.ownTraceSeed ?? null) !== null) return null
  const asker = isOverSeeds(options.repeats ?? NO_REPEATS) ? 'repeats over seeds' : 'trace_seed'
  return `${asker}: ${options.base.synthetic === undefined ? NO_RECIPE : 'generated traffic has no seed'}`
}

const REPEATED_FIELD: Readonly<Record<RepeatKind, string>> = {
  phase: 'planner_phase',
  seed: 'trace_seed',
  order: 'sample_order_seed',
}

function checkAxes(axes: readonly SweepAxis[], repeats: Repeats): string | null {
  if (axes.length < 1 || axes.length > 2) return `a sweep varies one or two knobs, got ${axes.length}`
  const [first, second] = axes
  if (second !== undefined && first?.key.path === second.key.path) return `${second.key.name} is varied twice`
  const repeated = REPEATED_FIELD[repeats.of]
  if (repeats.count > 1 && axes.some(({key}) => key.path === repeated))
    return `${repeated} is varied already, so repeats cannot vary it too`
  const count = axes.reduce((product, axis) => product * axis.values.length, repeats.count)
  return count > MAX_POINTS ? `the sweep has ${count} points, more than ${MAX_POINTS}` : null
}

function combinations(axes: readonly SweepAxis[]): readonly (readonly FieldValue[])[] {
  return axes.reduce<readonly (readonly FieldValue[])[]>(
    (rows, axis) => rows.flatMap(row => axis.values.map(value => [...row, value])),
    [[]],
  )
}

/** Two knobs may only be valid together (the planner's intervals), so the second order is tried when one fails. */
function applyValues(
  base: Scenario,
  axes: readonly SweepAxis[],
  values: readonly FieldValue[],
): Result<Scenario> {
  const inOrder = applyInOrder(base, axes, values)
  if (inOrder.ok || axes.length < 2) return inOrder
  const reversed = applyInOrder(base, [...axes].reverse(), [...values].reverse())
  return reversed.ok ? reversed : inOrder
}

function applyInOrder(
  base: Scenario,
  axes: readonly SweepAxis[],
  values: readonly FieldValue[],
): Result<Scenario> {
  let scenario: Result<Scenario> = ok(base)
  for (const [i, axis] of axes.entries()) {
    if (!scenario.ok) return scenario
    scenario = applySweepValue(scenario.value, axis.key, values[i] ?? null)
  }
  return scenario
}

/** `startup_time=10`, `tp=2,aic_system=h200_sxm`. */
function idOfValues(axes: readonly SweepAxis[], values: readonly FieldValue[]): string {
  const parts = axes.map(
    ({key}, i) => `${key.name}=${fileSafe(formatFieldValue(key.field, values[i] ?? null))}`,
  )
  return parts.join(',')
}

/** `@2.5s`, `@seed7` or `@order1`, behind the values. */
function idOfRepeat(scenario: Scenario, {of}: Repeats): string {
  if (of === 'order') return `@order${sampleOrderSeedOf(scenario)}`
  return of === 'seed' ? `@seed${scenario.traceSeed}` : `@${phaseShiftOf(scenario)}s`
}

/** Injective, so that two values never share a file; letters, digits, dots and dashes stay readable. */
function fileSafe(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
