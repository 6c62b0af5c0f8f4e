import type {Calibration} from '../../config/calibration.ts'
import type {EngineTiming} from '../../config/scenario.ts'
import {longestRequestTokens} from '../longest-request.ts'
import {type ConservationCheck, checkConservation} from './conservation.ts'
import {type ComparableRun, computeDeviation, type Deviation} from './deviation.ts'
import {GOLDEN_INDEX} from './golden-index.ts'
import {type Comparison, compareWithMeasured} from './measured.ts'
import {partsWithoutCounterpart} from './no-counterpart.ts'
import {computeSaturation, type Saturation} from './saturation.ts'

/** How far a result can be trusted, said of every result alike. */
export interface Honesty {
  readonly timing: EngineTiming
  /** Share of pass-time lookups outside the measured grid; null where the timing has no grid. */
  readonly outsideShare: number | null
  readonly saturation: Saturation
  readonly checks: readonly ConservationCheck[]
  readonly deviation: Deviation
  /** Against public measurements of real engines; absent in runs kept from before there was one. */
  readonly measured?: Comparison
  /** What a measured run of the user's own said; absent without one. */
  readonly calibration?: Calibration
  /** Pre-emptions for a full KV cache; absent likewise. */
  readonly preemptions?: number
  /** Parts of the scenario that the reference has nothing like; absent likewise. */
  readonly noCounterpart?: readonly string[]
  /** null for runs made before there was one. */
  readonly resultSha256: string | null
}

export function computeHonesty(input: ComparableRun): Honesty {
  const {calibration} = input.scenario
  return {
    ...(calibration === undefined ? {} : {calibration}),
    timing: input.scenario.engineTiming,
    outsideShare: input.report.planner_replay.outside_measured_share,
    saturation: input.tally?.saturation.saturation() ?? computeSaturation(input.engine),
    checks: checkConservation({...input, longestTokens: longestRequestTokens(input.scenario)}),
    deviation: computeDeviation(input, GOLDEN_INDEX),
    measured: compareWithMeasured(input.scenario),
    preemptions: input.tally?.preemptions ?? input.engine.requestEvents.preemptions.length,
    noCounterpart: partsWithoutCounterpart(input.scenario),
    resultSha256: input.report.planner_replay.result_sha256 ?? null,
  }
}
