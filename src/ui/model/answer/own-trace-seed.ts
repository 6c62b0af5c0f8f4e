import type {Scenario} from '../../../config/scenario.ts'
import {recipeOf} from '../../../trace/generators/trace-recipes.ts'

/** Seed the trace was made with; null = it is a recording. */
export function ownTraceSeed({trace}: Scenario): number | null {
  return trace.kind === 'catalogue' ? (recipeOf(trace.id)?.spec.seed ?? null) : null
}
