import {exactLog} from '../../../../core/exact-math.ts'
import {TrendPosterior} from './posterior.ts'
import {symmetricEigen} from './symmetric-eigen.ts'

/** y(t) = offset + slope * t + sum of changes[i] * (t - changeTimes[i]) for the changes already passed. */
export interface PiecewiseTrend {
  readonly offset: number
  readonly slope: number
  readonly changeTimes: readonly number[]
  readonly changes: readonly number[]
}

/** Stan's stop: no more gain than this. */
const SMALLEST_GAIN = 1e-8
const MAX_STEPS = 10_000
const SHORTEST_STEP = 1e-50
/** On a perfect line the noise shrinks without end; from here on the trend no longer moves. */
const LOG_NO_NOISE = exactLog(1e-7)

export function trendAt({offset, slope, changeTimes, changes}: PiecewiseTrend, t: number): number {
  let y = offset + slope * t
  for (const [i, time] of changeTimes.entries()) {
    if (time <= t) y += changes[i]! * (t - time)
  }
  return y
}

/**
 * Posterior maximum for equally spaced values, scaled to at most 1 in size. The posterior has a kink at every
 * change of 0 and often several maxima; Stan's Newton steps are followed one by one to end in the same one.
 */
export function fitTrend(values: readonly number[]): PiecewiseTrend {
  const posterior = new TrendPosterior(values)
  let x = posterior.startFrom(values)
  let value = posterior.value(x)
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = newtonStep(posterior, x)
    const gain = Math.abs(next.value - value)
    x = next.x
    value = next.value
    if (!(gain > SMALLEST_GAIN) || x.at(-1)! < LOG_NO_NOISE) break
  }
  return {
    slope: x[0]!,
    offset: x[1]!,
    changeTimes: posterior.changeTimes,
    changes: [...x.subarray(2, -1)],
  }
}

/** One step along the Hessian's eigenvectors, all curvatures taken as downward, halved until it gains. */
function newtonStep(posterior: TrendPosterior, x: Float64Array): {x: Float64Array; value: number} {
  const value = posterior.value(x)
  const direction = ascent(posterior.gradient(x), posterior.hessian(x))
  for (let length = 1; length >= SHORTEST_STEP; length *= 0.5) {
    const next = x.map((coordinate, i) => coordinate + length * direction[i]!)
    const nextValue = posterior.value(next)
    if (nextValue >= value) return {x: next, value: nextValue}
  }
  return {x, value}
}

function ascent(gradient: Float64Array, hessian: readonly Float64Array[]): Float64Array {
  const {values, vectors} = symmetricEigen(hessian)
  const direction = new Float64Array(gradient.length)
  for (const [k, eigenvalue] of values.entries()) {
    let projection = 0
    for (let i = 0; i < gradient.length; i++) projection += vectors[i]![k]! * gradient[i]!
    projection /= Math.abs(eigenvalue)
    for (let i = 0; i < gradient.length; i++) direction[i]! += vectors[i]![k]! * projection
  }
  return direction
}
