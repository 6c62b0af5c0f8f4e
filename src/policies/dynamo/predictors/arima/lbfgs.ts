import {searchStep} from './line-search.ts'

/** Stops of L-BFGS-B as the reference's library sets them. */
const MEMORY = 10
const GRADIENT_TOLERANCE = 1e-5
const EPSILON = 2 ** -52
const VALUE_TOLERANCE = 1e7 * EPSILON
/** Step of the forward differences that stand for the gradient. */
const DIFFERENCE = 1e-5

export type Objective = (parameters: readonly number[]) => number

interface Correction {
  readonly s: readonly number[]
  readonly y: readonly number[]
  readonly sy: number
}

interface Evaluation {
  readonly x: readonly number[]
  readonly value: number
  readonly gradient: readonly number[]
}

/**
 * Minimises without bounds by limited-memory BFGS (Zhu, Byrd, Lu and Nocedal), gradients by forward differences.
 * It follows the reference's optimiser in every setting, because at its iteration limit, and with parameters of
 * very unequal scale, the result is not the minimum but wherever the iterations have got to.
 */
export function minimise(
  objective: Objective,
  start: readonly number[],
  maxIterations: number,
): readonly number[] {
  let current = evaluate(objective, start)
  let memory: Correction[] = []
  let scale = 1
  let iterations = 0
  if (largest(current.gradient) <= GRADIENT_TOLERANCE) return current.x

  for (;;) {
    const target = add(current.x, descent(current.gradient, memory, scale))
    // Through the point and back, so that the direction carries the same rounding.
    const direction = subtract(target, current.x)
    const norm = Math.sqrt(dot(direction, direction))
    const firstStep = iterations === 0 ? Math.min(1 / norm, 1e10) : 1
    const startSlope = dot(current.gradient, direction)
    const from: Evaluation = current
    let trial: Evaluation = current
    const step = searchStep({value: from.value, slope: startSlope}, firstStep, length => {
      const x = length === 1 ? target : from.x.map((value, i) => length * direction[i]! + value)
      trial = evaluate(objective, x)
      return {value: trial.value, slope: dot(trial.gradient, direction)}
    })
    if (step === null) {
      if (memory.length === 0) return from.x
      memory = []
      scale = 1
      continue
    }
    current = trial
    iterations++
    if (iterations >= maxIterations) return current.x
    if (largest(current.gradient) <= GRADIENT_TOLERANCE) return current.x
    const size = Math.max(Math.abs(from.value), Math.abs(current.value), 1)
    if (from.value - current.value <= VALUE_TOLERANCE * size) return current.x

    const y = subtract(current.gradient, from.gradient)
    const sy = (dot(current.gradient, direction) - startSlope) * step
    if (sy <= EPSILON * -startSlope * step) continue
    const s = direction.map(value => value * step)
    memory = [...memory, {s, y, sy}].slice(-MEMORY)
    scale = dot(y, y) / sy
  }
}

/** -H g by the two-loop recursion. */
function descent(gradient: readonly number[], memory: readonly Correction[], scale: number): number[] {
  let q = [...gradient]
  const weights: number[] = []
  for (const {s, y, sy} of memory.toReversed()) {
    const weight = dot(s, q) / sy
    weights.push(weight)
    q = q.map((value, i) => value - weight * y[i]!)
  }
  q = q.map(value => value / scale)
  for (const [k, {s, y, sy}] of memory.entries()) {
    const weight = weights[memory.length - 1 - k]! - dot(y, q) / sy
    q = q.map((value, i) => value + weight * s[i]!)
  }
  return q.map(value => -value)
}

function evaluate(objective: Objective, x: readonly number[]): Evaluation {
  const value = objective(x)
  const gradient = x.map((coordinate, i) => {
    const moved = [...x]
    moved[i] = coordinate + DIFFERENCE
    return (objective(moved) - value) / (moved[i]! - coordinate)
  })
  return {x: [...x], value, gradient}
}

function add(left: readonly number[], right: readonly number[]): number[] {
  return left.map((value, i) => value + right[i]!)
}

function subtract(left: readonly number[], right: readonly number[]): number[] {
  return left.map((value, i) => value - right[i]!)
}

function dot(left: readonly number[], right: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!
  return sum
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}
