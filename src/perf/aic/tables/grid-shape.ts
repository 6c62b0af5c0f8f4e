/**
 * A measured table over three rising axes, ragged: each branch has its own keys on the next axis.
 * Node i of an axis owns the range [start[i], start[i + 1]) of the next axis' arrays.
 */
export interface Grid {
  readonly keys0: Float64Array
  readonly start1: Uint32Array
  readonly keys1: Float64Array
  readonly start2: Uint32Array
  readonly keys2: Float64Array
  /** Latency in ms per leaf. */
  readonly values: Float64Array
}

/** Roofline time of a point of the grid, ms. */
export type GridRoofline = (q0: number, q1: number, q2: number) => number
