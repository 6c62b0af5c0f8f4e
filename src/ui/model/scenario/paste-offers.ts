import {FIRST_RELEASE, type Release} from '../../../config/release.ts'
import {releaseOf} from '../../../config/releases/release-forms.ts'
import {withRelease} from '../../../config/releases/with-release.ts'
import {plannerOf, type Scenario} from '../../../config/scenario.ts'
import type {PasteOffer} from './pasted.ts'

const LATER: Release = '1.6.1'

/**
 * What a command line of the reference leaves open: the release it was written for, told by the form of its engine args,
 * and what times the engine, which is the reference's own affair.
 */
export function offersFor(scenario: Scenario): PasteOffer[] {
  if (releaseOf(scenario) !== FIRST_RELEASE) return []
  const offers: PasteOffer[] = []
  if (plannerOf(scenario) !== null && scenario.engineTiming === 'aic')
    offers.push({
      label: 'Use its own timing',
      why:
        `ai-dynamo ${FIRST_RELEASE} times the engine of a planner run by its polynomial, whatever GPU is named; the form ` +
        'has the tables of the GPU (aic), which give other figures.',
      scenario: {...scenario, engineTiming: 'polynomial'},
    })
  offers.push({
    label: `Use ${LATER}`,
    why: `Read as it was written, for ${FIRST_RELEASE}: ${LATER} has another form of engine args.`,
    scenario: withRelease(scenario, LATER).scenario,
  })
  return offers
}
