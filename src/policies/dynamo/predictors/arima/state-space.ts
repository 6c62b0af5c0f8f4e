import {exactLog} from '../../../../core/exact-math.ts'

/** Order of an ARIMA model, with a constant in the (differenced) series or not. */
export interface ArimaOrder {
  readonly p: number
  readonly d: number
  readonly q: number
  readonly hasConstant: boolean
}

export interface ArimaParameters {
  /** 0 without a constant. */
  readonly constant: number
  readonly ar: readonly number[]
  readonly ma: readonly number[]
  readonly variance: number
}

export interface Filtered {
  readonly logLikelihood: number
  /** Expected next value of the series. */
  readonly forecast: number
}

/** Variance of the unknown levels of a differenced series before the first value. */
const DIFFUSE_VARIANCE = 1e6

/**
 * Exact Gaussian likelihood and one-step forecast by a Kalman filter on Harvey's form: `d` levels that sum up the
 * ARMA part, then max(p, q + 1) ARMA states. The first `d` values only set the levels and are left out of the
 * likelihood. Returns null where the ARMA part has no stationary distribution.
 */
export function filterArima(
  series: readonly number[],
  order: ArimaOrder,
  parameters: ArimaParameters,
): Filtered | null {
  const room = roomFor(order)
  fillModel(room, parameters)
  return setStart(room, parameters.constant) ? runFilter(series, room, parameters.constant) : null
}

/** What one filter works in. A search over orders filters thousands of times, so the rooms of each size are made once. */
interface Room {
  /** Levels, and states of the ARMA part. */
  readonly d: number
  readonly arma: number
  // Matrices row by row.
  readonly transition: Float64Array
  /** Weights of the states in the observed value. */
  readonly design: Float64Array
  readonly loading: Float64Array
  /** Covariance of the disturbance of the states. */
  readonly disturbance: Float64Array
  readonly state: Float64Array
  readonly covariance: Float64Array
  readonly moved: Float64Array
  readonly half: Float64Array
  readonly gain: Float64Array
  /** The equations of the stationary mean, and of the stationary covariance. */
  readonly mean: Equations
  readonly spread: Equations
}

interface Equations {
  readonly matrix: Float64Array
  /** The right-hand side, then the solution. */
  readonly right: Float64Array
}

const rooms = new Map<number, Room>()
/** More than any order has. */
const MOST_STATES = 64

function roomFor({p, d, q}: ArimaOrder): Room {
  const arma = Math.max(p, q + 1)
  const key = d * MOST_STATES + arma
  const room = rooms.get(key) ?? makeRoom(d, arma)
  rooms.set(key, room)
  return room
}

function makeRoom(d: number, arma: number): Room {
  const size = d + arma
  const column = () => new Float64Array(size)
  const matrix = () => new Float64Array(size * size)
  const equations = (count: number) => ({
    matrix: new Float64Array(count * count),
    right: new Float64Array(count),
  })
  const transition = matrix()
  for (let i = 0; i < d; i++) for (let j = i; j <= d; j++) transition[i * size + j] = 1
  for (let i = d; i + 1 < size; i++) transition[i * size + i + 1] = 1
  return {
    d,
    arma,
    transition,
    design: column().fill(1, 0, d + 1),
    loading: column(),
    disturbance: matrix(),
    state: column(),
    covariance: matrix(),
    moved: column(),
    half: matrix(),
    gain: column(),
    mean: equations(arma),
    spread: equations(arma * arma),
  }
}

/** Writes what depends on the parameters. */
function fillModel({d, arma, transition, loading, disturbance}: Room, parameters: ArimaParameters): void {
  const {ar, ma, variance} = parameters
  const size = d + arma
  for (let i = 0; i < arma; i++) {
    transition[(d + i) * size + d] = ar[i] ?? 0
    loading[d + i] = i === 0 ? 1 : (ma[i - 1] ?? 0)
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) disturbance[i * size + j] = loading[i]! * loading[j]! * variance
  }
}

/** Writes state and covariance before the first value; false where there is no stationary distribution. */
function setStart(room: Room, constant: number): boolean {
  const {d, arma, state, covariance} = room
  const size = d + arma
  setMeanEquations(room, constant)
  setSpreadEquations(room)
  if (!solve(room.mean) || !solve(room.spread)) return false
  state.fill(0)
  covariance.fill(0)
  for (let i = 0; i < d; i++) covariance[i * size + i] = DIFFUSE_VARIANCE
  for (let i = 0; i < arma; i++) {
    state[d + i] = room.mean.right[i]!
    for (let j = 0; j < arma; j++) covariance[(d + i) * size + d + j] = room.spread.right[i * arma + j]!
  }
  return true
}

/** m = T m + c. */
function setMeanEquations({d, arma, transition, mean: {matrix, right}}: Room, constant: number): void {
  const size = d + arma
  right.fill(0)
  right[0] = constant
  for (let i = 0; i < arma; i++) {
    for (let j = 0; j < arma; j++)
      matrix[i * arma + j] = (i === j ? 1 : 0) - transition[(d + i) * size + d + j]!
  }
}

/** P = T P T' + Q as one linear system. */
function setSpreadEquations({d, arma, transition, disturbance, spread: {matrix, right}}: Room): void {
  const size = d + arma
  const count = arma * arma
  for (let i = 0; i < arma; i++) {
    const rowI = (d + i) * size + d
    for (let j = 0; j < arma; j++) {
      const rowJ = (d + j) * size + d
      const row = i * arma + j
      const start = row * count
      right[row] = disturbance[rowI + j]!
      for (let k = 0; k < arma; k++) {
        const weight = -transition[rowI + k]!
        for (let l = 0; l < arma; l++) matrix[start + k * arma + l] = weight * transition[rowJ + l]!
      }
      matrix[start + row]! += 1
    }
  }
}

function runFilter(series: readonly number[], room: Room, constant: number): Filtered | null {
  const {d: burn, arma, design, state, covariance, gain} = room
  const size = burn + arma
  let logLikelihood = 0
  for (let t = 0; t < series.length; t++) {
    const value = series[t]!
    let variance = 0
    for (let i = 0; i < size; i++) {
      let sum = 0
      for (let j = 0; j < size; j++) sum += covariance[i * size + j]! * design[j]!
      gain[i] = sum
    }
    for (let i = 0; i < size; i++) variance += design[i]! * gain[i]!
    if (!(variance > 0)) return null
    const residual = value - observe(room)
    if (t >= burn) {
      logLikelihood -= 0.5 * (LOG_2_PI + exactLog(variance) + (residual * residual) / variance)
    }
    for (let i = 0; i < size; i++) state[i]! += (gain[i]! / variance) * residual
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) covariance[i * size + j]! -= (gain[i]! * gain[j]!) / variance
    }
    advance(room)
    state[burn]! += constant
  }
  return {logLikelihood, forecast: observe(room)}
}

const LOG_2_PI = exactLog(2 * Math.PI)

/** x = T x and P = T P T' + Q, in place. */
function advance({d, arma, transition, disturbance, state, covariance, moved, half}: Room): void {
  const size = d + arma
  moved.fill(0)
  half.fill(0)
  for (let i = 0; i < size; i++) {
    const row = i * size
    for (let k = 0; k < size; k++) {
      const weight = transition[row + k]!
      if (weight === 0) continue
      moved[i]! += weight * state[k]!
      for (let j = 0; j < size; j++) half[row + j]! += weight * covariance[k * size + j]!
    }
  }
  state.set(moved)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = disturbance[i * size + j]!
      for (let k = 0; k < size; k++) sum += half[i * size + k]! * transition[j * size + k]!
      covariance[i * size + j] = sum
    }
  }
}

function observe({d, arma, design, state}: Room): number {
  const size = d + arma
  let sum = 0
  for (let i = 0; i < size; i++) sum += design[i]! * state[i]!
  return sum
}

/** Gaussian elimination with row pivoting, in place; false if singular. */
function solve({matrix, right}: Equations): boolean {
  const n = right.length
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(matrix[i * n + k]!) > Math.abs(matrix[pivot * n + k]!)) pivot = i
    }
    const head = matrix[pivot * n + k]!
    if (head === 0 || !Number.isFinite(head)) return false
    if (pivot !== k) swapRows({matrix, right}, k, pivot)
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i * n + k]! / head
      if (factor === 0) continue
      for (let j = k; j < n; j++) matrix[i * n + j]! -= factor * matrix[k * n + j]!
      right[i]! -= factor * right[k]!
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) right[k]! -= matrix[k * n + j]! * right[j]!
    right[k]! /= matrix[k * n + k]!
  }
  return true
}

/** From column `k` on, left of which elimination is done. */
function swapRows({matrix, right}: Equations, k: number, other: number): void {
  const n = right.length
  for (let j = k; j < n; j++) {
    const value = matrix[k * n + j]!
    matrix[k * n + j] = matrix[other * n + j]!
    matrix[other * n + j] = value
  }
  const value = right[k]!
  right[k] = right[other]!
  right[other] = value
}
