import type {ScalingEvent} from '../../scaling/record.ts'
import {missedBetween, type RunFacts} from './run-facts.ts'

/** A scaling event in whole seconds of simulated time, with its direction. */
export interface Step {
  readonly atS: number
  readonly component: ScalingEvent['component']
  readonly from: number
  readonly to: number
  readonly isUp: boolean
}

export function stepsOf({scaling}: RunFacts): readonly Step[] {
  return (scaling?.scalingEvents ?? []).map(({at_s, component, from_count, to_count}) => ({
    atS: at_s,
    component,
    from: from_count,
    to: to_count,
    isUp: to_count > from_count,
  }))
}

/** Steps of one pool, each with the next of the same pool. */
export function pairsOf(steps: readonly Step[]): readonly (readonly [Step, Step])[] {
  return steps.flatMap((step, i) => {
    const next = steps.slice(i + 1).find(other => other.component === step.component)
    return next === undefined ? [] : [[step, next] as const]
  })
}

/** Share of the requests that arrived in `[fromS, toS)` and missed the objective; null where none arrived. */
export function missedShare(facts: RunFacts, fromS: number, toS: number): number | null {
  const {arrived, missed} = missedBetween(facts, fromS, toS)
  return arrived === 0 ? null : missed / arrived
}
