import {type Distribution, quantileBetween} from './distribution-kinds.ts'
import {exactExp, exactLog} from './exact-math.ts'
import type {RandomStream} from './random.ts'

/** One value. A constant takes no random number, so that it moves no stream. */
export function sampleDistribution(distribution: Distribution, random: RandomStream): number {
  return distribution.kind === 'constant' ? distribution.value : quantileOf(distribution, random.next())
}

/** The value that `share` of all samples stay below; `share` from 0 up to, but without, 1. */
export function quantileOf(distribution: Distribution, share: number): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value
    case 'lognormal': {
      const {median, p95} = distribution
      // No sample lies beyond the last of 2^53 equal parts on either side.
      const inside = Math.min(Math.max(share, SMALLEST_SHARE), 1 - SMALLEST_SHARE)
      const sigma = exactLog(p95 / median) / NORMAL_P95
      return median * exactExp(sigma * normalQuantile(inside))
    }
    case 'quantiles':
      return quantileBetween(distribution.points, share)
  }
}

const SMALLEST_SHARE = 1.1102230246251565e-16
/** The standard normal's 95th percentile. */
const NORMAL_P95 = 1.6448536269514722

/** Rational approximations of Wichura's AS 241, to about 16 digits: one for the middle, two for the tails. */
const MIDDLE = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852546, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1,
  ],
] as const
const NEAR_TAIL = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
] as const
const FAR_TAIL = [
  [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
    0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
    0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
  ],
] as const

/** Standard normal value below which `share` of the samples lie, for shares inside (0, 1). */
export function normalQuantile(share: number): number {
  const offset = share - 0.5
  if (Math.abs(offset) <= 0.425) return offset * ratio(MIDDLE, 0.180625 - offset * offset)
  const tail = Math.sqrt(-exactLog(offset < 0 ? share : 1 - share))
  const value = tail <= 5 ? ratio(NEAR_TAIL, tail - 1.6) : ratio(FAR_TAIL, tail - 5)
  return offset < 0 ? -value : value
}

function ratio([top, bottom]: readonly [readonly number[], readonly number[]], x: number): number {
  return polynomial(top, x) / polynomial(bottom, x)
}

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}
