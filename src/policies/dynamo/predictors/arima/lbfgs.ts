import {searchStep} from './line-search.ts'

/** Stops of L-BFGS-B as the reference's library sets them. */
const MEMORY = 10
const GRADIENT_TOLERANCE = 1e-5
const EPSILON = 2 ** -52
const VALUE_TOLERANCE = 1e7 * EPSILON
/** Step of the forward differences that stand for the gradient. */
const DIFFERENCE = 1e-5

/** Must not keep the parameters: they change beneath it. */
export type Objective = (parameters: Float64Array) => number

interface Correction {
  readonly s: Float64Array
  readonly y: Float64Array
  readonly sy: number
}

interface Evaluation {
  readonly x: Float64Array
  readonly value: number
  readonly gradient: Float64Array
}

/**
 * Minimises without bounds by limited-memory BFGS (Zhu, Byrd, Lu and Nocedal), gradients by forward differences.
 * It follows the reference's optimiser in every setting, because at its iteration limit, and with parameters of
 * very unequal scale, the result is not the minimum but wherever the iterations have got to.
 */
export function minimise(objective: Objective, start: Float64Array, maxIterations: number): Float64Array {
  let current = evaluate(objective, start)
  const memory: Correction[] = []
  let scale = 1
  let iterations = 0
  if (largest(current.gradient) <= GRADIENT_TOLERANCE) return current.x

  for (;;) {
    const target = sum(current.x, 1, descent(current.gradient, memory, scale))
    // Through the point and back, so that the direction carries the same rounding.
    const direction = sum(target, -1, current.x)
    const norm = Math.sqrt(dot(direction, direction))
    const firstStep = iterations === 0 ? Math.min(1 / norm, 1e10) : 1
    const startSlope = dot(current.gradient, direction)
    const from: Evaluation = current
    let trial: Evaluation = current
    const step = searchStep({value: from.value, slope: startSlope}, firstStep, length => {
      const x = length === 1 ? target : sum(from.x, length, direction)
      trial = evaluate(objective, x)
      return {value: trial.value, slope: dot(trial.gradient, direction)}
    })
    if (step === null) {
      if (memory.length === 0) return from.x
      memory.length = 0
      scale = 1
      continue
    }
    current = trial
    iterations++
    if (iterations >= maxIterations) return current.x
    if (largest(current.gradient) <= GRADIENT_TOLERANCE) return current.x
    const size = Math.max(Math.abs(from.value), Math.abs(current.value), 1)
    if (from.value - current.value <= VALUE_TOLERANCE * size) return current.x

    const y = sum(current.gradient, -1, from.gradient)
    const sy = (dot(current.gradient, direction) - startSlope) * step
    if (sy <= EPSILON * -startSlope * step) continue
    if (memory.length === MEMORY) memory.shift()
    memory.push({s: scaled(direction, step), y, sy})
    scale = dot(y, y) / sy
  }
}

/** -H g by the two-loop recursion. */
function descent(gradient: Float64Array, memory: readonly Correction[], scale: number): Float64Array {
  const q = gradient.slice()
  const weights = new Float64Array(memory.length)
  for (let k = memory.length - 1; k >= 0; k--) {
    const {s, y, sy} = memory[k]!
    const weight = dot(s, q) / sy
    weights[k] = weight
    for (let i = 0; i < q.length; i++) q[i]! -= weight * y[i]!
  }
  for (let i = 0; i < q.length; i++) q[i]! /= scale
  for (let k = 0; k < memory.length; k++) {
    const {s, y, sy} = memory[k]!
    const weight = weights[k]! - dot(y, q) / sy
    for (let i = 0; i < q.length; i++) q[i]! += weight * s[i]!
  }
  return scaled(q, -1)
}

function evaluate(objective: Objective, x: Float64Array): Evaluation {
  const value = objective(x)
  const gradient = new Float64Array(x.length)
  const moved = x.slice()
  for (let i = 0; i < x.length; i++) {
    const coordinate = x[i]!
    const beside = coordinate + DIFFERENCE
    moved[i] = beside
    gradient[i] = (objective(moved) - value) / (beside - coordinate)
    moved[i] = coordinate
  }
  return {x, value, gradient}
}

function sum(left: Float64Array, factor: number, right: Float64Array): Float64Array {
  const result = new Float64Array(left.length)
  for (let i = 0; i < left.length; i++) result[i] = left[i]! + factor * right[i]!
  return result
}

function scaled(values: Float64Array, factor: number): Float64Array {
  const result = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) result[i] = values[i]! * factor
  return result
}

function dot(left: Float64Array, right: Float64Array): number {
  let total = 0
  for (let i = 0; i < left.length; i++) total += left[i]! * right[i]!
  return total
}

function largest(values: Float64Array): number {
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!))
  return most
}
