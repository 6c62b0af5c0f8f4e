import {exactExp} from '../../../../core/exact-math.ts'
import {roundHalfEven} from '../../../../core/python/python-number.ts'

/** Prophet's defaults: changes of slope in the first 80 % of the window, at most 25 of them. */
const CHANGE_RANGE = 0.8
const MAX_CHANGES = 25
/** Scale of the Laplace prior on changes; variances of the normal priors on the line and on the noise. */
const CHANGE_SCALE = 0.05
const LINE_VARIANCE = 25
const NOISE_VARIANCE = 0.25

/** Displacements and weights of the reference's fourth-order differences. */
const DIFFERENCE = 1e-3
const DISPLACEMENTS = [-2 * DIFFERENCE, -DIFFERENCE, DIFFERENCE, 2 * DIFFERENCE] as const
const DIFFERENCE_WEIGHTS = [1 / 12, -2 / 3, 2 / 3, -1 / 12] as const
/**
 * Stan multiplies its difference sums by half the displacement where dividing by it would give the derivative. The
 * Hessian comes out smaller by a constant, so the Newton steps start too long and are halved about 20 times. The
 * path, and which of several maxima it ends in, depends on that, so it is done here as well.
 */
const HESSIAN_WEIGHT = 0.5 * DIFFERENCE

/**
 * Log posterior of a piecewise linear trend with normal noise over equally spaced values. Parameters: slope,
 * offset, one change of slope per change time, logarithm of the noise level.
 */
export class TrendPosterior {
  readonly changeTimes: readonly number[]
  readonly #count: number
  /** Products of the columns of the linear model with each other and with the values. */
  readonly #gram: readonly Float64Array[]
  readonly #target: Float64Array
  readonly #sumOfSquares: number

  constructor(values: readonly number[]) {
    this.#count = values.length
    const times = values.map((_, i) => i / (values.length - 1))
    this.changeTimes = changeIndexes(values.length).map(i => times[i]!)
    const columns = [
      times,
      times.map(() => 1),
      ...this.changeTimes.map(change => times.map(t => Math.max(0, t - change))),
    ]
    this.#gram = columns.map(left => Float64Array.from(columns, right => dot(left, right)))
    this.#target = Float64Array.from(columns, column => dot(column, values))
    this.#sumOfSquares = dot(values, values)
  }

  /** Prophet starts from the line through the first and last value, no changes, noise 1. */
  startFrom(values: readonly number[]): Float64Array {
    const start = new Float64Array(this.#target.length + 1)
    start[0] = values.at(-1)! - values[0]!
    start[1] = values[0]!
    return start
  }

  value(x: Float64Array): number {
    const logNoise = x[x.length - 1]!
    const variance = exactExp(2 * logNoise)
    let result = -this.#squaredResiduals(x) / (2 * variance) - this.#count * logNoise
    result -= (x[0]! ** 2 + x[1]! ** 2) / (2 * LINE_VARIANCE) + variance / (2 * NOISE_VARIANCE)
    for (let j = 2; j < x.length - 1; j++) result -= Math.abs(x[j]!) / CHANGE_SCALE
    return result
  }

  gradient(x: Float64Array): Float64Array {
    const last = x.length - 1
    const variance = exactExp(2 * x[last]!)
    const gradient = new Float64Array(x.length)
    for (let j = 0; j < last; j++) gradient[j] = this.#pull(j, x) / variance + priorPull(j, x[j]!)
    gradient[last] = this.#noisePull(this.#squaredResiduals(x), variance)
    return gradient
  }

  /**
   * Finite differences of the gradient, added to their transpose. The likelihood is quadratic in all parameters but
   * the noise, so there the differences are written in closed form; the Laplace prior's kink is what needs them.
   */
  hessian(x: Float64Array): Float64Array[] {
    const last = x.length - 1
    const variance = exactExp(2 * x[last]!)
    const squares = this.#squaredResiduals(x)
    const half = Array.from(x, () => new Float64Array(x.length))
    for (let d = 0; d < last; d++) {
      for (let j = 0; j < last; j++) half[d]![j] = (-this.#gram[d]![j]! / variance) * DIFFERENCE
      half[d]![d]! += difference(by => priorPull(d, x[d]! + by))
      const pull = this.#pull(d, x)
      const curvature = this.#gram[d]![d]!
      half[d]![last] = difference(by =>
        this.#noisePull(squares - 2 * by * pull + by * by * curvature, variance),
      )
      half[last]![d] = difference(by => pull / exactExp(2 * (x[last]! + by)))
    }
    half[last]![last] = difference(by => this.#noisePull(squares, exactExp(2 * (x[last]! + by))))
    return half.map((row, i) => row.map((entry, j) => HESSIAN_WEIGHT * (entry + half[j]![i]!)))
  }

  /** Product of column `j` with the residuals. */
  #pull(j: number, x: Float64Array): number {
    const row = this.#gram[j]!
    let sum = this.#target[j]!
    for (let i = 0; i < row.length; i++) sum -= row[i]! * x[i]!
    return sum
  }

  #squaredResiduals(x: Float64Array): number {
    let sum = this.#sumOfSquares
    for (let j = 0; j < this.#target.length; j++) sum -= x[j]! * (this.#target[j]! + this.#pull(j, x))
    return Math.max(0, sum)
  }

  #noisePull(squaredResiduals: number, variance: number): number {
    return -this.#count + squaredResiduals / variance - variance / NOISE_VARIANCE
  }
}

function priorPull(j: number, value: number): number {
  return j < 2 ? -value / LINE_VARIANCE : -Math.sign(value) / CHANGE_SCALE
}

function difference(pull: (by: number) => number): number {
  let sum = 0
  for (const [i, by] of DISPLACEMENTS.entries()) sum += DIFFERENCE_WEIGHTS[i]! * pull(by)
  return sum
}

/** Evenly spread over the first part of the window, its first point excepted. */
function changeIndexes(count: number): readonly number[] {
  const range = Math.floor(count * CHANGE_RANGE)
  const changes = Math.min(MAX_CHANGES, range - 1)
  return Array.from({length: changes}, (_, i) => roundHalfEven(((i + 1) * (range - 1)) / changes))
}

function dot(left: readonly number[], right: readonly number[]): number {
  let sum = 0
  for (const [i, value] of left.entries()) sum += value * right[i]!
  return sum
}
