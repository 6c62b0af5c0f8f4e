import type {Scenario} from '../config/scenario.ts'
import type {SweepAxis} from './axis.ts'
import {isStartupAxis} from './observations.ts'
import {isFinished, type SweepRow} from './points.ts'

/**
 * Told before the first run: that no point can feel a knob, without a stop; null where each may matter to one of them.
 * @param scenarios those of all points
 */
export function tellIdleKnob(axes: readonly SweepAxis[], scenarios: readonly Scenario[]): string | null {
  const startup = axes.find(axis => isStartupAxis(axis) || axis.key.path === 'drain_limit')
  if (startup === undefined || scenarios.some(({scaling}) => scaling.policy !== 'fixed')) return null
  return `${startup.key.name} changes nothing in a fleet that nobody scales`
}

/**
 * Told after the last run: that all points of the grid came out alike, by their digests, so that the knobs change nothing; null where a
 * point is missing, failed or differs.
 * @param planned points of the grid, repeats not counted
 */
export function tellSameResults(
  axes: readonly SweepAxis[],
  {rows, planned}: {readonly rows: readonly SweepRow[]; readonly planned: number},
): string | null {
  const digests = rows
    .filter(isFinished)
    .filter(({repeat}) => repeat === 0)
    .map(({digest}) => digest)
  if (planned < 2 || digests.length < planned || new Set(digests).size > 1) return null
  const names = axes.map(({key}) => key.name)
  return `All points came out the same to the last bit: under this scenario ${names.join(' and ')} ${names.length === 1 ? 'changes' : 'change'} nothing.`
}
