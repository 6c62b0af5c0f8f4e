import {plannerOf, type Scenario} from '../../../config/scenario.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {MAX_POINTS, type SweepAxis} from '../../../sweep/axis.ts'
import {expandGrid} from '../../../sweep/grid.ts'
import {type PointFacts, pointFacts} from '../../../sweep/points.ts'
import {recipeOf} from '../../../trace/generators/trace-recipes.ts'
import type {PointRequest} from '../../../worker/protocol.ts'
import {axesOf, type SweepSpec} from './spec.ts'

/** What every point of a sweep starts from, read once. */
export interface SweepBase {
  readonly scenario: Scenario
  /** Of the trace file, whatever seed it is made anew with. */
  readonly traceSha256: string
  readonly traceBlob: Blob | null
  readonly profile: PointRequest['profile']
  readonly profileSha256: string | null
}

export interface PlannedPoint extends PointRequest {
  readonly facts: PointFacts
}

/** A sweep with every point checked, before the first run. */
export interface SweepPlan {
  readonly spec: SweepSpec
  readonly axes: readonly SweepAxis[]
  readonly base: SweepBase
  readonly points: readonly PlannedPoint[]
}

/** Work between two turns of the page's event loop. */
const SLICE_MS = 10

/**
 * Expands a sweep a value at a time, because thousands of checked and hashed scenarios take longer than a page may be
 * kept waiting.
 */
export async function planSweep(
  spec: SweepSpec,
  base: SweepBase,
  signal: AbortSignal,
): Promise<Result<SweepPlan>> {
  const axes = axesOf(spec)
  if (!axes.ok) return axes
  const {repeats} = spec
  if (repeats.of === 'phase' && repeats.count > 1 && plannerOf(base.scenario) === null)
    return fail("Repeats shift the planner's phase, and this scenario has no planner")
  const [first, ...others] = axes.value as [SweepAxis, ...SweepAxis[]]
  const count = axes.value.reduce((product, {values}) => product * values.length, repeats.count)
  if (count > MAX_POINTS) return fail(`The sweep has ${count} points, more than ${MAX_POINTS}`)

  const points: PlannedPoint[] = []
  let sliceStartMs = performance.now()
  for (const value of first.values) {
    const grid = expandGrid({
      axes: [{...first, values: [value]}, ...others],
      base: base.scenario,
      repeats,
      ownTraceSeed: ownTraceSeed(base.scenario),
    })
    if (!grid.ok) return grid
    for (const point of grid.value) {
      const facts = pointFacts(point, axes.value, base)
      const {scenario} = point
      const {traceBlob, profile} = base
      points.push({facts, scenario, traceBlob, profile})
      if (performance.now() - sliceStartMs < SLICE_MS) continue
      await new Promise(resolve => setTimeout(resolve))
      signal.throwIfAborted()
      sliceStartMs = performance.now()
    }
  }
  return ok({spec, axes: axes.value, base, points})
}

/** null = the trace cannot be made anew, or none is replayed. */
function ownTraceSeed({trace, synthetic}: Scenario): number | null {
  if (trace.kind !== 'catalogue' || synthetic !== undefined) return null
  return recipeOf(trace.id)?.spec.seed ?? null
}
