import {type FieldValue, formatFieldValue} from '../config/field-text.ts'
import type {Scenario} from '../config/scenario.ts'
import {checkScenario} from '../config/scenario-rules.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {MAX_POINTS, type SweepAxis} from './axis.ts'
import {applySweepValue} from './keys.ts'

/** One run of a sweep. */
export interface GridPoint {
  /** Readable, and unique in its grid; also a file name. */
  readonly id: string
  /** Position in the grid, the first axis outermost. */
  readonly index: number
  /** One value per axis. */
  readonly values: readonly FieldValue[]
  /** The planner's ticks begin this many seconds later than the reference's: repeats of a point differ in it. */
  readonly phaseShiftS: number
  readonly scenario: Scenario
}

export interface GridOptions {
  /** One or two; the second is drawn as series. */
  readonly axes: readonly SweepAxis[]
  readonly base: Scenario
  /** Phase shifts of the repeats of every planner run, in seconds; [0] = no repeats. */
  readonly phaseShiftsS?: readonly number[]
}

/**
 * Every point of the grid with its checked scenario, in the order results are listed. One value that the scenario
 * cannot take fails the whole grid: better before the first run than after the last.
 */
export function expandGrid({axes, base, phaseShiftsS = [0]}: GridOptions): Result<readonly GridPoint[]> {
  const problem = checkAxes(axes, phaseShiftsS)
  if (problem !== null) return fail(problem)
  const points: GridPoint[] = []
  for (const values of combinations(axes)) {
    const scenario = applyValues(base, axes, values)
    if (!scenario.ok) return scenario
    const checked = checkScenario(scenario.value)
    if (!checked.ok) return fail(`${pointId(axes, values, 0)}: ${checked.error.message}`, checked.error.field)
    for (const phaseShiftS of scenario.value.planner === null ? [0] : phaseShiftsS) {
      const id = pointId(axes, values, phaseShiftS)
      points.push({id, index: points.length, values, phaseShiftS, scenario: scenario.value})
    }
  }
  return ok(points)
}

function checkAxes(axes: readonly SweepAxis[], phaseShiftsS: readonly number[]): string | null {
  if (axes.length < 1 || axes.length > 2) return `a sweep varies one or two knobs, got ${axes.length}`
  const [first, second] = axes
  if (second !== undefined && first?.key.path === second.key.path) return `${second.key.name} is varied twice`
  const count = axes.reduce((product, axis) => product * axis.values.length, phaseShiftsS.length)
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

/** `startup_time=10`, `tp=2,aic_system=h200_sxm`, `startup_time=10@2.5s` for a repeat. */
function pointId(axes: readonly SweepAxis[], values: readonly FieldValue[], phaseShiftS: number): string {
  const parts = axes.map(
    ({key}, i) => `${key.name}=${fileSafe(formatFieldValue(key.field, values[i] ?? null))}`,
  )
  return parts.join(',') + (phaseShiftS === 0 ? '' : `@${phaseShiftS}s`)
}

/** Injective, so that two values never share a file; letters, digits, dots and dashes stay readable. */
function fileSafe(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
