import {plannerOf, type Scenario} from '../config/scenario.ts'
import {type RepeatKind, repeatsOf} from '../sweep/repeats.ts'
import {SPREAD_RUNS, spreadRepeatsOf} from './spread-repeats.ts'

export interface ComparedRepeats {
  readonly of: RepeatKind
  /** By scenario, the asked run first; one run alone where nothing varies in it. */
  readonly runs: readonly (readonly Scenario[])[]
}

/**
 * The repeats of runs that are compared: of all of them alike, so that they make pairs.
 * @param seedOf seed a scenario's trace was made with; null = it cannot be made anew
 */
export function comparedRepeats(
  scenarios: readonly Scenario[],
  seedOf: (scenario: Scenario) => number | null,
): ComparedRepeats {
  if (scenarios.some(scenario => plannerOf(scenario) !== null)) {
    const phases = {of: 'phase', count: SPREAD_RUNS} as const
    return {of: 'phase', runs: scenarios.map(scenario => repeatsOf(scenario, phases, null))}
  }
  return {
    of: 'seed',
    runs: scenarios.map(scenario => [scenario, ...spreadRepeatsOf(scenario, seedOf(scenario)).repeats]),
  }
}
