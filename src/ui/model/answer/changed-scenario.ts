import type {Scenario} from '../../../config/scenario.ts'
import type {Remedy} from '../../../report/findings/finding.ts'

/** The scenario with a change of some of its knobs; null where they do not fit it or change nothing. */
export async function changedScenario(scenario: Scenario, change: Remedy): Promise<Scenario | null> {
  const {applyRemedy} = await import('../../../answers/try-cures.ts')
  return applyRemedy(scenario, change)
}
