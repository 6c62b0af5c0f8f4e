import type {MissedBins} from './bench-figures.ts'
import {countAt, type FleetPlan, mergeSteps, type PlanStep} from './fleet-plan.ts'
import type {HindsightOptions} from './hindsight-options.ts'

type PoolKey = 'prefill' | 'decode'

interface Piece {
  readonly pool: PoolKey
  readonly fromS: number
  readonly toS: number
  readonly count: number
}

/**
 * One replica more from a start-up before an interval with many misses until it is over.
 * @param badly part of the worst interval's misses from which an interval is raised
 */
export function raisedWhereMissed(
  plan: FleetPlan,
  {binS, missed}: MissedBins,
  {leadS, most, badly}: Pick<HindsightOptions, 'leadS' | 'most'> & {readonly badly: number},
): FleetPlan {
  const worst = Math.max(...missed)
  let raised = plan
  // A fleet that starts too late is one too small before: the whole way from the order on is raised.
  for (const pool of poolsOf(plan)) {
    let doneS = Number.NEGATIVE_INFINITY
    for (const [bin, count] of missed.entries()) {
      if (count < badly * worst) continue
      const [fromS, toS] = [Math.max(bin * binS - leadS - binS, doneS, 0), (bin + 2) * binS]
      if (toS <= fromS) continue
      raised = changed(raised, {pool, fromS, toS}, 1, most)
      doneS = toS
    }
  }
  return raised
}

/** Pieces shorter than this share of an interval are not divided further. */
const LEAST_PIECE = 0.5

/**
 * Plans with one replica fewer for some time, the best bargain first: whole stretches of one size, their halves and
 * quarters. A bargain saves much where few would miss it, as far as the replayed plan tells.
 */
export function trimMoves(
  plan: FleetPlan,
  bins: MissedBins,
  {spanS, least, gpus}: Pick<HindsightOptions, 'spanS' | 'least' | 'gpus'>,
): FleetPlan[] {
  const pieces = poolsOf(plan).flatMap(pool => piecesOf(pool, plan[pool]!, spanS, bins.binS * LEAST_PIECE))
  const valued = pieces
    .filter(({count}) => count > least)
    .map(piece => ({piece, value: bargainOf(piece, bins, gpus[piece.pool])}))
  // Of equal bargains the earlier comes first: sorting keeps their order.
  valued.sort((a, b) => b.value - a.value)
  return valued.map(({piece}) => changed(plan, piece, -1, Number.POSITIVE_INFINITY))
}

function poolsOf(plan: FleetPlan): readonly PoolKey[] {
  return plan.prefill === null ? ['decode'] : ['prefill', 'decode']
}

function piecesOf(
  pool: PoolKey,
  steps: readonly PlanStep[],
  spanS: number,
  leastS: number,
): readonly Piece[] {
  return steps.flatMap(({atS, count}, i) => {
    const next = steps[i + 1]
    const endS = next?.atS ?? Math.max(spanS, atS)
    // What lasts to the end of the traffic lasts to the end of the run.
    const endOf = (toS: number) => (next === undefined && toS === endS ? Number.POSITIVE_INFINITY : toS)
    return parts(atS, endS, leastS).map(([fromS, toS]) => ({pool, fromS, toS: endOf(toS), count}))
  })
}

/** The whole, its halves, and its first and last quarter: what is left over is divided in the next round. */
function parts(fromS: number, toS: number, leastS: number): readonly (readonly [number, number])[] {
  const length = toS - fromS
  const found: (readonly [number, number])[] = [[fromS, toS]]
  if (length >= 2 * leastS) found.push([fromS, fromS + length / 2], [fromS + length / 2, toS])
  if (length >= 4 * leastS) found.push([fromS, fromS + length / 4], [toS - length / 4, toS])
  return found
}

/** GPU-seconds saved by requests at stake: what arrives by what is there to serve it, and what misses already. */
function bargainOf({fromS, toS, count}: Piece, {binS, arrived, missed}: MissedBins, gpus: number): number {
  let [stake, misses] = [0, 0]
  for (let bin = Math.floor(fromS / binS); bin * binS < toS && bin < arrived.length; bin++) {
    const share = (Math.min(toS, (bin + 1) * binS) - Math.max(fromS, bin * binS)) / binS
    stake += (share * arrived[bin]!) / count
    misses += share * missed[bin]!
  }
  const endS = Math.min(toS, Math.max(arrived.length * binS, fromS))
  return ((endS - fromS) * gpus) / (1 + stake + misses)
}

function changed(
  plan: FleetPlan,
  {pool, fromS, toS}: Pick<Piece, 'pool' | 'fromS' | 'toS'>,
  by: number,
  most: number,
): FleetPlan {
  const steps = plan[pool]!
  const inside = steps.filter(({atS}) => atS > fromS && atS < toS)
  const shifted = [{atS: fromS, count: countAt(steps, fromS)}, ...inside].map(({atS, count}) => ({
    atS,
    count: Math.min(count + by, Math.max(count, most)),
  }))
  const merged = mergeSteps([
    ...steps.filter(({atS}) => atS < fromS),
    ...shifted,
    ...(Number.isFinite(toS) ? [{atS: toS, count: countAt(steps, toS)}] : []),
    ...steps.filter(({atS}) => atS > toS),
  ])
  return {...plan, [pool]: merged}
}
