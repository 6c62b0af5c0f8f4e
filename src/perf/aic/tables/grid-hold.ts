import {exactLog2} from '../../../core/exact-math.ts'
import {lowerBound} from './curve.ts'
import {type AicDataError, noData} from './errors.ts'
import type {Grid, GridRoofline} from './grid-shape.ts'

const NEIGHBOURS = 4
/** The fifth nearest sets the reach of the weights. */
export const RANKED = NEIGHBOURS + 1
const EPSILON = 1e-12
/** Squares that differ by rounding alone may have equal roots; such ties go by key order, so keep them. */
export const TIE_SLACK = 1 + 1e-14
/** Far more than rounding adds to a sum of distances. */
const SUM_SLACK = 1 + 1e-9

/** Leaves, the nearest first. */
export interface NearLeaves {
  readonly leaf: Int32Array
  /** Square of the distance along the first two axes. */
  readonly square: Float64Array
  /** Logarithm of the third key. */
  readonly log: Float64Array
  readonly utilisation: Float64Array
}

/**
 * Utilisation (roofline / latency) to assume beyond the measured grid: a blend of the nearest four leaves
 * by distance on logarithmic axes, fading to zero at the fifth (perf-model-012.md 6.1, "hold").
 *
 * Long prompts leave the grid often, so this is a hot path: branches are visited from the query outwards on each
 * axis, and skipped once their own axes alone put them farther than the fifth best. That is the
 * same answer as ranking every leaf, with a few dozen looked at instead of thousands, and nothing allocated.
 */
export class HoldReader {
  private readonly grid: Grid
  private readonly roofline: GridRoofline
  /** Ranks by the squares of the distances, which tie less often than the distances. */
  readonly ranksSquares: boolean
  private readonly logs0: Float64Array
  private readonly logs1: Float64Array
  private readonly logs2: Float64Array
  /** Utilisation per leaf, computed when first ranked; NaN = not yet, 0 = unusable. */
  private readonly utilisation: Float64Array
  /** The last query's first two keys and their logarithms: a decode step asks five lengths of one batch. */
  private q0 = Number.NaN
  private q1 = Number.NaN
  private l0 = 0
  private l1 = 0
  private l2 = 0
  private count = 0
  private limit = Number.POSITIVE_INFINITY
  private readonly squares = new Float64Array(RANKED)
  /** What leaves are ranked by; distances by the time they are blended. */
  private readonly distance = new Float64Array(RANKED)
  private readonly leaf = new Int32Array(RANKED)
  /** The branches each of these leaves lies in. */
  private readonly node0 = new Int32Array(RANKED)
  private readonly node1 = new Int32Array(RANKED)
  private readonly nearest = new Float64Array(RANKED)
  /** Where a search lists all leaves within its limit, instead of ranking them: each with its branches. */
  private listed: [node0: number, node1: number, leaf: number][] | null = null

  constructor(grid: Grid, roofline: GridRoofline, ranksSquares: boolean) {
    this.grid = grid
    this.roofline = roofline
    this.ranksSquares = ranksSquares
    this.logs0 = grid.keys0.map(logOfKey)
    this.logs1 = grid.keys1.map(logOfKey)
    this.logs2 = grid.keys2.map(logOfKey)
    this.utilisation = new Float64Array(grid.values.length).fill(Number.NaN)
  }

  /** @throws AicDataError if no leaf is usable */
  at(q0: number, q1: number, q2: number): number {
    this.turnTo(q0, q1)
    this.l2 = logOfKey(q2)
    this.limit = this.reachOfLast()
    this.count = 0
    this.visitAxis0(this.l0)
    if (this.count === 0) throw noLeaf(q0, q1, q2)
    const {distance, nearest, count} = this
    for (let i = 0; i < count; i++) nearest[i] = this.utilisation[this.leaf[i]!]!
    return blend(distance, nearest, count, this.ranksSquares)
  }

  /**
   * All leaves that are among the nearest five of any point no farther than `within` from this one along the third axis: on
   * the way there the fifth comes no nearer than by `within`, nor does any other.
   * @param l2 logarithm of the third key
   */
  leavesNear(q0: number, q1: number, l2: number, within: number): NearLeaves {
    this.turnTo(q0, q1)
    this.l2 = l2
    this.limit = Number.POSITIVE_INFINITY
    this.count = 0
    this.visitAxis0(this.l0)
    if (this.count === RANKED)
      this.limit = (Math.sqrt(this.squares[NEIGHBOURS]!) + 2 * within) ** 2 * SUM_SLACK
    const leaves: [number, number, number][] = []
    this.listed = leaves
    this.visitAxis0(this.l0)
    this.listed = null
    const near = leaves.map(([node0, node1, leaf]) => {
      const along0 = this.logs0[node0]! - this.l0
      const along1 = this.logs1[node1]! - this.l1
      const square = along0 * along0 + along1 * along1
      return {leaf, square, log: this.logs2[leaf]!, utilisation: this.utilisation[leaf]!}
    })
    near.sort((a, b) => a.square + (a.log - l2) ** 2 - b.square - (b.log - l2) ** 2 || a.leaf - b.leaf)
    return {
      leaf: Int32Array.from(near, ({leaf}) => leaf),
      square: Float64Array.from(near, ({square}) => square),
      log: Float64Array.from(near, ({log}) => log),
      utilisation: Float64Array.from(near, ({utilisation}) => utilisation),
    }
  }

  private turnTo(q0: number, q1: number): void {
    if (q0 !== this.q0) {
      this.q0 = q0
      this.l0 = logOfKey(q0)
    }
    if (q1 !== this.q1) {
      this.q1 = q1
      this.l1 = logOfKey(q1)
    }
  }

  /** How far the last query's leaves are from this one: its own nearest are no farther, and queries mostly come in a row. */
  private reachOfLast(): number {
    if (this.count < RANKED) return Number.POSITIVE_INFINITY
    let reach = 0
    for (let i = 0; i < RANKED; i++) {
      const along0 = this.logs0[this.node0[i]!]! - this.l0
      const along1 = this.logs1[this.node1[i]!]! - this.l1
      const along2 = this.logs2[this.leaf[i]!]! - this.l2
      reach = Math.max(reach, along0 * along0 + along1 * along1 + along2 * along2)
    }
    return reach * TIE_SLACK
  }

  private visitAxis0(query: number): void {
    const logs = this.logs0
    const end = logs.length
    let up = lowerBound(logs, 0, end, query)
    let down = up - 1
    while (up < end || down >= 0) {
      const isUp = down < 0 || (up < end && logs[up]! - query <= query - logs[down]!)
      const node = isUp ? up++ : down--
      const delta = logs[node]! - query
      if (delta * delta > this.limit) {
        if (isUp) up = end
        else down = -1
      } else this.visitAxis1(node, delta * delta)
    }
  }

  private visitAxis1(parent: number, sum0: number): void {
    const logs = this.logs1
    const query = this.l1
    const start = this.grid.start1[parent]!
    const end = this.grid.start1[parent + 1]!
    let up = lowerBound(logs, start, end, query)
    let down = up - 1
    while (up < end || down >= start) {
      const isUp = down < start || (up < end && logs[up]! - query <= query - logs[down]!)
      const node = isUp ? up++ : down--
      const delta = logs[node]! - query
      const sum = sum0 + delta * delta
      if (sum > this.limit) {
        if (isUp) up = end
        else down = start - 1
      } else this.visitAxis2(parent, node, sum)
    }
  }

  private visitAxis2(grandparent: number, parent: number, sum1: number): void {
    const logs = this.logs2
    const query = this.l2
    const start = this.grid.start2[parent]!
    const end = this.grid.start2[parent + 1]!
    // Most queries lie beyond the longest that was measured.
    let up = logs[end - 1]! < query ? end : lowerBound(logs, start, end, query)
    let down = up - 1
    while (up < end || down >= start) {
      const isUp = down < start || (up < end && logs[up]! - query <= query - logs[down]!)
      const leaf = isUp ? up++ : down--
      const delta = logs[leaf]! - query
      const sum = sum1 + delta * delta
      if (sum > this.limit) {
        if (isUp) up = end
        else down = start - 1
      } else if (this.isUsable(grandparent, parent, leaf)) this.rank(grandparent, parent, leaf, sum)
    }
  }

  private isUsable(node0: number, node1: number, leaf: number): boolean {
    let utilisation = this.utilisation[leaf]!
    if (Number.isNaN(utilisation)) {
      const {keys0, keys1, keys2, values} = this.grid
      const latency = values[leaf]!
      const roofline = this.roofline(keys0[node0]!, keys1[node1]!, keys2[leaf]!)
      utilisation = latency > 0 && roofline > 0 ? roofline / latency : 0
      this.utilisation[leaf] = utilisation
    }
    return utilisation > 0
  }

  /** Inserts by distance, ties by key order. */
  private rank(grandparent: number, parent: number, leaf: number, sum: number): void {
    if (this.listed !== null) {
      this.listed.push([grandparent, parent, leaf])
      return
    }
    const {squares, distance, leaf: leaves, node0, node1} = this
    const d = this.ranksSquares ? sum : Math.sqrt(sum)
    let at = this.count
    while (at > 0 && (distance[at - 1]! > d || (distance[at - 1] === d && leaves[at - 1]! > leaf))) at--
    if (at === RANKED) return
    if (this.count < RANKED) this.count++
    for (let i = this.count - 1; i > at; i--) {
      squares[i] = squares[i - 1]!
      distance[i] = distance[i - 1]!
      leaves[i] = leaves[i - 1]!
      node0[i] = node0[i - 1]!
      node1[i] = node1[i - 1]!
    }
    squares[at] = sum
    distance[at] = d
    leaves[at] = leaf
    node0[at] = grandparent
    node1[at] = parent
    if (this.count === RANKED) this.limit = squares[NEIGHBOURS]! * TIE_SLACK
  }
}

/**
 * @param distance of the nearest leaves, the nearest first, or its square: then the roots are put in its place
 * @param utilisation of the same; @param count of them, five at most
 */
export function blend(
  distance: Float64Array,
  utilisation: Float64Array,
  count: number,
  isSquared: boolean,
): number {
  if (isSquared) for (let i = 0; i < count; i++) distance[i] = Math.sqrt(distance[i]!)
  const kept = Math.min(count, NEIGHBOURS)
  const reach = count === RANKED ? distance[NEIGHBOURS]! : Number.POSITIVE_INFINITY
  let weighted = 0
  let total = 0
  for (let i = 0; i < kept; i++) {
    const weight = weightOf(distance[i]!, reach)
    weighted += weight * utilisation[i]!
    total += weight
  }
  return total === 0 ? plainMean(utilisation, kept) : weighted / total
}

/** All four at the same distance as the fifth: no weight is left to tell them apart. */
function plainMean(utilisation: Float64Array, kept: number): number {
  let sum = 0
  for (let i = 0; i < kept; i++) sum += utilisation[i]!
  return sum / kept
}

function weightOf(distance: number, reach: number): number {
  if (reach === Number.POSITIVE_INFINITY) return 1 / (distance * distance + EPSILON)
  const closeness = Math.max(reach - distance, 0) / (reach * distance + EPSILON)
  return closeness * closeness
}

export function logOfKey(key: number): number {
  return exactLog2(Math.max(key, EPSILON))
}

export function noLeaf(q0: number, q1: number, q2: number): AicDataError {
  return noData(`no usable measurement near the attention point (${q0}, ${q1}, ${q2})`)
}
