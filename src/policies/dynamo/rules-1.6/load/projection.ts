import type {PlannerConfig16} from '../../../../config/planner/planner-shape-1.6.ts'
import type {PairCounts} from '../../budget.ts'
import type {ScaleTarget} from '../../load-decision.ts'
import {bandTolerance, clampOnePool, clampTwoPools, isInBand} from './budget-guards.ts'
import {fewestReplicas, isBlocked, type PoolLoad, pairBudget} from './pool-load.ts'

/** What the plugins propose, and what there is. An aggregated fleet has no `prefill`. */
export interface ProjectionInputs {
  readonly config: PlannerConfig16
  readonly prefill: PoolLoad | null
  readonly decode: PoolLoad
  /** null where no plugin named any count. */
  readonly proposal: ScaleTarget | null
}

/**
 * The last word on a tick (planner-1.6.md 10.5): minima and budget, even where no plugin had an opinion. A fleet that is
 * out of its band or below a minimum is so repaired as soon as nothing is under way.
 */
export function projectProposal(inputs: ProjectionInputs): ScaleTarget | null {
  const {config, prefill, decode, proposal} = inputs
  const pools = prefill === null ? [decode] : [prefill, decode]
  const isScaling = pools.some(isBlocked)
  const fewest = {prefill: fewestReplicas(config, 'prefill'), decode: fewestReplicas(config, 'decode')}
  const ready = {prefill: prefill?.ready ?? 0, decode: decode.ready}
  const isLow = {
    prefill: prefill !== null && !isScaling && ready.prefill < fewest.prefill,
    decode: !isScaling && ready.decode < fewest.decode,
  }
  const wanted = {
    prefill: liftIf(isLow.prefill, proposal?.num_prefill ?? ready.prefill, fewest.prefill),
    decode: liftIf(isLow.decode, proposal?.num_decode ?? ready.decode, fewest.decode),
  }
  const isUnchanged = wanted.prefill === ready.prefill && wanted.decode === ready.decode
  if (isUnchanged && (isScaling || !isOutOfBand(config, pools))) return null

  if (prefill === null) {
    const budget = {maxGpus: config.max_gpu_budget, minGpus: config.min_gpu_budget}
    const atLeastFewest = Math.max(wanted.decode, fewest.decode)
    const count = clampOnePool(atLeastFewest, decode.capabilities.gpusPerReplica, budget, fewest.decode)
    return count === ready.decode ? null : {num_decode: count}
  }
  const gpus = {prefill: prefill.capabilities.gpusPerReplica, decode: decode.capabilities.gpusPerReplica}
  const final = clampTwoPools(
    {prefill: Math.max(wanted.prefill, fewest.prefill), decode: Math.max(wanted.decode, fewest.decode)},
    pairBudget(config, gpus),
  )
  return namedCounts(final, ready, {isLow, proposal})
}

function liftIf(isLow: boolean, count: number, fewest: number): number {
  return isLow ? Math.max(count, fewest) : count
}

/** Where one role was lifted to its minimum, a peer that stays and that nobody asked for is not named. */
function namedCounts(
  final: PairCounts,
  ready: PairCounts,
  {isLow, proposal}: {isLow: {prefill: boolean; decode: boolean}; proposal: ScaleTarget | null},
): ScaleTarget | null {
  if (final.prefill === ready.prefill && final.decode === ready.decode) return null
  const isLifted = isLow.prefill || isLow.decode
  const drops = (role: keyof PairCounts, proposed: number | undefined) =>
    isLifted && !isLow[role] && final[role] === ready[role] && proposed === undefined
  const dropsPrefill = drops('prefill', proposal?.num_prefill)
  const dropsDecode = drops('decode', proposal?.num_decode)
  return {
    ...(dropsPrefill ? {} : {num_prefill: final.prefill}),
    ...(dropsDecode ? {} : {num_decode: final.decode}),
  }
}

function isOutOfBand(config: PlannerConfig16, pools: readonly PoolLoad[]): boolean {
  const budget = {maxGpus: config.max_gpu_budget, minGpus: config.min_gpu_budget}
  const widths = pools.map(({capabilities}) => capabilities.gpusPerReplica)
  if (widths.some(gpus => gpus <= 0)) return false
  const total = pools.reduce((gpus, pool) => gpus + pool.ready * pool.capabilities.gpusPerReplica, 0)
  return !isInBand(total, budget, bandTolerance(budget, Math.max(...widths)))
}
