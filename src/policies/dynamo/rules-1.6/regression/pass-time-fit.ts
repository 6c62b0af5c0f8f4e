import {type Matrix, solveOrRidge} from './linear-solve.ts'
import type {RunningStatistics} from './running-statistics.ts'
import type {Sample} from './sample-store.ts'

/** Time of a pass as a plane over its two features, each in units of its spread (planner-1.6.md 6.6). */
export interface PassTimeFit {
  readonly interceptMs: number
  /** Milliseconds per unit of spread; never negative; 0 on an axis without spread. */
  readonly slopesMs: readonly [number, number]
  readonly means: readonly [number, number]
  /** 0 = the axis has no spread: it is ignored even far outside of what was seen. */
  readonly scales: readonly [number, number]
}

/** `unsure`: the running sums do not decide it, everything has to be summed anew. */
export type FitOutcome = PassTimeFit | 'none' | 'unsure'

/** A predicted pass is never shorter than this. */
const SHORTEST_PASS_MS = 1e-6

const EPSILON = 2.220446049250313e-16

/** @returns milliseconds; null where the fit gives no number */
export function predictPassMs(fit: PassTimeFit, attention: number, tokens: number): number | null {
  const at = [attention, tokens] as const
  const z = AXES.map(axis => (isActive(fit, axis) ? (at[axis] - fit.means[axis]) / fit.scales[axis] : 0))
  const predicted = fit.interceptMs + (fit.slopesMs[0] * z[0]! + fit.slopesMs[1] * z[1]!)
  return Number.isFinite(predicted) ? Math.max(predicted, SHORTEST_PASS_MS) : null
}

/** A fit without any slope says nothing, unless nothing else could be asked of so few samples. */
export function isUsable(fit: PassTimeFit, sampleCount: number): boolean {
  const activeAxes = AXES.filter(axis => isActive(fit, axis)).length
  return sampleCount <= activeAxes || fit.slopesMs.some(slope => slope !== 0)
}

type Axis = 0 | 1
const AXES: readonly Axis[] = [0, 1]

function isActive({scales}: PassTimeFit, axis: Axis): boolean {
  return scales[axis] !== 0
}

interface Solution {
  readonly error: number
  readonly tolerance: number
  readonly interceptMs: number
  readonly slopesMs: readonly [number, number]
}

/** The best non-negative plane by the running sums alone. */
export function fitFromStatistics(statistics: RunningStatistics, minObservations: number): FitOutcome {
  if (!statistics.isUsable) return 'unsure'
  const {count} = statistics
  if (count < minObservations || count === 0) return 'none'
  const scales: [number, number] = [0, 0]
  for (const axis of AXES) {
    const scale = Math.sqrt(Math.max(statistics.scatter(axis, axis) / count, 0))
    const threshold = spreadThreshold(statistics.means[axis])
    if (scale > 0 && scale <= threshold * 1e4) return 'unsure'
    if (scale > threshold) scales[axis] = scale
  }
  const axes = AXES.filter(axis => scales[axis] !== 0)
  if (axes.length === 0) return 'none'
  if (axes.length === 2) {
    const correlation = statistics.scatter(0, 1) / scales[0] / scales[1] / count
    if (!Number.isFinite(correlation) || 1 - correlation * correlation <= 1e-8) return 'unsure'
  }
  const best = bestSolution(statistics, axes, scales)
  if (best === null) return 'unsure'
  const {interceptMs, slopesMs} = best
  return {interceptMs, slopesMs, means: [statistics.means[0], statistics.means[1]], scales}
}

function spreadThreshold(mean: number): number {
  return 1e-12 * Math.max(Math.abs(mean), 1)
}

/** null where the sums are too close to call. */
function bestSolution(
  statistics: RunningStatistics,
  axes: readonly Axis[],
  scales: readonly [number, number],
): Solution | null {
  const solutions: Solution[] = []
  for (const chosen of subsetsOf(axes)) {
    const solution = solveFor(statistics, chosen, scales)
    if (solution === null) return null
    if (solution !== 'negative') solutions.push(solution)
  }
  let best = solutions[0]!
  for (const solution of solutions) if (solution.error < best.error) best = solution
  const isTied = solutions.some(
    other => other !== best && Math.abs(other.error - best.error) <= other.tolerance + best.tolerance,
  )
  return isTied ? null : best
}

/** All sets of axes that may have a slope: none, the first, the second, both. */
function subsetsOf(axes: readonly Axis[]): readonly (readonly Axis[])[] {
  return Array.from({length: 2 ** axes.length}, (_, mask) => axes.filter((_axis, bit) => (mask >> bit) & 1))
}

function solveFor(
  statistics: RunningStatistics,
  axes: readonly Axis[],
  scales: readonly [number, number],
): Solution | 'negative' | null {
  const {count} = statistics
  const mean = statistics.means[2]
  const spread = statistics.scatter(2, 2)
  const slopeRows = axes.map(a => axes.map(b => statistics.scatter(a, b) / scales[a] / scales[b]))
  const slopeRight = axes.map(a => statistics.scatter(a, 2) / scales[a])
  const matrix: Matrix = [[count, ...axes.map(() => 0)], ...slopeRows.map(row => [0, ...row])]
  const solved = solveOrRidge(matrix, [count * mean, ...slopeRight])
  if (solved === null || !solved.every(Number.isFinite)) return null
  const [interceptMs, ...slopes] = solved as [number, ...number[]]
  const smallest = Math.sqrt(spread / count) * 1e-10 + Math.abs(mean) * EPSILON * 32
  if (slopes.some(slope => Math.abs(slope) <= smallest)) return null
  if (slopes.some(slope => slope < 0)) return 'negative'

  const linear = slopes.map((slope, i) => 2 * slope * slopeRight[i]!)
  const quadratic = slopes.flatMap((a, i) => slopes.map((b, j) => a * slopeRows[i]![j]! * b))
  const size = [...linear, ...quadratic].reduce((total, term) => total + Math.abs(term), Math.abs(spread))
  const offset = interceptMs - mean
  const error = spread - sum(linear) + sum(quadratic) + count * offset * offset
  const tolerance = 1e-10 * Math.max(size, 1e-24)
  if (!Number.isFinite(error) || error < -tolerance) return null
  return {error, tolerance, interceptMs, slopesMs: spreadOver(axes, slopes)}
}

/** The best non-negative plane, from the samples themselves. */
export function fitFromSamples(samples: readonly Sample[], minObservations: number): PassTimeFit | null {
  if (samples.length < minObservations || samples.length === 0) return null
  const {means, scales} = spreadOf(samples)
  const axes = AXES.filter(axis => scales[axis] !== 0)
  if (axes.length === 0) return null
  const rows = samples.map(sample => ({
    z: AXES.map(axis => (scales[axis] === 0 ? 0 : (featureOf(sample, axis) - means[axis]) / scales[axis])),
    wallMs: sample.wallMs,
  }))
  let best: Solution | null = null
  for (const chosen of subsetsOf(axes)) {
    const solution = solveRows(rows, chosen)
    if (solution !== null && (best === null || solution.error < best.error)) best = solution
  }
  return best && {interceptMs: best.interceptMs, slopesMs: best.slopesMs, means, scales}
}

interface Row {
  readonly z: readonly number[]
  readonly wallMs: number
}

function solveRows(rows: readonly Row[], axes: readonly Axis[]): Solution | null {
  const size = axes.length + 1
  const matrix = Array.from({length: size}, () => new Array<number>(size).fill(0))
  const right = new Array<number>(size).fill(0)
  for (const row of rows) {
    const terms = [1, ...axes.map(axis => row.z[axis]!)]
    for (const [i, term] of terms.entries()) {
      right[i]! += term * row.wallMs
      for (const [j, other] of terms.entries()) matrix[i]![j]! += term * other
    }
  }
  const solved = solveOrRidge(matrix, right)
  if (solved === null || !solved.every(Number.isFinite)) return null
  const [interceptMs, ...slopes] = solved as [number, ...number[]]
  if (slopes.some(slope => slope < 0)) return null
  const slopesMs = spreadOver(axes, slopes)
  let error = 0
  for (const {z, wallMs} of rows) {
    const off = interceptMs + (slopesMs[0] * z[0]! + slopesMs[1] * z[1]!) - wallMs
    error += off * off
  }
  return {error, tolerance: 0, interceptMs, slopesMs}
}

/** Welford's means and spreads, in the order of the store. */
function spreadOf(samples: readonly Sample[]): {means: [number, number]; scales: [number, number]} {
  const means: [number, number] = [0, 0]
  const squares: [number, number] = [0, 0]
  for (const [i, sample] of samples.entries()) {
    for (const axis of AXES) {
      const value = featureOf(sample, axis)
      const before = value - means[axis]
      means[axis] += before / (i + 1)
      squares[axis] += before * (value - means[axis])
    }
  }
  const scales: [number, number] = [0, 0]
  for (const axis of AXES) {
    const scale = Math.sqrt(Math.max(squares[axis] / samples.length, 0))
    if (scale > spreadThreshold(means[axis])) scales[axis] = scale
  }
  return {means, scales}
}

function featureOf(sample: Sample, axis: Axis): number {
  return axis === 0 ? sample.attention : sample.tokens
}

function spreadOver(axes: readonly Axis[], slopes: readonly number[]): [number, number] {
  const spread: [number, number] = [0, 0]
  for (const [i, axis] of axes.entries()) spread[axis] = slopes[i]!
  return spread
}

function sum(terms: readonly number[]): number {
  return terms.reduce((total, term) => total + term, 0)
}
