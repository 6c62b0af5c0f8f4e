/**
 * Keeps replica counts within the GPU budget (planner.md 5.6). The reference counts one GPU per replica in replay
 * whatever the instance needs, so the budget is a number of replicas; the general formulas are kept for the pair.
 */
export interface Budget {
  /** Upper bound; negative = none. Never relaxed. */
  readonly maxGpus: number
  /** Lower bound; negative = none. Relaxed by one replica's GPUs when there is an upper bound too. */
  readonly minGpus: number
  /** Fewest replicas per pool. */
  readonly minEndpoint: number
}

/** Counts of a disaggregated fleet. */
export interface PairCounts {
  readonly prefill: number
  readonly decode: number
}

export function clampSingle(desired: number, gpusPerReplica: number, budget: Budget): number {
  const {maxGpus, minGpus, minEndpoint} = budget
  if ((maxGpus < 0 && minGpus < 0) || gpusPerReplica <= 0) return desired
  const total = desired * gpusPerReplica
  if (isInBand(total, gpusPerReplica, budget)) return desired
  if (maxGpus >= 0 && total > maxGpus) {
    if (maxGpus < minEndpoint * gpusPerReplica) return 0
    return Math.max(minEndpoint, Math.floor(maxGpus / gpusPerReplica))
  }
  return Math.max(minEndpoint, Math.ceil(minGpus / gpusPerReplica))
}

export function clampPair(desired: PairCounts, gpusPerReplica: PairCounts, budget: Budget): PairCounts {
  const {maxGpus, minGpus} = budget
  const {prefill: prefillGpus, decode: decodeGpus} = gpusPerReplica
  if (maxGpus < 0 && minGpus < 0) return desired
  if (prefillGpus <= 0 || decodeGpus <= 0) return desired
  const total = desired.prefill * prefillGpus + desired.decode * decodeGpus
  if (isInBand(total, Math.max(prefillGpus, decodeGpus), budget)) return desired
  if (maxGpus >= 0 && total > maxGpus) return shrinkPair(desired, gpusPerReplica, budget, total)
  return growPair(desired, gpusPerReplica, budget, total)
}

function isInBand(total: number, stepGpus: number, {maxGpus, minGpus}: Budget): boolean {
  const tolerance = minGpus >= 0 && maxGpus >= 0 ? stepGpus : 0
  return (maxGpus < 0 || total <= maxGpus) && (minGpus < 0 || total >= minGpus - tolerance)
}

function shrinkPair(desired: PairCounts, gpus: PairCounts, budget: Budget, total: number): PairCounts {
  const {maxGpus, minEndpoint} = budget
  if (maxGpus < minEndpoint * gpus.prefill + minEndpoint * gpus.decode) return {prefill: 0, decode: 0}
  const scale = maxGpus / total
  const mostPrefill = Math.floor((maxGpus - minEndpoint * gpus.decode) / gpus.prefill)
  const prefill = Math.max(minEndpoint, Math.min(mostPrefill, Math.floor(desired.prefill * scale)))
  const decode = Math.max(minEndpoint, Math.floor((maxGpus - prefill * gpus.prefill) / gpus.decode))
  return {prefill, decode}
}

function growPair(desired: PairCounts, gpus: PairCounts, budget: Budget, total: number): PairCounts {
  const {maxGpus, minGpus, minEndpoint} = budget
  const wanted =
    total <= 0 ? Math.ceil(minGpus / 2 / gpus.prefill) : Math.ceil(desired.prefill * (minGpus / total))
  const prefill = Math.max(minEndpoint, wanted)
  const rest = Math.max(0, minGpus - prefill * gpus.prefill)
  const decode = Math.max(minEndpoint, Math.ceil(rest / gpus.decode))
  // Bounds that no whole number of replicas can meet leave the counts as they are.
  if (maxGpus >= 0 && prefill * gpus.prefill + decode * gpus.decode > maxGpus) return desired
  return {prefill, decode}
}
