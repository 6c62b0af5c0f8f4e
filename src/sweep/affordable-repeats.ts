import {plannerOf} from '../config/scenario.ts'
import type {SweepAxis} from './axis.ts'
import type {GridPoint} from './grid.ts'
import {NO_REPEATS, type Repeats} from './repeats.ts'

export interface RepeatsQuestion {
  readonly axes: readonly SweepAxis[]
  /** Of the grid without repeats. */
  readonly points: readonly GridPoint[]
  /** Requests of one run; null = not known. */
  readonly requests: number | null
  /** Seed the base's trace was made with; null = nobody here can make it anew. */
  readonly ownTraceSeed: number | null
}

/**
 * Requests that a sweep replays without asking: about two minutes of a machine with two cores. It is a number of requests
 * and no time, so that the same link asks for the same runs everywhere.
 */
const AFFORDABLE_REQUESTS = 2_500_000

/** As many repeats as are affordable, of what varies by luck; one run per point where nothing does or it is too much. */
export function affordableRepeats(question: RepeatsQuestion): Repeats {
  const {axes, points, requests, ownTraceSeed} = question
  if (requests === null) return NO_REPEATS
  const isVaried = (path: string) => axes.some(({key}) => key.path === path)
  const planned = points.filter(({scenario}) => plannerOf(scenario) !== null).length
  const hasPhases = planned > 0 && !isVaried('planner_phase')
  const hasSeeds = ownTraceSeed !== null && !isVaried('trace_seed')
  if (!hasPhases && !hasSeeds) return NO_REPEATS
  const of = hasPhases ? 'phase' : 'seed'
  const varying = hasPhases ? planned : points.length
  const isAffordable = (count: number) =>
    (points.length + varying * (count - 1)) * requests <= AFFORDABLE_REQUESTS
  const count = [5, 3].find(isAffordable)
  return count === undefined ? NO_REPEATS : {of, count}
}
