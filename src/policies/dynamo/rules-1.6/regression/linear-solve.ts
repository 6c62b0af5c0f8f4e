/** Below this a pivot counts as zero. */
const SMALLEST_PIVOT = 1e-12

/** A little weight on the diagonal, as a share of the matrix, for systems that have no unique solution. */
const RIDGE_SCALE = 1e-9

export type Matrix = readonly (readonly number[])[]

/** Solves `matrix x = right`, or the same with a ridge on every slope where that fails. null = neither can be solved. */
export function solveOrRidge(matrix: Matrix, right: readonly number[]): number[] | null {
  return solve(matrix, right) ?? solve(withRidge(matrix), right)
}

/** Gauss-Jordan; of equally large pivots the lowest row, as in the reference (planner-1.6.md 6.6). */
function solve(matrix: Matrix, right: readonly number[]): number[] | null {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  const size = rows.length
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let i = column; i < size; i++) {
      if (Math.abs(rows[i]![column]!) >= Math.abs(rows[pivot]![column]!)) pivot = i
    }
    const row = rows[pivot]!
    const scale = row[column]!
    if (!(Math.abs(scale) >= SMALLEST_PIVOT)) return null
    rows[pivot] = rows[column]!
    rows[column] = row
    for (let j = column; j <= size; j++) row[j]! /= scale
    for (const other of rows) if (other !== row) subtract(other, row, column)
  }
  return rows.map(row => row[size]!)
}

function subtract(from: number[], row: readonly number[], column: number): void {
  const factor = from[column]!
  if (factor === 0) return
  for (let j = column; j < from.length; j++) from[j]! -= factor * row[j]!
}

function withRidge(matrix: Matrix): Matrix {
  const trace = matrix.reduce((sum, row, i) => sum + Math.abs(row[i]!), 0)
  const ridge = Math.max(trace, 1) * RIDGE_SCALE
  return matrix.map((row, i) => row.map((value, j) => (i === j && i >= 1 ? value + ridge : value)))
}
