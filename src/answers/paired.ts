import {computeBand} from '../sweep/repeats.ts'

/** Two configurations held against each other, repeat by repeat: what luck does to both cancels out. */
export interface PairedDifference {
  /** Median over the pairs of the second minus the first. */
  readonly median: number
  /** Pairs in which the second is larger, and smaller. */
  readonly larger: number
  readonly smaller: number
  readonly of: number
  /** Nearly all pairs agree, and the difference is more than nothing: it is not luck. */
  readonly isReal: boolean
}

/** All but one in five pairs must agree. Fewer than four pairs must agree to the last. */
const AGREEMENT = 0.8

/** Differences smaller than this share of the first value are "about the same", however surely they come. */
const LEAST_SHARE = 0.005

/**
 * @param firsts  a figure of one configuration, by repeat
 * @param seconds the same figure of the other, of the same repeats; one that does not depend on what is repeated (a fixed
 *   fleet has no phase) stands for all
 */
export function comparePairs(firsts: readonly number[], seconds: readonly number[]): PairedDifference {
  const first = stretched(firsts, seconds.length)
  const second = stretched(seconds, firsts.length)
  const of = Math.min(first.length, second.length)
  const differences = Array.from({length: of}, (_, i) => second[i]! - first[i]!)
  const larger = differences.filter(difference => difference > 0).length
  const smaller = differences.filter(difference => difference < 0).length
  const median = computeBand(differences)?.median ?? 0
  const base = Math.abs(computeBand(first.slice(0, of))?.median ?? 0)
  const agree = Math.max(larger, smaller)
  const isReal = of > 0 && agree >= Math.ceil(AGREEMENT * of) && Math.abs(median) > LEAST_SHARE * base
  return {median, larger, smaller, of, isReal}
}

function stretched(values: readonly number[], to: number): readonly number[] {
  return values.length === 1 ? Array.from({length: Math.max(to, 1)}, () => values[0]!) : values
}
