import type {Scenario} from '../../../config/scenario.ts'
import {tellSketchedPoints} from '../../../run/streamable.ts'

interface Planned {
  readonly points: readonly {readonly scenario: Scenario}[]
}

/** What to say of the percentiles of a sweep in the form, before it is run. */
export function tellSketched(plan: Planned | null): readonly string[] {
  return tellSketchedPoints((plan?.points ?? []).map(({scenario}) => scenario))
}
