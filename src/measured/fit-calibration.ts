import type {Calibration, CalibrationFactors} from '../config/calibration.ts'
import type {Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import {matchRequests} from './match-requests.ts'
import type {MeasuredRequests, MeasuredRun} from './measured-run.ts'
import {errorOf, halfOf, type Pairs, type PairsByMetric, pairLatencies} from './paired-latencies.ts'
import {median, slopeOf} from './robust.ts'
import {rounded, withFactors} from './speed-factors.ts'

/** What the fit ends with: a scenario to go on with, or the reason to leave it as it is. */
export interface CalibrationOutcome {
  readonly isAccepted: boolean
  /** With the ratios and the calibration where it was accepted, else as it was. */
  readonly scenario: Scenario
  readonly calibration: Calibration
  /** Factors on the pass times of the scenario as it was. */
  readonly prefillFactor: number
  readonly decodeFactor: number
}

export interface CalibrationInput {
  readonly scenario: Scenario
  readonly measured: MeasuredRun
  /** Of the scenario as it is. */
  readonly simulated: RequestColumns
  readonly replay: (scenario: Scenario) => Promise<Result<RequestColumns>>
}

/** Pass times, and the time outside the engine, as the fit tries them. */
interface Trial {
  readonly prefillFactor: number
  readonly decodeFactor: number
  readonly overheadMs: number
}

const AS_IT_IS: Trial = {prefillFactor: 1, decodeFactor: 1, overheadMs: 0}
/** Replays that the fit may take: each starts from what the one before left over. */
const MOST_REPLAYS = 4
/** An error that falls by less is as good as none: the calibration is refused. */
const LEAST_GAIN = 0.05
const LEAST_PAIRS = 20
/** Nobody's engine is further off than this; what is, is another setting. */
const MOST_FACTOR = 8

/**
 * Fits the speed of prompts, the speed of decoding and a constant overhead on every other measured request, by replaying, and judges
 * them on the rest. Accepted only if the error there falls.
 */
export async function fitCalibration(input: CalibrationInput): Promise<Result<CalibrationOutcome>> {
  const {scenario, measured, simulated, replay} = input
  const {requests} = measured
  const pairsOf = (columns: RequestColumns, overheadMs: number) =>
    requests === null ? null : pairsFor(requests, columns, overheadMs)
  const before = pairsOf(simulated, 0)
  const known = before === null ? 0 : Math.max(...Object.values(before).map(({request}) => request.length))
  if (before === null || known < LEAST_PAIRS)
    return fail(
      `a calibration needs at least ${LEAST_PAIRS} measured requests that are paired with simulated ones; there are ${known}`,
    )
  let columns = simulated
  let trial = AS_IT_IS
  let best = {trial, columns, error: errorOf(halfOf(before, 0))!}
  for (let round = 0; ; round++) {
    // The overhead costs no replay, so it is fitted to what each replay gave.
    const left = halfOf(pairsOf(columns, 0)!, 0)
    const overheadMs = fitOverhead(left)
    const error = errorOf(halfOf(pairsOf(columns, overheadMs)!, 0))!
    if (error < best.error) best = {trial: {...trial, overheadMs}, columns, error}
    if (round === MOST_REPLAYS) break
    trial = nextTrial(trial, left)
    const replayed = await replay(withFactors(scenario, factorsOf(trial)))
    if (!replayed.ok) return replayed
    columns = replayed.value
  }
  const judged = halfOf(before, 1)
  const errorBefore = rounded(errorOf(judged) ?? 0)
  const errorAfter = rounded(errorOf(halfOf(pairsOf(best.columns, best.trial.overheadMs)!, 1)) ?? 0)
  const calibration: Calibration = {
    of: measured.fileName,
    overheadMs: best.trial.overheadMs,
    requests: Math.max(...Object.values(judged).map(({request}) => request.length)),
    errorBefore,
    errorAfter,
    factors: factorsOf(best.trial),
  }
  const isAccepted = errorAfter <= errorBefore * (1 - LEAST_GAIN)
  const {prefillFactor, decodeFactor} = best.trial
  const calibrated = {...withFactors(scenario, factorsOf(best.trial)), calibration}
  return ok({
    isAccepted,
    scenario: isAccepted ? calibrated : scenario,
    calibration,
    prefillFactor,
    decodeFactor,
  })
}

function pairsFor(requests: MeasuredRequests, columns: RequestColumns, overheadMs: number): PairsByMetric {
  return pairLatencies(requests, columns, {match: matchRequests(requests, columns), overheadMs})
}

/** The middle of what measured first tokens take longer; never below 0, since no host gives time back. */
function fitOverhead({ttft, e2e}: PairsByMetric): number {
  const of = ttft.request.length > 0 ? ttft : e2e
  return Math.max(0, rounded(median(of.measuredMs.map((ms, i) => ms - of.simulatedMs[i]!))))
}

/** A step towards what the latencies left over say, on top of the factors they were simulated with. */
function nextTrial({prefillFactor, decodeFactor}: Trial, {ttft, itl, e2e}: PairsByMetric): Trial {
  const decode = itl.request.length > 0 ? ratioOf(itl) : e2e.request.length > 0 ? ratioOf(e2e) : 1
  const prefill = ttft.request.length > 0 ? slopeOf(ttft) : decode
  return {
    prefillFactor: bounded(prefillFactor * prefill),
    decodeFactor: bounded(decodeFactor * decode),
    overheadMs: 0,
  }
}

function ratioOf({measuredMs, simulatedMs}: Pairs): number {
  return median(measuredMs.map((ms, i) => ms / simulatedMs[i]!))
}

function bounded(factor: number): number {
  return rounded(Math.min(Math.max(factor, 1 / MOST_FACTOR), MOST_FACTOR))
}

function factorsOf({prefillFactor, decodeFactor}: Trial): CalibrationFactors {
  return {prefill: prefillFactor, decode: decodeFactor}
}
