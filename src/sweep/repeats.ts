import {phaseIntervalS} from '../config/scaling/phase-interval.ts'
import {phaseShiftOf, type Scenario, sampleOrderSeedOf, withPhase} from '../config/scenario.ts'

/**
 * What the runs of one point differ in: where within its interval the policy looks, which seed of the same traffic
 * comes, or in which order 1.6.1's planner happens to keep its samples. Nobody chooses any of them, so their spread is luck,
 * not the knob.
 */
export type RepeatKind = 'phase' | 'seed' | 'order'

export interface Repeats {
  readonly of: RepeatKind
  /** Runs per point, the scenario itself being the first. */
  readonly count: number
}

export const NO_REPEATS: Repeats = {of: 'phase', count: 1}

/** Repeats in words, after their number. */
export const REPEAT_WORDS: Readonly<Record<RepeatKind, string>> = {
  phase: 'phases',
  seed: 'trace seeds',
  order: 'orders of the samples',
}

/**
 * The runs of one point, the scenario itself first. A fixed fleet or a schedule has no phase and so one run.
 * @param ownTraceSeed seed the trace was made with; needed for repeats over seeds alone
 */
export function repeatsOf(
  scenario: Scenario,
  {of, count}: Repeats,
  ownTraceSeed: number | null,
): readonly Scenario[] {
  if (of === 'seed') {
    const first = scenario.traceSeed ?? ownTraceSeed ?? 0
    const others = Array.from({length: count - 1}, (_, i) => (first + i + 1) % 2 ** 32)
    return [scenario, ...others.map(traceSeed => ({...scenario, traceSeed}))]
  }
  if (of === 'order') return ordersOf(scenario, count)
  const intervalS = phaseIntervalS(scenario.scaling)
  if (intervalS === null) return [scenario]
  const [, ...others] = phaseShiftsS(phaseShiftOf(scenario), intervalS, count)
  return [scenario, ...others.map(shiftS => ({...scenario, scaling: withPhase(scenario.scaling, shiftS)}))]
}

/** Only a planner that learns pass times keeps samples, and 1.2.1 keeps them in order. */
function ordersOf(scenario: Scenario, count: number): readonly Scenario[] {
  const {scaling} = scenario
  if (scaling.policy !== 'dynamo' || scaling.release !== '1.6.1') return [scenario]
  if (scaling.config.optimization_target !== 'sla') return [scenario]
  const first = sampleOrderSeedOf(scenario)
  const others = Array.from({length: count - 1}, (_, i) => (first + i + 1) % 2 ** 32)
  return [scenario, ...others.map(sampleOrderSeed => ({...scenario, scaling: {...scaling, sampleOrderSeed}}))]
}

/** Phase shifts that spread `count` repeats evenly over one interval of the policy, from the first on. */
export function phaseShiftsS(firstS: number, intervalS: number, count: number): readonly number[] {
  // Milliseconds are short enough to read in a file name and far finer than any interval.
  return Array.from({length: count}, (_, i) => {
    const shiftMs = Math.round((firstS + (i * intervalS) / count) * 1000)
    return (i === 0 ? shiftMs : shiftMs % Math.round(intervalS * 1000)) / 1000
  })
}

/** Spread of one figure over the repeats of a point, for a band. */
export interface Band {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** The band of some values; null without any. An even count takes the lower of the two middle values. */
export function computeBand(values: readonly number[]): Band | null {
  const sorted = Float64Array.from(values).sort()
  const last = sorted.length - 1
  if (last < 0) return null
  return {min: sorted[0]!, median: sorted[last >> 1]!, max: sorted[last]!}
}
