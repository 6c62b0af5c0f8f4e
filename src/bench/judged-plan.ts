import type {FleetPlan, FleetSize, PlanStep} from './fleet-plan.ts'
import {mergeSteps} from './fleet-plan.ts'
import type {FixedFleet, HindsightOptions} from './hindsight-options.ts'

/** Halvings of the price of a missed request: far finer than fleets differ. */
const HALVINGS = 48

/**
 * For each interval the fixed fleet that would do, as if intervals did not touch each other: with one price on a missed
 * request everywhere, the lowest price at which no more are missed than may be. Replicas are asked for a start-up earlier.
 */
export function judgePlan(options: HindsightOptions): FleetPlan | null {
  const {fixed, share, leadS} = options
  const [first] = fixed
  if (first === undefined) return null
  const {binS} = first.outcome.bins
  const arrived = first.outcome.bins.arrived
  const total = arrived.reduce((sum, count) => sum + count, 0)
  const allowed = total * (1 - share)
  let [low, high] = [0, binS * 1e3]
  for (let i = 0; i < HALVINGS; i++) {
    const price = (low + high) / 2
    const missed = chosenAt(price, options).reduce((sum, fleet, bin) => sum + missedIn(fleet, bin), 0)
    if (missed > allowed) low = price
    else high = price
  }
  const chosen = chosenAt(high, options).map(({size}) => size)
  const ahead = Math.ceil(leadS / binS)
  return {
    prefill: first.size.prefill === null ? null : stepsOf(chosen, 'prefill', {binS, ahead}),
    decode: stepsOf(chosen, 'decode', {binS, ahead}),
  }
}

/** The cheapest fleet of each interval when a missed request costs so many GPU-seconds. */
function chosenAt(price: number, {fixed, gpus}: HindsightOptions): readonly FixedFleet[] {
  const {binS, arrived} = fixed[0]!.outcome.bins
  const costOf = ({size, ...fleet}: FixedFleet, bin: number) =>
    binS * (size.decode * gpus.decode + (size.prefill ?? 0) * gpus.prefill) +
    price * missedIn({size, ...fleet}, bin)
  return arrived.map((_, bin) =>
    fixed.reduce((best, fleet) => (costOf(fleet, bin) < costOf(best, bin) ? fleet : best)),
  )
}

function missedIn({outcome}: FixedFleet, bin: number): number {
  return outcome.bins.missed[bin] ?? 0
}

function stepsOf(
  chosen: readonly FleetSize[],
  pool: 'prefill' | 'decode',
  {binS, ahead}: {readonly binS: number; readonly ahead: number},
): readonly PlanStep[] {
  const steps = chosen.map((_, bin) => ({
    atS: bin * binS,
    count: Math.max(...chosen.slice(bin, bin + ahead + 1).map(size => size[pool] ?? 0)),
  }))
  return mergeSteps(steps)
}
