/** Relative size below which a singular value counts as zero. */
const CUTOFF = 1e-15

/**
 * Least-squares solution of `rows · w = y` with the smallest norm, by one-sided Jacobi rotations. Starting values
 * of an ARMA fit on five points come from systems with more unknowns than equations.
 */
export function solveMinimumNorm(rows: readonly (readonly number[])[], y: readonly number[]): number[] {
  const height = rows.length
  const width = rows[0]?.length ?? 0
  // Each entry is one column of the taller of the matrix and its transpose.
  const isTall = height >= width
  const columns = isTall ? transpose(rows, width) : rows.map(row => [...row])
  const basis = orthogonalise(columns)
  const squares = columns.map(column => dot(column, column))
  const cutoff = CUTOFF * Math.sqrt(Math.max(0, ...squares))

  const solution = new Array<number>(width).fill(0)
  for (const [k, column] of columns.entries()) {
    const square = squares[k]!
    if (Math.sqrt(square) <= cutoff) continue
    // Tall: column = u s and basis = v; else column = v s and basis = u. Either way w = v (u · y) / s.
    const left = isTall ? column : basis[k]!
    const right = isTall ? basis[k]! : column
    const weight = dot(left, y) / square
    for (let i = 0; i < width; i++) solution[i]! += right[i]! * weight
  }
  return solution
}

/** Rotates the columns in place until they are orthogonal; returns the columns of the rotation. */
function orthogonalise(columns: number[][]): number[][] {
  const basis = columns.map((_, k) => columns.map((__, i) => (i === k ? 1 : 0)))
  for (let sweep = 0; sweep < 60; sweep++) {
    let isDone = true
    for (let p = 0; p < columns.length; p++) {
      for (let q = p + 1; q < columns.length; q++) {
        const a = dot(columns[p]!, columns[p]!)
        const b = dot(columns[q]!, columns[q]!)
        const c = dot(columns[p]!, columns[q]!)
        if (c === 0 || Math.abs(c) <= 1e-16 * Math.sqrt(a * b)) continue
        isDone = false
        const zeta = (b - a) / (2 * c)
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
        const cosine = 1 / Math.sqrt(1 + tangent * tangent)
        rotate(columns[p]!, columns[q]!, cosine, cosine * tangent)
        rotate(basis[p]!, basis[q]!, cosine, cosine * tangent)
      }
    }
    if (isDone) break
  }
  return basis
}

function rotate(left: number[], right: number[], cosine: number, sine: number): void {
  for (let i = 0; i < left.length; i++) {
    const a = left[i]!
    const b = right[i]!
    left[i] = cosine * a - sine * b
    right[i] = sine * a + cosine * b
  }
}

function transpose(rows: readonly (readonly number[])[], width: number): number[][] {
  return Array.from({length: width}, (_, i) => rows.map(row => row[i]!))
}

function dot(left: readonly number[], right: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!
  return sum
}
