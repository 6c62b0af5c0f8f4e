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
  readonly ar: Float64Array
  readonly ma: Float64Array
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
  series: Float64Array,
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
  /** By ARMA state, how much of the first one goes into it at the next step; the state after it does, too. */
  readonly weights: Float64Array
  readonly loading: Float64Array
  readonly state: Float64Array
  readonly gain: Float64Array
  // Matrices row by row: of the disturbance of the states, and of the states.
  readonly disturbance: Float64Array
  readonly covariance: Float64Array
  readonly half: Float64Array
  /** The equations of the stationary mean, and of the stationary covariance. */
  readonly mean: Equations
  readonly spread: Equations
}

interface Equations {
  readonly matrix: Float64Array
  /** The right-hand side, then the solution. */
  readonly right: Float64Array
  /** By row the last column that may be other than 0. */
  readonly reach: Int32Array
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
    reach: new Int32Array(count),
  })
  return {
    d,
    arma,
    weights: new Float64Array(arma),
    loading: column(),
    state: column(),
    gain: column(),
    disturbance: matrix(),
    covariance: matrix(),
    half: matrix(),
    mean: equations(arma),
    spread: equations(arma * arma),
  }
}

/** Writes what depends on the parameters. */
function fillModel({d, arma, weights, loading, disturbance}: Room, parameters: ArimaParameters): void {
  const {ar, ma, variance} = parameters
  const size = d + arma
  for (let i = 0; i < arma; i++) {
    weights[i] = i < ar.length ? ar[i]! : 0
    loading[d + i] = i === 0 ? 1 : i <= ma.length ? ma[i - 1]! : 0
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
function setMeanEquations({arma, weights, mean: {matrix, right, reach}}: Room, constant: number): void {
  reach.fill(arma - 1)
  right.fill(0)
  right[0] = constant
  for (let i = 0; i < arma; i++) {
    for (let j = 0; j < arma; j++) matrix[i * arma + j] = (i === j ? 1 : 0) - transition(weights, i, j)
  }
}

/** P = T P T' + Q as one linear system. */
function setSpreadEquations({d, arma, weights, disturbance, spread: {matrix, right, reach}}: Room): void {
  const size = d + arma
  const count = arma * arma
  matrix.fill(0)
  for (let i = 0; i < arma; i++) {
    for (let j = 0; j < arma; j++) {
      const row = i * arma + j
      const start = row * count
      right[row] = disturbance[(d + i) * size + d + j]!
      // Each of both rows of T has two numbers at the most.
      for (let k = 0; k < arma; k = k === 0 ? Math.max(1, i + 1) : arma) {
        const weight = -transition(weights, i, k)
        for (let l = 0; l < arma; l = l === 0 ? Math.max(1, j + 1) : arma)
          matrix[start + k * arma + l] = weight * transition(weights, j, l)
      }
      matrix[start + row]! += 1
      reach[row] = Math.max(row, (i + 1 < arma ? (i + 1) * arma : 0) + (j + 1 < arma ? j + 1 : 0))
    }
  }
}

/** T within the ARMA part. */
function transition(weights: Float64Array, to: number, from: number): number {
  if (from === 0) return weights[to]!
  return from === to + 1 ? 1 : 0
}

function runFilter(series: Float64Array, room: Room, constant: number): Filtered | null {
  const {d: burn, arma, state, covariance, gain} = room
  const size = burn + arma
  let logLikelihood = 0
  for (let t = 0; t < series.length; t++) {
    let variance = 0
    for (let i = 0; i < size; i++) {
      const weight = sumOfObserved(covariance, i * size, burn)
      gain[i] = weight
      if (i <= burn) variance += weight
    }
    if (!(variance > 0)) return null
    const residual = series[t]! - sumOfObserved(state, 0, burn)
    if (t >= burn) {
      logLikelihood -= 0.5 * (LOG_2_PI + exactLog(variance) + (residual * residual) / variance)
    }
    for (let i = 0; i < size; i++) {
      const weight = gain[i]!
      state[i]! += (weight / variance) * residual
      for (let j = 0; j < size; j++) covariance[i * size + j]! -= (weight * gain[j]!) / variance
    }
    advance(room)
    state[burn]! += constant
  }
  return {logLikelihood, forecast: sumOfObserved(state, 0, burn)}
}

const LOG_2_PI = exactLog(2 * Math.PI)

/** The observed value is the sum of the levels and of the first ARMA state, whichever vector over states it is asked of. */
function sumOfObserved(values: Float64Array, start: number, d: number): number {
  let sum = 0
  for (let i = 0; i <= d; i++) sum += values[start + i]!
  return sum
}

/**
 * x = T x and P = T P T' + Q, in place. A row of T has ones from its own level to the first ARMA state; below, it has a weight for the
 * first ARMA state and a one for the next: nothing else is multiplied.
 */
function advance({d, arma, weights, disturbance, state, covariance, half}: Room): void {
  const size = d + arma
  for (let i = 0; i < d; i++) {
    for (let k = i + 1; k <= d; k++) state[i]! += state[k]!
    for (let j = 0; j < size; j++) {
      let sum = 0
      for (let k = i; k <= d; k++) sum += covariance[k * size + j]!
      half[i * size + j] = sum
    }
  }
  const head = state[d]!
  for (let i = d; i < size; i++) {
    const weight = weights[i - d]!
    const row = i * size
    const isLast = i + 1 === size
    state[i] = isLast ? weight * head : weight * head + state[i + 1]!
    for (let j = 0; j < size; j++) {
      const first = weight * covariance[d * size + j]!
      half[row + j] = isLast ? first : first + covariance[row + size + j]!
    }
  }
  for (let row = 0; row < size * size; row += size) {
    for (let j = 0; j < d; j++) {
      let sum = disturbance[row + j]!
      for (let k = j; k <= d; k++) sum += half[row + k]!
      covariance[row + j] = sum
    }
    const first = half[row + d]!
    for (let j = d; j < size; j++) {
      const sum = disturbance[row + j]! + first * weights[j - d]!
      covariance[row + j] = j + 1 === size ? sum : sum + half[row + j + 1]!
    }
  }
}

/** Gaussian elimination with row pivoting, in place; false if singular. */
function solve(equations: Equations): boolean {
  const {matrix, right, reach} = equations
  const n = right.length
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(matrix[i * n + k]!) > Math.abs(matrix[pivot * n + k]!)) pivot = i
    }
    const head = matrix[pivot * n + k]!
    if (head === 0 || !Number.isFinite(head)) return false
    if (pivot !== k) swapRows(equations, k, pivot)
    const last = reach[k]!
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i * n + k]! / head
      if (factor === 0) continue
      for (let j = k; j <= last; j++) matrix[i * n + j]! -= factor * matrix[k * n + j]!
      right[i]! -= factor * right[k]!
      if (last > reach[i]!) reach[i] = last
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    let rest = right[k]!
    for (let j = k + 1; j <= reach[k]!; j++) rest -= matrix[k * n + j]! * right[j]!
    right[k] = rest / matrix[k * n + k]!
  }
  return true
}

/** From column `k` on, left of which elimination is done. */
function swapRows({matrix, right, reach}: Equations, k: number, other: number): void {
  const n = right.length
  const last = Math.max(reach[k]!, reach[other]!)
  for (let j = k; j <= last; j++) {
    const value = matrix[k * n + j]!
    matrix[k * n + j] = matrix[other * n + j]!
    matrix[other * n + j] = value
  }
  swap(right, k, other)
  swap(reach, k, other)
}

function swap(values: Float64Array | Int32Array, a: number, b: number): void {
  const value = values[a]!
  values[a] = values[b]!
  values[b] = value
}
