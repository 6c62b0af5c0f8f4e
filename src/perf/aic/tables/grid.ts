import type {Estimator} from '../request/estimator.ts'
import {lowerBound} from './curve.ts'
import {noData} from './errors.ts'
import {HoldReader} from './grid-hold.ts'
import type {Grid, GridRoofline} from './grid-shape.ts'
import {HoldLine} from './hold-line.ts'
import type {OutsideFlag} from './outside.ts'

/** Axis interpolated on square roots: prefill attention grows with the square of the length. */
export type SqrtAxis = 1 | null

/** Of the hardware, what a lookup depends on. */
export interface GridRules {
  readonly outside: OutsideFlag
  readonly estimator: Pick<Estimator, 'ranksSquares'>
}

/** Beyond the keys of this branch. Latencies are finite, so it cannot be mistaken for one. */
const OUT = Number.NEGATIVE_INFINITY

/** Latency in ms at a point; see perf-model-012.md 6.1 for the rules. */
export class GridReader {
  private readonly grid: Grid
  private readonly roofline: GridRoofline
  private readonly sqrtAxis: SqrtAxis
  private readonly outside: OutsideFlag
  private readonly hold: HoldReader

  constructor(grid: Grid, roofline: GridRoofline, sqrtAxis: SqrtAxis, {outside, estimator}: GridRules) {
    this.grid = grid
    this.roofline = roofline
    this.sqrtAxis = sqrtAxis
    this.outside = outside
    this.hold = new HoldReader(grid, roofline, estimator.ranksSquares)
  }

  /** @throws AicDataError where not even the nearest measurements say anything */
  at(q0: number, q1: number, q2: number): number {
    const value = this.alongAxis0(q0, q1, q2)
    return value === OUT ? this.rooflineBeyond(q0, q1, q2) / this.hold.at(q0, q1, q2) : value
  }

  /** The same for one pair of first keys, to be asked for many third ones. */
  line(q0: number, q1: number): (q2: number) => number {
    const hold = new HoldLine(this.hold, q0, q1)
    return q2 => {
      const value = this.alongAxis0(q0, q1, q2)
      return value === OUT ? this.rooflineBeyond(q0, q1, q2) / hold.at(q2) : value
    }
  }

  private rooflineBeyond(q0: number, q1: number, q2: number): number {
    this.outside.hit = true
    const roofline = this.roofline(q0, q1, q2)
    if (!(roofline > 0)) throw noData(`no roofline for the attention point (${q0}, ${q1}, ${q2})`)
    return roofline
  }

  private alongAxis0(q0: number, q1: number, q2: number): number {
    const {keys0} = this.grid
    const end = keys0.length
    const upper = lowerBound(keys0, 0, end, q0)
    if (upper < end && keys0[upper] === q0) return this.alongAxis1(upper, q0, q1, q2)
    if (upper === 0 || upper === end) return OUT
    const below = this.alongAxis1(upper - 1, q0, q1, q2)
    const above = this.alongAxis1(upper, q0, q1, q2)
    const k0 = keys0[upper - 1]!
    const k1 = keys0[upper]!
    if (below !== OUT && above !== OUT) return below + (above - below) * ((q0 - k0) / (k1 - k0))
    if (below !== OUT) return this.rescale(below, q0, q1, q2, k0, q1, q2)
    if (above !== OUT) return this.rescale(above, q0, q1, q2, k1, q1, q2)
    return OUT
  }

  private alongAxis1(node: number, q0: number, q1: number, q2: number): number {
    const {keys1, start1} = this.grid
    const start = start1[node]!
    const end = start1[node + 1]!
    const upper = lowerBound(keys1, start, end, q1)
    if (upper < end && keys1[upper] === q1) return this.alongAxis2(upper, q2)
    if (upper === start || upper === end) return OUT
    const below = this.alongAxis2(upper - 1, q2)
    const above = this.alongAxis2(upper, q2)
    const k0 = keys1[upper - 1]!
    const k1 = keys1[upper]!
    if (below !== OUT && above !== OUT) {
      const weight = (q1 - k0) / (k1 - k0)
      return this.sqrtAxis === 1 ? sqrtBlend(below, above, weight) : below + (above - below) * weight
    }
    if (below !== OUT) return this.rescale(below, q0, q1, q2, q0, k0, q2)
    if (above !== OUT) return this.rescale(above, q0, q1, q2, q0, k1, q2)
    return OUT
  }

  private alongAxis2(node: number, q2: number): number {
    const {keys2, start2, values} = this.grid
    const start = start2[node]!
    const end = start2[node + 1]!
    const upper = lowerBound(keys2, start, end, q2)
    if (upper < end && keys2[upper] === q2) return values[upper]!
    if (upper === start || upper === end) return OUT
    const k0 = keys2[upper - 1]!
    const a = values[upper - 1]!
    return a + (values[upper]! - a) * ((q2 - k0) / (keys2[upper]! - k0))
  }

  /** One neighbour answered, the other was not measured: scale by the roofline between the two points. */
  private rescale(
    value: number,
    q0: number,
    q1: number,
    q2: number,
    s0: number,
    s1: number,
    s2: number,
  ): number {
    this.outside.hit = true
    const wanted = this.roofline(q0, q1, q2)
    const survivor = this.roofline(s0, s1, s2)
    if (!(wanted > 0 && survivor > 0 && Number.isFinite(wanted) && Number.isFinite(survivor))) return value
    return value * (wanted / survivor)
  }
}

function sqrtBlend(a: number, b: number, weight: number): number {
  const rootA = a > 0 ? Math.sqrt(a) : 0
  const rootB = b > 0 ? Math.sqrt(b) : 0
  const root = rootA + (rootB - rootA) * weight
  return root * root
}
