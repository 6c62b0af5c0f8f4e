import {releaseOf} from '../../../config/releases/release-forms.ts'
import {plannerOf} from '../../../config/scenario.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {affordableRepeats} from '../../../sweep/affordable-repeats.ts'
import {axesInWordsOf, MAX_POINTS, type SweepAxis} from '../../../sweep/axis.ts'
import {expandGrid, type GridPoint} from '../../../sweep/grid.ts'
import {type PointFacts, pointFacts} from '../../../sweep/points.ts'
import {NO_REPEATS, type Repeats} from '../../../sweep/repeats.ts'
import {type SizeKv, sizePoints} from '../../../sweep/size-points.ts'
import {ownTraceSeed} from '../../../trace/generators/trace-recipes.ts'
import type {PointRequest} from '../../../worker/protocol.ts'
import type {RunBase} from '../run/run-base.ts'
import {axesOf, type SettledSpec, type SweepSpec} from './spec.ts'

/** What every point of a sweep starts from, read once. */
export interface SweepBase extends RunBase {
  /** Of one run; null = not known. */
  readonly requests: number | null
}

export interface PlannedPoint extends PointRequest {
  readonly facts: PointFacts
}

/** A sweep with every point checked, before the first run. */
export interface SweepPlan {
  readonly spec: SettledSpec
  readonly axes: readonly SweepAxis[]
  readonly base: SweepBase
  readonly points: readonly PlannedPoint[]
}

export interface PlanHost {
  readonly sizeKv: SizeKv
  readonly signal: AbortSignal
}

/**
 * Expands a sweep a value at a time, because thousands of checked and hashed scenarios take longer than a page may be
 * kept waiting.
 */
export async function planSweep(
  spec: SweepSpec,
  base: SweepBase,
  {sizeKv, signal}: PlanHost,
): Promise<Result<SweepPlan>> {
  const found = axesOf(spec)
  if (!found.ok) return found
  const axes = axesInWordsOf(found.value, releaseOf(base.scenario))
  const pause = pauser(signal)
  const repeats = await settleRepeats(spec, {base, axes, pause})
  if (!repeats.ok) return repeats
  const grid = await expand({base, axes, repeats: repeats.value, pause})
  if (!grid.ok) return grid
  const sized = spec.sizesKv === true ? await sizePoints(grid.value, sizeKv) : grid
  if (!sized.ok) return sized
  const {traceBlob, profile} = base
  const points: PlannedPoint[] = []
  for (const point of sized.value) {
    const {scenario} = point
    points.push({facts: pointFacts(point, axes, base), scenario, traceBlob, profile})
    await pause()
  }
  return ok({spec: {...spec, repeats: repeats.value}, axes, base, points})
}

interface Expansion {
  readonly base: SweepBase
  readonly axes: readonly SweepAxis[]
  readonly pause: () => Promise<void>
}

/** The repeats asked for, or as many as are affordable. */
async function settleRepeats({repeats}: SweepSpec, expansion: Expansion): Promise<Result<Repeats>> {
  const {base, axes} = expansion
  if (repeats !== null) {
    const needsPlanner = repeats.of === 'phase' && repeats.count > 1
    if (needsPlanner && plannerOf(base.scenario) === null)
      return fail("Repeats shift the planner's phase, and this scenario has no planner")
    const count = pointCount(axes, repeats.count)
    return count > MAX_POINTS ? fail(`The sweep has ${count} points, more than ${MAX_POINTS}`) : ok(repeats)
  }
  const count = pointCount(axes, 1)
  if (count > MAX_POINTS) return fail(`The sweep has ${count} points, more than ${MAX_POINTS}`)
  const points = await expand({...expansion, repeats: NO_REPEATS})
  if (!points.ok) return points
  const {requests, scenario} = base
  return ok(affordableRepeats({axes, points: points.value, requests, ownTraceSeed: ownTraceSeed(scenario)}))
}

function pointCount(axes: readonly SweepAxis[], repeats: number): number {
  return axes.reduce((product, {values}) => product * values.length, repeats)
}

async function expand({
  base: {scenario},
  axes,
  repeats,
  pause,
}: Expansion & {readonly repeats: Repeats}): Promise<Result<readonly GridPoint[]>> {
  const [first, ...others] = axes as [SweepAxis, ...SweepAxis[]]
  const points: GridPoint[] = []
  for (const value of first.values) {
    const grid = expandGrid({
      axes: [{...first, values: [value]}, ...others],
      base: scenario,
      repeats,
      ownTraceSeed: ownTraceSeed(scenario),
    })
    if (!grid.ok) return grid
    points.push(...grid.value)
    await pause()
  }
  return ok(points)
}

/** Work between two turns of the page's event loop. */
const SLICE_MS = 10

/** Lets the page breathe once its slice is over, and gives up when the signal says so. */
function pauser(signal: AbortSignal): () => Promise<void> {
  let sliceStartMs = performance.now()
  return async () => {
    if (performance.now() - sliceStartMs < SLICE_MS) return
    await new Promise(resolve => setTimeout(resolve))
    signal.throwIfAborted()
    sliceStartMs = performance.now()
  }
}
