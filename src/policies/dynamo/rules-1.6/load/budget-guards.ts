import {clampSingle, type PairCounts} from '../../budget.ts'

/**
 * GPU budgets (planner-1.6.md 10). Unlike 1.2.1's they know the width of each role's instances, each role has its own
 * minimum, and they never turn a wish for more into less or for less into more: what cannot be had is held.
 */
export interface GpuBudget {
  /** Upper bound in GPUs; negative = none. Never relaxed. */
  readonly maxGpus: number
  /** Lower bound; negative = none. Relaxed by one replica's GPUs where there is an upper bound too. */
  readonly minGpus: number
}

export type BudgetReason = 'gpu_budget_guard_hold' | 'gpu_budget_reconcile'

export function isInBand(totalGpus: number, {maxGpus, minGpus}: GpuBudget, tolerance: number): boolean {
  if (maxGpus >= 0 && totalGpus > maxGpus) return false
  return !(minGpus >= 0 && totalGpus < minGpus - tolerance)
}

/** The lower bound is relaxed by the widest replica, and only where there is an upper one. */
export function bandTolerance({maxGpus, minGpus}: GpuBudget, widestGpus: number): number {
  return maxGpus >= 0 && minGpus >= 0 ? widestGpus : 0
}

/** One pool into its budget, whatever the wish. */
export function clampOnePool(count: number, gpus: number, budget: GpuBudget, fewest: number): number {
  return clampSingle(count, gpus, {...budget, minEndpoint: fewest})
}

export interface GuardedCount {
  readonly count: number
  readonly reason: BudgetReason | null
}

/** What may become of the wish for `wanted` replicas in place of `current`. */
export function guardOnePool(
  counts: {readonly current: number; readonly wanted: number},
  gpus: number,
  budget: GpuBudget,
  fewest: number,
): GuardedCount {
  const {current, wanted} = counts
  const {maxGpus, minGpus} = budget
  if (gpus <= 0) return {count: wanted, reason: null}
  const hold: GuardedCount = {count: current, reason: 'gpu_budget_guard_hold'}
  const total = current * gpus
  if (!isInBand(total, budget, bandTolerance(budget, gpus))) {
    // Out of the band the wish is not even looked at.
    return {count: clampOnePool(current, gpus, budget, fewest), reason: 'gpu_budget_reconcile'}
  }
  if (minGpus >= 0 && total <= minGpus && wanted < current) return hold
  if (maxGpus >= 0 && total >= maxGpus && wanted > current) return hold
  const count = clampOnePool(wanted, gpus, budget, fewest)
  return isBetween(count, current, wanted) ? {count, reason: null} : hold
}

/** Two pools that share a budget. */
export interface PairBudget extends GpuBudget {
  /** GPUs per replica. */
  readonly gpus: PairCounts
  /** Fewest replicas of each role. */
  readonly fewest: PairCounts
}

function totalGpus(counts: PairCounts, gpus: PairCounts): number {
  return counts.prefill * gpus.prefill + counts.decode * gpus.decode
}

export function isSamePair(a: PairCounts, b: PairCounts): boolean {
  return a.prefill === b.prefill && a.decode === b.decode
}

/** Two pools into their budget, whatever the wish. */
export function clampTwoPools(wanted: PairCounts, budget: PairBudget): PairCounts {
  const {maxGpus, minGpus, gpus} = budget
  if ((maxGpus < 0 && minGpus < 0) || gpus.prefill <= 0 || gpus.decode <= 0) return wanted
  const total = totalGpus(wanted, gpus)
  if (isInBand(total, budget, bandTolerance(budget, widest(gpus)))) return wanted
  return maxGpus >= 0 && total > maxGpus ? shrink(wanted, budget, total) : grow(wanted, budget, total)
}

function shrink(wanted: PairCounts, {maxGpus, gpus, fewest}: PairBudget, total: number): PairCounts {
  if (maxGpus < totalGpus(fewest, gpus)) return {prefill: 0, decode: 0}
  const scale = maxGpus / total
  const mostPrefill = Math.floor((maxGpus - fewest.decode * gpus.decode) / gpus.prefill)
  const prefill = Math.max(fewest.prefill, Math.min(mostPrefill, Math.floor(wanted.prefill * scale)))
  const decode = Math.max(fewest.decode, Math.floor((maxGpus - prefill * gpus.prefill) / gpus.decode))
  return {prefill, decode}
}

function grow(wanted: PairCounts, budget: PairBudget, total: number): PairCounts {
  const {maxGpus, minGpus, gpus, fewest} = budget
  const scaled =
    total <= 0 ? Math.ceil(minGpus / 2 / gpus.prefill) : Math.ceil(wanted.prefill * (minGpus / total))
  const prefill = Math.max(fewest.prefill, scaled)
  const rest = Math.max(0, minGpus - prefill * gpus.prefill)
  const needed = Math.max(fewest.decode, Math.ceil(rest / gpus.decode))
  const decode = Math.max(wanted.decode, needed)
  if (maxGpus < 0 || totalGpus({prefill, decode}, gpus) <= maxGpus) return {prefill, decode}
  // Growing prefill would have cost decode replicas: as far as both fit, then.
  return needed < wanted.decode ? fitPair(wanted, {prefill, decode: wanted.decode}, budget) : wanted
}

function widest({prefill, decode}: PairCounts): number {
  return Math.max(prefill, decode)
}

function isBetween(value: number, a: number, b: number): boolean {
  return value >= Math.min(a, b) && value <= Math.max(a, b)
}

/** The allowed pair nearest to the wish and never beyond it, starting from `current` (planner-1.6.md 10.4). */
function fitPair(current: PairCounts, wanted: PairCounts, budget: PairBudget): PairCounts {
  const {gpus, fewest} = budget
  if (gpus.prefill <= 0 || gpus.decode <= 0) return wanted
  const tolerance = bandTolerance(budget, widest(gpus))
  const box = boxOf(current, wanted, budget, tolerance)
  if (box === null) return current
  const isAllowed = (pair: PairCounts) => isInBand(totalGpus(pair, gpus), budget, tolerance)
  if (wanted.prefill >= fewest.prefill && wanted.decode >= fewest.decode && isAllowed(wanted)) return wanted
  let best: PairCounts | null = null
  for (let prefill = box.low.prefill; prefill <= box.high.prefill; prefill++) {
    for (let decode = box.low.decode; decode <= box.high.decode; decode++) {
      const pair = {prefill, decode}
      if (!isAllowed(pair) || isHalfAnExchange(pair, current, wanted)) continue
      if (best === null || isNearer(pair, best, current, wanted)) best = pair
    }
  }
  return best ?? current
}

interface Box {
  readonly low: PairCounts
  readonly high: PairCounts
}

/** Pairs between the current one and the wish, narrowed to what the budget can allow at all. */
function boxOf(current: PairCounts, wanted: PairCounts, budget: PairBudget, tolerance: number): Box | null {
  const {maxGpus, minGpus, gpus, fewest} = budget
  let lowPrefill = Math.max(Math.min(current.prefill, wanted.prefill), fewest.prefill)
  let lowDecode = Math.max(Math.min(current.decode, wanted.decode), fewest.decode)
  let highPrefill = Math.max(current.prefill, wanted.prefill)
  let highDecode = Math.max(current.decode, wanted.decode)
  if (maxGpus >= 0) {
    highPrefill = Math.min(highPrefill, Math.floor((maxGpus - lowDecode * gpus.decode) / gpus.prefill))
    highDecode = Math.min(highDecode, Math.floor((maxGpus - lowPrefill * gpus.prefill) / gpus.decode))
  }
  if (minGpus >= 0) {
    const least = minGpus - tolerance
    lowPrefill = Math.max(lowPrefill, Math.ceil((least - highDecode * gpus.decode) / gpus.prefill))
    lowDecode = Math.max(lowDecode, Math.ceil((least - highPrefill * gpus.prefill) / gpus.decode))
  }
  if (lowPrefill > highPrefill || lowDecode > highDecode) return null
  return {low: {prefill: lowPrefill, decode: lowDecode}, high: {prefill: highPrefill, decode: highDecode}}
}

/** Where one role is to grow at the other's cost, both move or neither. */
function isHalfAnExchange(pair: PairCounts, current: PairCounts, wanted: PairCounts): boolean {
  if (!isExchange(current, wanted)) return false
  return (pair.prefill !== current.prefill) !== (pair.decode !== current.decode)
}

function isExchange(current: PairCounts, wanted: PairCounts): boolean {
  return (wanted.prefill - current.prefill) * (wanted.decode - current.decode) < 0
}

function isNearer(a: PairCounts, b: PairCounts, current: PairCounts, wanted: PairCounts): boolean {
  const left = rankOf(a, current, wanted)
  const right = rankOf(b, current, wanted)
  for (const [i, value] of left.entries()) if (value !== right[i]) return value < right[i]!
  return false
}

/** Nearness to the wish, then its proportions, then the longer way, then the smaller numbers. */
function rankOf(pair: PairCounts, current: PairCounts, wanted: PairCounts): readonly number[] {
  const goneP = Math.abs(pair.prefill - current.prefill)
  const goneD = Math.abs(pair.decode - current.decode)
  const wayP = Math.abs(wanted.prefill - current.prefill)
  const wayD = Math.abs(wanted.decode - current.decode)
  return [
    Math.abs(wanted.prefill - pair.prefill) + Math.abs(wanted.decode - pair.decode),
    Math.abs(goneP * wayD - goneD * wayP),
    -(goneP + goneD),
    pair.prefill,
    pair.decode,
  ]
}

export interface GuardedPair {
  readonly counts: PairCounts
  readonly reason: BudgetReason | null
}

/** What may become of the wish for `wanted` replicas in place of `current`. */
export function guardTwoPools(current: PairCounts, wanted: PairCounts, budget: PairBudget): GuardedPair {
  const {maxGpus, minGpus, gpus, fewest} = budget
  if (current.prefill < fewest.prefill || current.decode < fewest.decode) {
    return {counts: clampTwoPools(atLeast(wanted, fewest), budget), reason: 'gpu_budget_reconcile'}
  }
  if (gpus.prefill <= 0 || gpus.decode <= 0) return {counts: clampTwoPools(wanted, budget), reason: null}
  const tolerance = maxGpus >= 0 ? widest(gpus) : 0
  const total = totalGpus(current, gpus)
  if (!isInBand(total, budget, tolerance)) {
    return {counts: clampTwoPools(current, budget), reason: 'gpu_budget_reconcile'}
  }
  const hold: GuardedPair = {counts: current, reason: 'gpu_budget_guard_hold'}
  const isGrowing = wanted.prefill > current.prefill || wanted.decode > current.decode
  const isShrinking = wanted.prefill < current.prefill || wanted.decode < current.decode
  const isAtFloor = minGpus >= 0 && total <= minGpus && isShrinking
  const isAtCeiling = maxGpus >= 0 && total >= maxGpus && isGrowing
  if ((isAtFloor && isExchange(current, wanted)) || (isAtCeiling && isExchange(current, wanted))) {
    const counts = fitPair(current, wanted, budget)
    return isSamePair(counts, current) ? hold : {counts, reason: null}
  }
  if (isAtFloor && !isGrowing) return hold
  if (isAtCeiling) return hold
  const counts = clampTwoPools(wanted, budget)
  const isOnTheWay =
    isBetween(counts.prefill, current.prefill, wanted.prefill) &&
    isBetween(counts.decode, current.decode, wanted.decode)
  const isAllowed = isOnTheWay && isInBand(totalGpus(counts, gpus), budget, tolerance)
  return isAllowed ? {counts, reason: null} : hold
}

/** The wish as far as the ceiling allows; the floor is left to the guards. */
export function fitUnderCeiling(current: PairCounts, wanted: PairCounts, budget: PairBudget): PairCounts {
  const ceiling = {...budget, minGpus: -1}
  const {fewest} = budget
  if (current.prefill < fewest.prefill || current.decode < fewest.decode) {
    return clampTwoPools(atLeast(wanted, fewest), ceiling)
  }
  return fitPair(current, wanted, ceiling)
}

export function atLeast(counts: PairCounts, fewest: PairCounts): PairCounts {
  return {
    prefill: Math.max(counts.prefill, fewest.prefill),
    decode: Math.max(counts.decode, fewest.decode),
  }
}
