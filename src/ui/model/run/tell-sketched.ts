import type {Scenario} from '../../../config/scenario.ts'
import {tellSketchedPoints} from '../../../run/streamable.ts'
import type {TraceInfo} from '../../../worker/protocol.ts'

interface Planned {
  readonly points: readonly {readonly scenario: Scenario}[]
}

/** What to say of the percentiles of a sweep in the form, before it is run. */
export function tellSketched(plan: Planned | null, info: TraceInfo | null): readonly string[] {
  const points = (plan?.points ?? []).map(({scenario}) => scenario)
  return tellSketchedPoints(points, info?.streamed ?? null)
}
