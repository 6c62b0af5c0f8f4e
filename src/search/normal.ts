import {exactExp} from '../core/exact-math.ts'

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return exactExp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
}

/** Its distribution function, to 7.5e-8 (Abramowitz and Stegun 26.2.17). */
export function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const above = normalDensity(x) * series
  return x < 0 ? above : 1 - above
}
