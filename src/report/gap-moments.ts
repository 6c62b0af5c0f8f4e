export interface Moments {
  readonly count: number
  readonly mean: number
  /** Of the population. */
  readonly std: number
}

interface GapMoments {
  readonly gaps: Moments
  /** 1000/gap over the positive gaps: tokens per second of one user. */
  readonly rates: Moments
}

/**
 * Mean and spread of gaps and of what they are as rates; gap i occurs `counts[i]` times. Sums run in the order given, and in one
 * loop for both: an hour has millions of gaps.
 */
export function computeGapMoments(gaps: Float64Array, counts: Uint32Array): GapMoments {
  let gapCount = 0
  let gapSum = 0
  let rateCount = 0
  let rateSum = 0
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i]!
    const count = counts[i]!
    gapCount += count
    gapSum += gap * count
    if (!(gap > 0)) continue
    rateCount += count
    rateSum += (1000 / gap) * count
  }
  const gapMean = meanOf(gapSum, gapCount)
  const rateMean = meanOf(rateSum, rateCount)
  let gapSquares = 0
  let rateSquares = 0
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i]!
    const count = counts[i]!
    gapSquares += (gap - gapMean) ** 2 * count
    if (gap > 0) rateSquares += (1000 / gap - rateMean) ** 2 * count
  }
  return {
    gaps: {count: gapCount, mean: gapMean, std: Math.sqrt(meanOf(gapSquares, gapCount))},
    rates: {count: rateCount, mean: rateMean, std: Math.sqrt(meanOf(rateSquares, rateCount))},
  }
}

function meanOf(sum: number, count: number): number {
  return count === 0 ? 0 : sum / count
}
