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

/** Gaps gone through at once: one loop over all of them would begin before it is compiled, and go on so for long. */
const PART = 1 << 12

/**
 * Mean and spread of gaps and of what they are as rates; gap i occurs `counts[i]` times. Sums run in the order given, and in one
 * loop for both: an hour has millions of gaps.
 */
export function computeGapMoments(gaps: Float64Array, counts: Uint32Array): GapMoments {
  const sums = {gapCount: 0, gapSum: 0, rateCount: 0, rateSum: 0}
  for (let from = 0; from < gaps.length; from += PART)
    addSums(sums, gaps, counts, from, Math.min(from + PART, gaps.length))
  const {gapCount, rateCount} = sums
  const gapMean = meanOf(sums.gapSum, gapCount)
  const rateMean = meanOf(sums.rateSum, rateCount)
  const squares = {gapMean, rateMean, gaps: 0, rates: 0}
  for (let from = 0; from < gaps.length; from += PART)
    addSquares(squares, gaps, counts, from, Math.min(from + PART, gaps.length))
  return {
    gaps: {count: gapCount, mean: gapMean, std: Math.sqrt(meanOf(squares.gaps, gapCount))},
    rates: {count: rateCount, mean: rateMean, std: Math.sqrt(meanOf(squares.rates, rateCount))},
  }
}

interface Sums {
  gapCount: number
  gapSum: number
  rateCount: number
  rateSum: number
}

function addSums(sums: Sums, gaps: Float64Array, counts: Uint32Array, from: number, to: number): void {
  let {gapCount, gapSum, rateCount, rateSum} = sums
  for (let i = from; i < to; i++) {
    const gap = gaps[i]!
    const count = counts[i]!
    gapCount += count
    gapSum += gap * count
    if (!(gap > 0)) continue
    rateCount += count
    rateSum += (1000 / gap) * count
  }
  sums.gapCount = gapCount
  sums.gapSum = gapSum
  sums.rateCount = rateCount
  sums.rateSum = rateSum
}

interface Squares {
  readonly gapMean: number
  readonly rateMean: number
  gaps: number
  rates: number
}

function addSquares(
  squares: Squares,
  gaps: Float64Array,
  counts: Uint32Array,
  from: number,
  to: number,
): void {
  const {gapMean, rateMean} = squares
  let gapSquares = squares.gaps
  let rateSquares = squares.rates
  for (let i = from; i < to; i++) {
    const gap = gaps[i]!
    const count = counts[i]!
    const offGapMean = gap - gapMean
    gapSquares += offGapMean * offGapMean * count
    if (!(gap > 0)) continue
    const offRateMean = 1000 / gap - rateMean
    rateSquares += offRateMean * offRateMean * count
  }
  squares.gaps = gapSquares
  squares.rates = rateSquares
}

function meanOf(sum: number, count: number): number {
  return count === 0 ? 0 : sum / count
}
