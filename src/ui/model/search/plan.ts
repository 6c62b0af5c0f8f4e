import type {Scenario} from '../../../config/scenario.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {searchObjective} from '../../../search/candidates.ts'
import {describeSpace, sizeOf} from '../../../search/space.ts'
import {findWindows} from '../../../search/windows.ts'
import {NO_RECIPE, NO_SEED, seedOfTraffic} from '../../../trace/generators/trace-recipes.ts'
import type {SearchBase, SearchPlan} from './planned-run.ts'
import {spaceOf} from './space-of-spec.ts'
import type {SearchSpec} from './spec.ts'

/** As on the command line: a candidate goes through so many phases before it is recommended. */
const PHASES = 5

export function planSearch(spec: SearchSpec, base: SearchBase): Result<SearchPlan> {
  const {scenario, arrivals, prices} = base
  const objective = searchObjective(scenario, null)
  if (!objective.ok) return objective
  const space = spaceOf(spec, scenario)
  if (!space.ok) return space
  const firstSeed = spec.generatesAnew ? seedOfTraffic(scenario) : null
  if (spec.generatesAnew && firstSeed === null)
    return fail(
      `The trace cannot be generated anew: ${scenario.synthetic === undefined ? NO_RECIPE : NO_SEED}.`,
    )
  return ok({
    base,
    size: sizeOf(space.value),
    timeLimitS: spec.timeLimitS,
    problem: {
      base: scenario,
      objective: objective.value,
      space: describeSpace(space.value),
      budget: spec.budget,
      phases: PHASES,
      ...(firstSeed === null ? {} : {firstSeed}),
      seed: scenario.seed,
      windows: arrivals === null ? [] : findWindows(scenario, arrivals),
      prices,
      ...(spec.mostCost === null ? {} : {mostCost: spec.mostCost}),
    },
  })
}

/** Whether the trace can be generated anew for each run of a setting. */
export function canGenerateAnew(scenario: Scenario): boolean {
  return seedOfTraffic(scenario) !== null
}
