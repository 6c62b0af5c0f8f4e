import {type CurveKind, type GridKind, tableKey} from '../../src/perf/aic/tables/tables.ts'

/** A leaf of a table over three axes. */
export type Leaf = readonly [q0: number, q1: number, q2: number, ms: number]

export interface GridTable {
  readonly kind: GridKind
  readonly key: string
  readonly leaves: readonly Leaf[]
}

export interface CurveTable {
  readonly kind: CurveKind
  readonly key: string
  readonly points: readonly (readonly [x: number, ms: number])[]
}

/** Slices of three nested axes in first-seen order; the first row with a key wins. */
export class NestedTable {
  private readonly slices = new Map<string, Map<number, Map<number, Map<number, number>>>>()

  /** Whether the key was new. */
  add(slice: readonly (string | number)[], q0: number, q1: number, q2: number, ms: number): boolean {
    const axis0 = nested(this.slices, tableKey(...slice))
    const axis2 = nested(nested(axis0, q0), q1)
    if (axis2.has(q2)) return false
    axis2.set(q2, ms)
    return true
  }

  leavesInRowOrder(slice: string): Leaf[] {
    const leaves: Leaf[] = []
    for (const [q0, axis1] of this.slices.get(slice) ?? []) {
      for (const [q1, axis2] of axis1) for (const [q2, ms] of axis2) leaves.push([q0, q1, q2, ms])
    }
    return leaves
  }

  grids(kind: GridKind): GridTable[] {
    return [...this.slices.keys()].sort().map(key => ({kind, key, leaves: this.leavesInRowOrder(key)}))
  }

  curves(kind: CurveKind): CurveTable[] {
    return [...this.slices.keys()].sort().map(key => {
      const points = this.leavesInRowOrder(key).map(([, , x, ms]) => [x, ms] as const)
      return {kind, key, points: points.sort((a, b) => a[0] - b[0])}
    })
  }

  /** Splits the first part of the keys off: lane -> slice -> leaves, lanes in first-seen order. */
  byLane(): Map<string, Map<string, Leaf[]>> {
    const lanes = new Map<string, Map<string, Leaf[]>>()
    for (const key of this.slices.keys()) {
      const at = key.indexOf('|')
      nested(lanes, key.slice(0, at)).set(key.slice(at + 1), this.leavesInRowOrder(key))
    }
    return lanes
  }
}

function nested<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let inner = map.get(key)
  if (inner === undefined) {
    inner = new Map()
    map.set(key, inner)
  }
  return inner
}
