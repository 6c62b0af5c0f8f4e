/** Eigenvalues, and eigenvectors as columns, of a symmetric matrix, by cyclic Jacobi rotations. */
export interface Eigen {
  readonly values: readonly number[]
  readonly vectors: readonly Float64Array[]
}

const MAX_SWEEPS = 60
/** Off-diagonal sum of squares, relative to the diagonal's, below which the matrix counts as diagonal. */
const NEGLIGIBLE = 1e-30

export function symmetricEigen(matrix: readonly Float64Array[]): Eigen {
  const a = matrix.map(row => row.slice())
  const size = a.length
  const vectors = a.map((_, i) => Float64Array.from(a, (__, j) => (i === j ? 1 : 0)))
  for (let sweep = 0; sweep < MAX_SWEEPS && !isDiagonal(a); sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q)
    }
  }
  return {values: a.map((row, i) => row[i]!), vectors}
}

function isDiagonal(a: readonly Float64Array[]): boolean {
  let diagonal = 0
  let rest = 0
  for (const [i, row] of a.entries()) {
    for (const [j, value] of row.entries()) {
      if (i === j) diagonal += value * value
      else rest += value * value
    }
  }
  return !(rest > NEGLIGIBLE * diagonal)
}

/** Makes element (p, q) zero. */
function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  const left = a[p]!
  const right = a[q]!
  const offDiagonal = left[q]!
  if (offDiagonal === 0) return
  const theta = (right[q]! - left[p]!) / (2 * offDiagonal)
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(1 + theta * theta))
  const cosine = 1 / Math.sqrt(1 + tangent * tangent)
  const sine = tangent * cosine
  for (const rows of [a, vectors]) {
    for (const row of rows) {
      const x = row[p]!
      const y = row[q]!
      row[p] = cosine * x - sine * y
      row[q] = sine * x + cosine * y
    }
  }
  for (let k = 0; k < left.length; k++) {
    const x = left[k]!
    const y = right[k]!
    left[k] = cosine * x - sine * y
    right[k] = sine * x + cosine * y
  }
}
