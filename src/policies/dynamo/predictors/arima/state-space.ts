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
  const model = buildModel(order, parameters)
  const initial = stationaryStart(model, parameters.constant, order.d)
  if (initial === null) return null
  return runFilter(series, model, initial, parameters.constant, order.d)
}

interface Model {
  readonly size: number
  readonly transition: readonly Float64Array[]
  /** Weights of the states in the observed value. */
  readonly design: Float64Array
  /** Covariance of the disturbance of the states. */
  readonly disturbance: readonly Float64Array[]
}

interface Start {
  readonly state: Float64Array
  readonly covariance: Float64Array[]
}

function buildModel({p, d, q}: ArimaOrder, {ar, ma, variance}: ArimaParameters): Model {
  const arma = Math.max(p, q + 1)
  const size = d + arma
  const transition = zeros(size)
  const design = new Float64Array(size)
  for (let i = 0; i < d; i++) {
    design[i] = 1
    for (let j = i; j <= d; j++) transition[i]![j] = 1
  }
  design[d] = 1
  for (let i = 0; i < arma; i++) {
    transition[d + i]![d] = ar[i] ?? 0
    if (i + 1 < arma) transition[d + i]![d + i + 1] = 1
  }
  const loading = new Float64Array(size)
  for (let i = 0; i < arma; i++) loading[d + i] = i === 0 ? 1 : (ma[i - 1] ?? 0)
  const disturbance = zeros(size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) disturbance[i]![j] = loading[i]! * loading[j]! * variance
  }
  return {size, transition, design, disturbance}
}

function stationaryStart(model: Model, constant: number, d: number): Start | null {
  const {size, transition, disturbance} = model
  const arma = size - d
  const mean = stationaryMean(transition, constant, d, arma)
  const covariance = stationaryCovariance(transition, disturbance, d, arma)
  if (mean === null || covariance === null) return null
  const state = new Float64Array(size)
  const full = zeros(size)
  for (let i = 0; i < d; i++) full[i]![i] = DIFFUSE_VARIANCE
  for (let i = 0; i < arma; i++) {
    state[d + i] = mean[i]!
    for (let j = 0; j < arma; j++) full[d + i]![d + j] = covariance[i * arma + j]!
  }
  return {state, covariance: full}
}

/** Solves m = T m + c. */
function stationaryMean(
  transition: readonly Float64Array[],
  constant: number,
  d: number,
  arma: number,
): Float64Array | null {
  const matrix = zeros(arma)
  const right = new Float64Array(arma)
  right[0] = constant
  for (let i = 0; i < arma; i++) {
    for (let j = 0; j < arma; j++) matrix[i]![j] = (i === j ? 1 : 0) - transition[d + i]![d + j]!
  }
  return solve(matrix, right)
}

/** Solves P = T P T' + Q as one linear system. */
function stationaryCovariance(
  transition: readonly Float64Array[],
  disturbance: readonly Float64Array[],
  d: number,
  arma: number,
): Float64Array | null {
  const count = arma * arma
  const matrix = zeros(count)
  const right = new Float64Array(count)
  for (let i = 0; i < arma; i++) {
    for (let j = 0; j < arma; j++) {
      const row = i * arma + j
      right[row] = disturbance[d + i]![d + j]!
      for (let k = 0; k < arma; k++) {
        for (let l = 0; l < arma; l++) {
          matrix[row]![k * arma + l] = -transition[d + i]![d + k]! * transition[d + j]![d + l]!
        }
      }
      matrix[row]![row]! += 1
    }
  }
  return solve(matrix, right)
}

function runFilter(
  series: readonly number[],
  model: Model,
  start: Start,
  constant: number,
  burn: number,
): Filtered | null {
  const {size, design} = model
  const state = start.state
  let covariance = start.covariance
  // A search over orders filters thousands of times: what a step needs is made once.
  const scratch: Scratch = {moved: new Float64Array(size), half: zeros(size)}
  let next = zeros(size)
  const gain = new Float64Array(size)
  let logLikelihood = 0
  for (let t = 0; t < series.length; t++) {
    const value = series[t]!
    let variance = 0
    for (let i = 0; i < size; i++) {
      let sum = 0
      for (let j = 0; j < size; j++) sum += covariance[i]![j]! * design[j]!
      gain[i] = sum
    }
    for (let i = 0; i < size; i++) variance += design[i]! * gain[i]!
    if (!(variance > 0)) return null
    const residual = value - observe(model, state)
    if (t >= burn) {
      logLikelihood -= 0.5 * (LOG_2_PI + exactLog(variance) + (residual * residual) / variance)
    }
    for (let i = 0; i < size; i++) state[i]! += (gain[i]! / variance) * residual
    for (let i = 0; i < size; i++) {
      const row = covariance[i]!
      for (let j = 0; j < size; j++) row[j]! -= (gain[i]! * gain[j]!) / variance
    }
    advance(model, {state, covariance, next}, scratch)
    ;[covariance, next] = [next, covariance]
    state[burn]! += constant
  }
  return {logLikelihood, forecast: observe(model, state)}
}

const LOG_2_PI = exactLog(2 * Math.PI)

interface Scratch {
  readonly moved: Float64Array
  readonly half: readonly Float64Array[]
}

interface Step {
  readonly state: Float64Array
  readonly covariance: readonly Float64Array[]
  /** Takes the covariance after the step. */
  readonly next: readonly Float64Array[]
}

/** x = T x in place, and T P T' + Q. */
function advance(model: Model, {state, covariance, next}: Step, {moved, half}: Scratch): void {
  const {size, transition, disturbance} = model
  moved.fill(0)
  for (let i = 0; i < size; i++) {
    half[i]!.fill(0)
    for (let k = 0; k < size; k++) {
      const weight = transition[i]![k]!
      if (weight === 0) continue
      moved[i]! += weight * state[k]!
      for (let j = 0; j < size; j++) half[i]![j]! += weight * covariance[k]![j]!
    }
  }
  state.set(moved)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = disturbance[i]![j]!
      for (let k = 0; k < size; k++) sum += half[i]![k]! * transition[j]![k]!
      next[i]![j] = sum
    }
  }
}

function observe({design, size}: Model, state: Float64Array): number {
  let sum = 0
  for (let i = 0; i < size; i++) sum += design[i]! * state[i]!
  return sum
}

function zeros(size: number): Float64Array[] {
  const rows: Float64Array[] = []
  for (let i = 0; i < size; i++) rows.push(new Float64Array(size))
  return rows
}

/** Gaussian elimination with row pivoting, in place; null if singular. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array | null {
  const n = right.length
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(matrix[i]![k]!) > Math.abs(matrix[pivot]![k]!)) pivot = i
    }
    const head = matrix[pivot]![k]!
    if (head === 0 || !Number.isFinite(head)) return null
    ;[matrix[k], matrix[pivot]] = [matrix[pivot]!, matrix[k]!]
    ;[right[k], right[pivot]] = [right[pivot]!, right[k]!]
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i]![k]! / head
      if (factor === 0) continue
      for (let j = k; j < n; j++) matrix[i]![j]! -= factor * matrix[k]![j]!
      right[i]! -= factor * right[k]!
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) right[k]! -= matrix[k]![j]! * right[j]!
    right[k]! /= matrix[k]![k]!
  }
  return right
}
