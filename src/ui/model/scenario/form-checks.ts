import {checkScenario} from '../../../config/checks/scenario-rules.ts'
import type {ObjectiveParts} from '../../../config/objective.ts'
import type {Scenario} from '../../../config/scenario.ts'
import type {Problem} from '../../../core/result.ts'
import type {Values} from '../../kit/form/draft.ts'
import {type FormPart, formFieldOf} from './form-parts.ts'

export type PartValues = Record<FormPart, Values>

export function objectiveParts({objective: {ttft_ms, itl_ms, share}}: PartValues): ObjectiveParts {
  return {ttftMs: ttft_ms as number | null, itlMs: itl_ms as number | null, share: share as number}
}

/** The flag's messages and fields, as they stand in the form. */
export function ofRouter({message, field = ''}: Problem): Problem {
  return {message: message.replace('--router-config: ', ''), field: field.replace('routerConfig.', '')}
}

/** What does not fit together, at the field it is mended at. */
export function checkWhole(scenario: Scenario): {readonly field: string; readonly message: string} | null {
  const checked = checkScenario(scenario)
  if (checked.ok) return null
  const field = formFieldOf(checked.error.field ?? '', scenario.fleet.topology)
  return field === null ? null : {field, message: checked.error.message}
}
