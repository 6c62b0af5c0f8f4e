import type {Scenario} from '../../../config/scenario.ts'
import {isEqual} from '../../../core/is-equal.ts'
import {ok, type Result} from '../../../core/result.ts'
import {findReadySpace, READY_SPACES, type ReadySpace, readySpaceFor} from '../../../search/ready-spaces.ts'
import {describeSpace, parseSpaceText, type SearchSpace} from '../../../search/space.ts'
import {writtenText} from '../scenario/written-text.svelte.ts'
import type {SearchSpec} from './spec.ts'

/** The space that a search goes through; an error where its text is none. */
export function spaceOf({space}: SearchSpec, scenario: Scenario): Result<SearchSpace> {
  if (space.trim() === '') return ok(readySpaceFor(scenario).space(scenario))
  const ready = findReadySpace(space.trim())
  return ready === null ? parseSpaceText(space, writtenText.value) : ok(ready.space(scenario))
}

/** The ready-made space that a typed one is, as a spec names it; null where it is one's own. */
export function readySpaceOf({space}: SearchSpec, scenario: Scenario): string | null {
  const typed = space.trim()
  if (typed === '' || findReadySpace(typed) !== null) return null
  const own = parseSpaceText(typed, writtenText.value)
  if (!own.ok) return null
  const isOwn = (ready: ReadySpace) => isEqual(describeSpace(ready.space(scenario)), describeSpace(own.value))
  const usual = readySpaceFor(scenario)
  if (isOwn(usual)) return ''
  return READY_SPACES.find(ready => ready.suits(scenario) && isOwn(ready))?.id ?? null
}

/** A space as text to edit, one knob to a line. */
export function textOfSpace(space: SearchSpace): string {
  return Object.entries(describeSpace(space))
    .map(([knob, values]) => `${knob}: ${JSON.stringify(values).replaceAll(',', ', ')}`)
    .join('\n')
}
