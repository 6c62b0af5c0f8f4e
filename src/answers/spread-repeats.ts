import type {Scenario} from '../config/scenario.ts'
import {type RepeatKind, repeatsOf} from '../sweep/repeats.ts'

/** Runs over which a result is told, the asked one being the first. */
export const SPREAD_RUNS = 5

/** The seed of the generator where nobody says. */
const FIRST_ARRIVAL_SEED = 42

export interface SpreadRepeats {
  readonly of: RepeatKind
  /** Without the asked run; none where nothing varies. */
  readonly repeats: readonly Scenario[]
}

/**
 * The same run as luck would have it otherwise: at other phases of the policy; without one that looks at moments of its own, over
 * traffic generated with other seeds, where it is generated. A fixed fleet on recorded traffic comes out the same whenever it is run.
 * @param ownTraceSeed seed the trace was made with; null = it cannot be made anew
 */
export function spreadRepeatsOf(
  scenario: Scenario,
  ownTraceSeed: number | null,
  count = SPREAD_RUNS,
): SpreadRepeats {
  const [, ...phases] = repeatsOf(scenario, {of: 'phase', count}, null)
  if (phases.length > 0) return {of: 'phase', repeats: phases}
  return {of: 'seed', repeats: generatedAgain(scenario, ownTraceSeed, count)}
}

function generatedAgain(scenario: Scenario, ownTraceSeed: number | null, count: number): readonly Scenario[] {
  const {synthetic} = scenario
  if (synthetic !== undefined) {
    // Evenly spaced requests of equal length do not depend on a seed.
    if (synthetic.request_rate === undefined) return []
    const first = synthetic.arrival_seed ?? FIRST_ARRIVAL_SEED
    return Array.from({length: count - 1}, (_, i) => ({
      ...scenario,
      synthetic: {...synthetic, arrival_seed: first + i + 1},
    }))
  }
  if (ownTraceSeed === null) return []
  const [, ...seeds] = repeatsOf(scenario, {of: 'seed', count}, ownTraceSeed)
  return seeds
}
