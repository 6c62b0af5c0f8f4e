import {assembleScenario} from '../../../config/assemble-scenario.ts'
import {defaultScenario} from '../../../config/presets.ts'
import type {Release} from '../../../config/release.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {SCENARIO_FIELDS} from '../../../config/scenario-fields.ts'
import {readingOf, type TraceReading} from '../../../config/trace-reading.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import type {Values} from '../../kit/form/draft.ts'

/** What the form says; the problem's `field` is the form's. */
export function traceReadingOf(values: Values, release: Release): Result<TraceReading> {
  const {scenario, refused} = assembleScenario(
    {...defaultScenario(), release},
    values as Parameters<typeof assembleScenario>[1],
  )
  const [first] = refused
  return first === undefined ? ok(readingOf(scenario)) : fail(first.problem.message, first.field.key)
}

/** Takes the traffic from one scenario over into another: the trace and how it is read, or what is generated. */
export function withTraceOf(scenario: Scenario, from: Scenario): Scenario {
  const {synthetic: _, ...rest} = scenario
  const {trace, synthetic} = from
  const reading = SCENARIO_FIELDS.filter(({group}) => group === 'trace').map(({key, read}) => [
    key,
    read(from),
  ])
  const parts = {...rest, trace, ...(synthetic === undefined ? {} : {synthetic})}
  return assembleScenario(parts, Object.fromEntries(reading)).scenario
}
