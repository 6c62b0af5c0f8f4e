import type {CalibrationFactors} from '../config/calibration.ts'
import type {EngineArgs, Fleet, PoolSpec, Scenario} from '../config/scenario.ts'

/** Digits of a ratio: a link shows them, and measurements have no more. */
const DIGITS = 4

export function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS))
}

/** The scenario with its pass times multiplied: `speedup_ratio` divides all of them, `decode_speedup_ratio` those of decoding besides. */
export function withFactors(scenario: Scenario, {prefill, decode}: CalibrationFactors): Scenario {
  return withArgs(scenario, args => ({
    ...args,
    speedup_ratio: rounded(ratioOf(args.speedup_ratio) / prefill),
    decode_speedup_ratio: rounded((ratioOf(args.decode_speedup_ratio) * prefill) / decode),
  }))
}

/** The scenario as it was before its calibration; null without one, or with one that did not keep its factors. */
export function withoutCalibration({calibration, ...scenario}: Scenario): Scenario | null {
  if (calibration?.factors === undefined) return null
  const {prefill, decode} = calibration.factors
  return withArgs(scenario, args => ({
    ...args,
    speedup_ratio: shortestBefore(ratioOf(args.speedup_ratio), 1 / prefill),
    decode_speedup_ratio: shortestBefore(ratioOf(args.decode_speedup_ratio), prefill / decode),
  }))
}

/** The ratio of the fewest digits that, multiplied and rounded, is this one: what a person had written. */
function shortestBefore(ratio: number, factor: number): number {
  for (let digits = 1; digits <= DIGITS; digits++) {
    const before = Number((ratio / factor).toPrecision(digits))
    if (rounded(before * factor) === ratio) return before
  }
  return rounded(ratio / factor)
}

/** 0 means 1. */
function ratioOf(ratio: number): number {
  return ratio || 1
}

function withArgs(scenario: Scenario, change: (args: EngineArgs) => EngineArgs): Scenario {
  const changed = (pool: PoolSpec): PoolSpec => ({...pool, args: change(pool.args)})
  const {fleet} = scenario
  const own: Fleet =
    fleet.topology === 'agg'
      ? {...fleet, workers: changed(fleet.workers)}
      : {...fleet, prefill: changed(fleet.prefill), decode: changed(fleet.decode)}
  return {...scenario, fleet: own}
}
