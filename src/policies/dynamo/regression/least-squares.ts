/**
 * Ordinary least squares with intercept over one or two features, as sklearn's LinearRegression solves it:
 * centre, then the minimum-norm solution by singular values, those below 1e-6 of the largest counting as zero
 * (planner.md 8.3).
 */
export interface LinearFit {
  readonly intercept: number
  readonly slope0: number
  /** 0 where there is one feature. */
  readonly slope1: number
}

const SINGULAR_VALUE_CUTOFF = 1e-6

/** Fits y = intercept + slope * x over the first `count` elements. */
export function fitLine(x: Float64Array, y: Float64Array, count: number): LinearFit {
  const xMean = mean(x, count)
  const yMean = mean(y, count)
  let xx = 0
  let xy = 0
  for (let i = 0; i < count; i++) {
    const dx = x[i]! - xMean
    xx += dx * dx
    xy += dx * (y[i]! - yMean)
  }
  const slope0 = xx === 0 ? 0 : xy / xx
  return {intercept: yMean - xMean * slope0, slope0, slope1: 0}
}

/** Fits y = intercept + slope0 * x0 + slope1 * x1 over the first `count` elements, which it overwrites. */
export function fitPlane(x0: Float64Array, x1: Float64Array, y: Float64Array, count: number): LinearFit {
  const mean0 = centre(x0, count)
  const mean1 = centre(x1, count)
  const meanY = centre(y, count)
  const rotation = orthogonalise(x0, x1, count)

  // The columns are now left singular vectors times singular values.
  const s0 = Math.sqrt(dot(x0, x0, count))
  const s1 = Math.sqrt(dot(x1, x1, count))
  const smallest = SINGULAR_VALUE_CUTOFF * Math.max(s0, s1)
  const w0 = s0 > smallest ? dot(x0, y, count) / s0 / s0 : 0
  const w1 = s1 > smallest ? dot(x1, y, count) / s1 / s1 : 0
  const slope0 = rotation.v00 * w0 + rotation.v01 * w1
  const slope1 = rotation.v10 * w0 + rotation.v11 * w1
  return {intercept: meanY - (mean0 * slope0 + mean1 * slope1), slope0, slope1}
}

interface Rotation {
  readonly v00: number
  readonly v01: number
  readonly v10: number
  readonly v11: number
}

/**
 * One-sided Jacobi: rotates the two columns in place until they are orthogonal and returns the rotation.
 * Unlike the normal equations it keeps small singular values accurate, which columns of requests and KV tokens
 * (five orders of magnitude apart) need.
 */
function orthogonalise(x0: Float64Array, x1: Float64Array, count: number): Rotation {
  let v00 = 1
  let v01 = 0
  let v10 = 0
  let v11 = 1
  // One rotation is exact but for rounding; a second and third clean that up.
  for (let sweep = 0; sweep < 4; sweep++) {
    const a = dot(x0, x0, count)
    const b = dot(x1, x1, count)
    const c = dot(x0, x1, count)
    if (c === 0 || Math.abs(c) <= 1e-17 * Math.sqrt(a * b)) break
    const zeta = (b - a) / (2 * c)
    const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
    const cosine = 1 / Math.sqrt(1 + tangent * tangent)
    const sine = cosine * tangent
    for (let i = 0; i < count; i++) {
      const left = x0[i]!
      const right = x1[i]!
      x0[i] = cosine * left - sine * right
      x1[i] = sine * left + cosine * right
    }
    const old00 = v00
    const old10 = v10
    v00 = cosine * old00 - sine * v01
    v01 = sine * old00 + cosine * v01
    v10 = cosine * old10 - sine * v11
    v11 = sine * old10 + cosine * v11
  }
  return {v00, v01, v10, v11}
}

function centre(values: Float64Array, count: number): number {
  const middle = mean(values, count)
  for (let i = 0; i < count; i++) values[i]! -= middle
  return middle
}

function mean(values: Float64Array, count: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += values[i]!
  return sum / count
}

function dot(left: Float64Array, right: Float64Array, count: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += left[i]! * right[i]!
  return sum
}
