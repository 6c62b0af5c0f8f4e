import type {Scenario} from '../../../config/scenario.ts'
import {ok, type Result} from '../../../core/result.ts'
import {findReadySpace, readySpaceFor} from '../../../search/ready-spaces.ts'
import {describeSpace, parseSpaceText, type SearchSpace} from '../../../search/space.ts'
import {writtenText} from '../scenario/written-text.svelte.ts'
import type {SearchSpec} from './spec.ts'

/** The space that a search goes through; an error where its text is none. */
export function spaceOf({space}: SearchSpec, scenario: Scenario): Result<SearchSpace> {
  if (space.trim() === '') return ok(readySpaceFor(scenario).space(scenario))
  const ready = findReadySpace(space.trim())
  return ready === null ? parseSpaceText(space, writtenText.value) : ok(ready.space(scenario))
}

/** A space as text to edit, one knob to a line. */
export function textOfSpace(space: SearchSpace): string {
  return Object.entries(describeSpace(space))
    .map(([knob, values]) => `${knob}: ${JSON.stringify(values).replaceAll(',', ', ')}`)
    .join('\n')
}
