import {phaseShiftOf} from '../../../config/scenario.ts'
import type {Evaluation} from '../../../search/evaluation.ts'
import type {Prices} from '../../../search/prices.ts'
import {pointKey} from '../../../sweep/point-key.ts'
import type {PointFacts} from '../../../sweep/points.ts'
import type {ArrivalHistogram} from '../../../trace/arrival-histogram.ts'
import type {PointRequest, SearchRequest} from '../../../worker/protocol.ts'
import type {RunBase} from '../run/run-base.ts'

/** What every run of a search starts from. */
export interface SearchBase extends RunBase {
  /** The trace's load as it comes; null for generated traffic. */
  readonly arrivals: ArrivalHistogram | null
  readonly prices: Prices
}

export interface SearchPlan {
  readonly problem: SearchRequest['problem']
  readonly base: SearchBase
  /** Combinations of the space. */
  readonly size: number
  /** Seconds that the search may take from one start or resume to its end; null = as long as it takes. */
  readonly timeLimitS: number | null
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
