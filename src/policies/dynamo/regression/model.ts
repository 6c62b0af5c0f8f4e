/** Settings shared by the three regressions (planner.md 8). */
export interface RegressionOptions {
  readonly maxSamples: number
  readonly bucketCount: number
  /** Fewer samples than this and there is no fit. */
  readonly minObservations: number
}

/** A predicted pass is never shorter than this, so that no rate is infinite. Seconds. */
const SHORTEST_PASS_S = 1e-6

/** Largest part of the prompt the prefix cache may be credited with. */
const MAX_HIT_RATE = 0.95

export function atLeastShortest(wallS: number): number {
  return Math.max(SHORTEST_PASS_S, wallS)
}

/** Share of prompt tokens that still need computing. An unknown hit rate gives no discount (planner.md 8.4). */
export function computedShare(kvHitRate: number | null): number {
  if (kvHitRate === null || Number.isNaN(kvHitRate)) return 1
  return 1 - Math.max(0, Math.min(MAX_HIT_RATE, kvHitRate))
}

/**
 * Sums `passS(tokens)` over the chunks that `totalTokens` are cut into. The sum is taken chunk by chunk, as the
 * reference does, up to the point where it could not change any answer: see `MAX_CHUNKS`.
 */
export function sumOverChunks(
  totalTokens: number,
  maxBatchedTokens: number,
  passS: (tokens: number) => number,
): number {
  if (totalTokens <= 0) return 0
  const chunks = Math.ceil(totalTokens / maxBatchedTokens)
  let remaining = totalTokens
  let sumS = 0
  for (let i = 0; i < Math.min(chunks, MAX_CHUNKS); i++) {
    const tokens = Math.min(remaining, maxBatchedTokens)
    sumS += passS(tokens)
    remaining -= tokens
  }
  if (chunks > MAX_CHUNKS) sumS += (chunks - MAX_CHUNKS) * passS(maxBatchedTokens)
  return sumS
}

/** A tiny token budget before a huge queue would otherwise take minutes; beyond this the rest is multiplied. */
const MAX_CHUNKS = 1_000_000
