import {phaseShiftOf, type Scenario} from '../../../config/scenario.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {searchObjective} from '../../../search/candidates.ts'
import type {Evaluation} from '../../../search/evaluation.ts'
import type {Prices} from '../../../search/prices.ts'
import {describeSpace, sizeOf} from '../../../search/space.ts'
import {findWindows} from '../../../search/windows.ts'
import {pointKey} from '../../../sweep/point-key.ts'
import type {PointFacts} from '../../../sweep/points.ts'
import type {ArrivalHistogram} from '../../../trace/arrival-histogram.ts'
import {NO_RECIPE, ownTraceSeed} from '../../../trace/generators/trace-recipes.ts'
import type {PointRequest, SearchRequest} from '../../../worker/protocol.ts'
import {type SearchSpec, spaceOf} from './spec.ts'

/** What every run of a search starts from. */
export interface SearchBase {
  readonly scenario: Scenario
  readonly traceSha256: string
  readonly traceBlob: Blob | null
  readonly profile: PointRequest['profile']
  readonly profileSha256: string | null
  /** The trace's load as it comes; null for generated traffic. */
  readonly arrivals: ArrivalHistogram | null
  readonly prices: Prices
}

export interface SearchPlan {
  readonly problem: SearchRequest['problem']
  readonly base: SearchBase
  /** Combinations of the space. */
  readonly size: number
}

/** As on the command line: a candidate goes through so many phases before it is recommended. */
const PHASES = 5

export function planSearch(spec: SearchSpec, base: SearchBase): Result<SearchPlan> {
  const {scenario, arrivals, prices} = base
  const objective = searchObjective(scenario, null)
  if (!objective.ok) return objective
  const space = spaceOf(spec, scenario)
  if (!space.ok) return space
  const ownSeed = spec.drawsAnew ? ownTraceSeed(scenario) : null
  if (spec.drawsAnew && ownSeed === null) return fail(`The trace cannot be drawn anew: ${NO_RECIPE}.`)
  const firstSeed = ownSeed === null ? null : (scenario.traceSeed ?? ownSeed)
  return ok({
    base,
    size: sizeOf(space.value),
    problem: {
      base: scenario,
      objective: objective.value,
      space: describeSpace(space.value),
      budget: spec.budget,
      phases: PHASES,
      ...(firstSeed === null ? {} : {firstSeed}),
      seed: scenario.seed,
      windows: arrivals === null ? [] : findWindows(scenario, arrivals),
      prices,
    },
  })
}

/** Whether the trace can be drawn anew for each run of a setting. */
export function canDrawAnew(scenario: Scenario): boolean {
  return ownTraceSeed(scenario) !== null
}

/** A run of the search with what names it: its result is kept as a sweep's point is. */
export interface PlannedRun extends PointRequest {
  readonly facts: PointFacts
}

export function plannedRun({id, scenario}: Evaluation, base: SearchBase): PlannedRun {
  const {traceBlob, profile, traceSha256, profileSha256} = base
  const facts: PointFacts = {
    id,
    axes: {},
    repeat: 0,
    phase_shift_s: phaseShiftOf(scenario),
    trace_seed: scenario.traceSeed ?? null,
    key: pointKey({scenario, traceSha256, profileSha256}),
  }
  return {facts, scenario, traceBlob, profile}
}
