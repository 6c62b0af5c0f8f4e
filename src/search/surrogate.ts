import {exactExp, exactLog} from '../core/exact-math.ts'

/** One measured point: where, what, and from how many runs. */
export interface Sample {
  readonly at: readonly number[]
  readonly value: number
  /** Runs the value is the mean or median of: more runs, less noise. */
  readonly runs: number
}

export interface Prediction {
  readonly mean: number
  readonly deviation: number
}

/** A guess at a figure of every candidate from those that were run, with how sure it is. */
export interface Surrogate {
  readonly predict: (at: readonly number[]) => Prediction
  /** The same with one more point, its shape as it is. */
  readonly including: (sample: Sample) => Surrogate
}

interface Shape {
  /** How far each coordinate reaches: a small one matters, a large one hardly. */
  readonly reach: readonly number[]
  /** Variance of one run's noise over that of the figure itself. */
  readonly noise: number
}

const REACHES = [0.25, 0.5, 1, 2, 4, 12]
const NOISES = [0.0005, 0.003, 0.02, 0.1]

/** With fewer samples what each coordinate does cannot be told apart. */
const LEAST_TO_FIT = 5
/** More samples tell the shape hardly better, and each attempt at one takes the third power of them. */
const MOST_TO_FIT = 48

/**
 * A Gaussian process (Matérn 5/2) over coordinates in [0, 1], a coordinate of choices being apart by 1 or not at all. Its
 * shape is the likeliest of a grid, searched coordinate by coordinate: no randomness, and the same on every machine.
 * @param choices by coordinate: whether only equality counts there
 */
export function fitSurrogate(samples: readonly Sample[], choices: readonly boolean[]): Surrogate {
  const shape = likeliestShape(thinned(samples), choices)
  return surrogateOf(samples, choices, shape)
}

function likeliestShape(samples: readonly Sample[], choices: readonly boolean[]): Shape {
  const distances = pairDistances(samples, choices)
  let best = {reach: choices.map(() => 1), noise: NOISES[1]!}
  if (samples.length < LEAST_TO_FIT) return best
  let {likelihood} = tryShape(samples, distances, best)
  const attempt = (shape: Shape) => {
    const tried = tryShape(samples, distances, shape)
    if (tried.likelihood <= likelihood + 1e-9) return
    best = {reach: [...shape.reach], noise: shape.noise}
    likelihood = tried.likelihood
  }
  for (let round = 0; round < 2; round++) {
    for (const noise of NOISES) attempt({...best, noise})
    for (let k = 0; k < choices.length; k++)
      for (const reach of REACHES) attempt({...best, reach: best.reach.with(k, reach)})
  }
  return best
}

/** Of many samples so many that lie evenly in their order, the last among them. */
function thinned(samples: readonly Sample[]): readonly Sample[] {
  const count = samples.length
  if (count <= MOST_TO_FIT) return samples
  return Array.from({length: MOST_TO_FIT}, (_, i) => samples[Math.ceil(((i + 1) * count) / MOST_TO_FIT) - 1]!)
}

function surrogateOf(samples: readonly Sample[], choices: readonly boolean[], shape: Shape): Surrogate {
  const fit = tryShape(samples, pairDistances(samples, choices), shape)
  return {
    predict: at => predictAt(at, {samples, choices, shape, fit}),
    including: sample => surrogateOf([...samples, sample], choices, shape),
  }
}

interface Fit {
  readonly likelihood: number
  readonly mean: number
  readonly variance: number
  /** Lower triangle of the Cholesky factor, row by row. */
  readonly factor: Float64Array
  /** Factor⁻¹ times the centred values. */
  readonly whitened: Float64Array
  /** Factor⁻¹ times ones: for the mean's own uncertainty. */
  readonly ones: Float64Array
  readonly onesSquared: number
}

function tryShape(samples: readonly Sample[], distances: Float64Array, shape: Shape): Fit {
  const count = samples.length
  const factor = new Float64Array(count * count)
  const weights = shape.reach.map(reach => 1 / (reach * reach))
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const pair = ((i * (i - 1)) / 2 + j) * weights.length
      let squared = 0
      for (let k = 0; k < weights.length; k++) squared += distances[pair + k]! * weights[k]!
      factor[i * count + j] = matern(squared)
    }
    factor[i * count + i] = 1 + 1e-8 + shape.noise / samples[i]!.runs
  }
  let halfLogDeterminant = 0
  decompose(factor, count)
  for (let i = 0; i < count; i++) halfLogDeterminant += exactLog(factor[i * count + i]!)
  const ones = solveLower(factor, new Float64Array(count).fill(1))
  const values = solveLower(
    factor,
    Float64Array.from(samples, ({value}) => value),
  )
  const onesSquared = dot(ones, ones)
  const mean = dot(ones, values) / onesSquared
  const whitened = values.map((value, i) => value - mean * ones[i]!)
  // A floor, so that equal values do not look like certainty.
  const variance = Math.max(dot(whitened, whitened) / count, 1e-8)
  const likelihood = -0.5 * count * exactLog(variance) - halfLogDeterminant
  return {likelihood, mean, variance, factor, whitened, ones, onesSquared}
}

interface Fitted {
  readonly samples: readonly Sample[]
  readonly choices: readonly boolean[]
  readonly shape: Shape
  readonly fit: Fit
}

/** Of the figure itself, without the noise of one run. */
function predictAt(at: readonly number[], {samples, choices, shape, fit}: Fitted): Prediction {
  const near = new Float64Array(samples.length)
  for (let i = 0; i < near.length; i++) {
    const other = samples[i]!.at
    let squared = 0
    for (let k = 0; k < choices.length; k++)
      squared += squaredDistance(at[k]!, other[k]!, choices[k]!) / (shape.reach[k]! * shape.reach[k]!)
    near[i] = matern(squared)
  }
  const weights = solveLower(fit.factor, near)
  const mean = fit.mean + dot(weights, fit.whitened)
  const unexplained = 1 - dot(fit.ones, weights)
  const variance = fit.variance * (1 - dot(weights, weights) + (unexplained * unexplained) / fit.onesSquared)
  return {mean, deviation: Math.sqrt(Math.max(variance, 0))}
}

function matern(squared: number): number {
  const r = Math.sqrt(5 * squared)
  return (1 + r + (r * r) / 3) * exactExp(-r)
}

/** Squared, coordinate by coordinate, of each sample to every one before it. */
function pairDistances(samples: readonly Sample[], choices: readonly boolean[]): Float64Array {
  const pairs = new Float64Array((samples.length * (samples.length - 1) * choices.length) / 2)
  let next = 0
  for (const [i, {at}] of samples.entries()) {
    for (let j = 0; j < i; j++) {
      const other = samples[j]!.at
      for (let k = 0; k < choices.length; k++) pairs[next++] = squaredDistance(at[k]!, other[k]!, choices[k]!)
    }
  }
  return pairs
}

function squaredDistance(a: number, b: number, isChoice: boolean): number {
  return isChoice ? Number(a !== b) : (a - b) * (a - b)
}

/** In place; only the lower triangle is read and written. The diagonal's noise keeps it positive. */
function decompose(matrix: Float64Array, count: number): void {
  for (let j = 0; j < count; j++) {
    for (let i = j; i < count; i++) {
      let sum = matrix[i * count + j]!
      for (let k = 0; k < j; k++) sum -= matrix[i * count + k]! * matrix[j * count + k]!
      matrix[i * count + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * count + j]!
    }
  }
}

function solveLower(factor: Float64Array, right: Float64Array): Float64Array {
  const count = right.length
  const solved = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let sum = right[i]!
    for (let k = 0; k < i; k++) sum -= factor[i * count + k]! * solved[k]!
    solved[i] = sum / factor[i * count + i]!
  }
  return solved
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
