import fc from 'fast-check'
import {expect, test} from 'vitest'
import {exactLog} from '../../../../core/exact-math.ts'
import {type ArimaOrder, type ArimaParameters, filterArima} from './state-space.ts'

type Matrix = readonly (readonly number[])[]

const weight = () => fc.double({min: -0.45, max: 0.45, noNaN: true})
const weights = fc.array(weight(), {maxLength: 4}).map(values => values.map(value => value / values.length))
const model = fc.record({
  ar: weights,
  ma: weights,
  d: fc.integer({min: 0, max: 2}),
  constant: fc.double({min: -5, max: 5, noNaN: true}),
  variance: fc.double({min: 0.01, max: 100, noNaN: true}),
})
const values = fc.array(fc.double({min: -1000, max: 1000, noNaN: true}), {minLength: 5, maxLength: 20})

test('has the last bit of a filter that multiplies whole matrices', () => {
  fc.assert(
    fc.property(model, values, ({ar, ma, d, constant, variance}, series) => {
      const order = {p: ar.length, d, q: ma.length, hasConstant: true}
      const parameters = {constant, ar: Float64Array.from(ar), ma: Float64Array.from(ma), variance}
      const filtered = filterArima(Float64Array.from(series), order, parameters)
      expect(filtered).toEqual(filterByMatrices(series, order, parameters))
    }),
  )
})

function filterByMatrices(series: readonly number[], {p, d, q}: ArimaOrder, parameters: ArimaParameters) {
  const {ar, ma, constant, variance} = parameters
  const arma = Math.max(p, q + 1)
  const size = d + arma
  const square = (cell: (i: number, j: number) => number, n = size): Matrix =>
    Array.from({length: n}, (_, i) => Array.from({length: n}, (__, j) => cell(i, j)))
  const transition = square((i, j) => {
    if (i < d) return j >= i && j <= d ? 1 : 0
    return j === d ? (ar[i - d] ?? 0) : j === i + 1 ? 1 : 0
  })
  const loading = (i: number) => (i < d ? 0 : i === d ? 1 : (ma[i - d - 1] ?? 0))
  const disturbance = square((i, j) => loading(i) * loading(j) * variance)
  const inArma = (i: number, j: number) => transition[d + i]![d + j]!
  const mean = solve(
    square((i, j) => (i === j ? 1 : 0) - inArma(i, j), arma),
    Array.from({length: arma}, (_, i) => (i === 0 ? constant : 0)),
  )
  const pair = (row: number) => [Math.floor(row / arma), row % arma] as const
  const spread = solve(
    square((row, column) => {
      const [i, j] = pair(row)
      const [k, l] = pair(column)
      return -inArma(i, k) * inArma(j, l) + (row === column ? 1 : 0)
    }, arma * arma),
    Array.from({length: arma * arma}, (_, row) => disturbance[d + pair(row)[0]]![d + pair(row)[1]]!),
  )
  let state = Array.from({length: size}, (_, i) => (i < d ? 0 : mean[i - d]!))
  let covariance = square((i, j) => {
    if (i < d || j < d) return i === j ? 1e6 : 0
    return spread[(i - d) * arma + j - d]!
  })
  const observed = (column: readonly number[]) =>
    column.slice(0, d + 1).reduce((sum, value) => sum + value, 0)
  let logLikelihood = 0
  for (const [t, value] of series.entries()) {
    const gain = covariance.map(observed)
    const scale = observed(gain)
    const residual = value - observed(state)
    if (t >= d)
      logLikelihood -= 0.5 * (exactLog(2 * Math.PI) + exactLog(scale) + (residual * residual) / scale)
    const seen = state.map((before, i) => before + (gain[i]! / scale) * residual)
    const sharper = covariance.map((row, i) => row.map((cell, j) => cell - (gain[i]! * gain[j]!) / scale))
    const half = square((i, j) =>
      product(
        transition[i]!,
        sharper.map(row => row[j]!),
        0,
      ),
    )
    state = transition.map((row, i) => product(row, seen, 0) + (i === d ? constant : 0))
    covariance = square((i, j) => product(half[i]!, transition[j]!, disturbance[i]![j]!))
  }
  return {logLikelihood, forecast: observed(state)}
}

function product(left: readonly number[], right: readonly number[], start: number): number {
  return left.reduce((sum, value, i) => sum + value * right[i]!, start)
}

/** Gaussian elimination with row pivoting over whole rows. */
function solve(matrix: Matrix, right: readonly number[]): readonly number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  for (let k = 0; k < rows.length; k++) {
    let pivot = k
    for (let i = k + 1; i < rows.length; i++)
      if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i
    ;[rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!]
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!
      rows[i] = rows[i]!.map((value, j) => (j < k ? value : value - factor * rows[k]![j]!))
    }
  }
  const solution: number[] = []
  for (let k = rows.length - 1; k >= 0; k--) {
    let rest = rows[k]!.at(-1)!
    for (let j = k + 1; j < rows.length; j++) rest -= rows[k]![j]! * solution[j]!
    solution[k] = rest / rows[k]![k]!
  }
  return solution
}
