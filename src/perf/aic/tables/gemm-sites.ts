import {assert} from '../../../core/assert.ts'
import {exactLog2} from '../../../core/exact-math.ts'
import {type Curve, curveAt} from './curve.ts'
import {noData} from './errors.ts'
import type {OutsideFlag} from './outside.ts'

/**
 * All measured shapes of one GEMM format. A pruned pack knows every shape (so that neighbours are chosen
 * from all of them) but holds the curves of some; the loader fetches the rest before a shape needs them.
 */
export interface GemmTable {
  readonly n: Float64Array
  readonly k: Float64Array
  /** Row counts measured for each site; many sites share one array. */
  readonly m: readonly Float64Array[]
  /** Latencies per site over its row counts; null = not loaded. */
  readonly latency: (Float64Array | null)[]
}

/** Roofline time of a GEMM, ms. */
export type GemmRoofline = (m: number, n: number, k: number) => number

const NEIGHBOURS = 4
/** Shapes farther than two octaves say nothing about each other. */
const MAX_DISTANCE = 2
const EPSILON = 1e-12

function findSite(table: GemmTable, n: number, k: number): number {
  for (let site = 0; site < table.n.length; site++) {
    if (table.n[site] === n && table.k[site] === k) return site
  }
  return -1
}

/** Latency in ms over rows for one (n, k); the neighbours are chosen once per set of sites that cover m. */
export class GemmShape {
  private readonly table: GemmTable
  private readonly n: number
  private readonly k: number
  private readonly roofline: GemmRoofline
  private readonly outside: OutsideFlag
  private readonly own: number
  private readonly sweeps: readonly Float64Array[]
  /** By the bit set of sweeps that cover the row count. */
  private readonly neighbours = new Map<number, Neighbours | null>()

  constructor(table: GemmTable, n: number, k: number, roofline: GemmRoofline, outside: OutsideFlag) {
    this.table = table
    this.n = n
    this.k = k
    this.roofline = roofline
    this.outside = outside
    this.own = findSite(table, n, k)
    this.sweeps = [...new Set(table.m)]
    assert(this.sweeps.length <= 31, 'one bit per sweep of row counts')
  }

  /** @throws AicDataError if no measured shape is near enough */
  at(m: number): number {
    if (this.own >= 0) return this.siteAt(this.own, m)
    const {sites, weights, totalWeight} = this.neighboursFor(m)
    let weighted = 0
    for (let i = 0; i < sites.length; i++) {
      const site = sites[i]!
      const utilisation = this.roofline(m, this.table.n[site]!, this.table.k[site]!) / this.siteAt(site, m)
      weighted += weights[i]! * utilisation
    }
    return this.roofline(m, this.n, this.k) / (weighted / totalWeight)
  }

  private neighboursFor(m: number): Neighbours {
    let covering = 0
    for (let i = 0; i < this.sweeps.length; i++) if (covers(this.sweeps[i]!, m)) covering |= 1 << i
    let neighbours = this.neighbours.get(covering)
    if (neighbours === undefined) {
      neighbours = nearestSites(this.table, this.n, this.k, candidates(this.table, m))
      this.neighbours.set(covering, neighbours)
    }
    if (neighbours === null)
      throw noData(`no measured GEMM shape within two octaves of (${this.n}, ${this.k})`)
    return neighbours
  }

  private siteAt(site: number, m: number): number {
    const keys = this.table.m[site]!
    const values = this.table.latency[site]
    if (values === null || values === undefined) {
      throw new Error(`GEMM site ${this.table.n[site]} x ${this.table.k[site]} was not loaded before use`)
    }
    const last = keys.length - 1
    if (last > 0 && m >= keys[0]! && m <= keys[last]!)
      return curveAt({keys, values}, m, neverOutside, this.outside)
    if (keys[0] === m) return values[0]!
    this.outside.hit = true
    return this.beyondSite(site, {keys, values}, m)
  }

  /** Holds the median utilisation of the three points at that end. */
  private beyondSite(site: number, curve: Curve, m: number): number {
    const n = this.table.n[site]!
    const k = this.table.k[site]!
    const count = curve.keys.length
    const fromStart = count > 1 && m < curve.keys[0]!
    const start = fromStart ? 0 : Math.max(count - 3, 0)
    const utilisations: number[] = []
    for (let i = start; i < Math.min(start + 3, count); i++) {
      utilisations.push(this.roofline(curve.keys[i]!, n, k) / curve.values[i]!)
    }
    return this.roofline(m, n, k) / median(utilisations)
  }
}

interface Neighbours {
  readonly sites: readonly number[]
  /** By inverse squares of their distances. */
  readonly weights: readonly number[]
  readonly totalWeight: number
}

/** Sites whose curve covers m, or all sites if none does. */
function candidates(table: GemmTable, m: number): number[] {
  const all = [...table.n.keys()]
  const covering = all.filter(site => covers(table.m[site]!, m))
  return covering.length === 0 ? all : covering
}

function covers(sweep: Float64Array, m: number): boolean {
  return m >= sweep[0]! && m <= sweep[sweep.length - 1]!
}

function nearestSites(table: GemmTable, n: number, k: number, sites: readonly number[]): Neighbours | null {
  const ranked = sites.map(site => {
    const alongN = log2(table.n[site]!) - log2(n)
    const alongK = log2(table.k[site]!) - log2(k)
    return {site, alongN, alongK, distance: Math.sqrt(alongN * alongN + alongK * alongK)}
  })
  let near = ranked.filter(candidate => candidate.distance <= MAX_DISTANCE)
  if (near.length === 0) {
    const axis = frontierAxis(table, sites, n, k)
    if (axis === null) return null
    near = ranked.filter(({alongN, alongK}) => Math.abs(axis === 'n' ? alongK : alongN) <= MAX_DISTANCE)
    if (near.length === 0) return null
  }
  near.sort((a, b) => a.distance - b.distance || a.site - b.site)
  const kept = near.slice(0, NEIGHBOURS)
  const weights = kept.map(({distance}) => 1 / (distance * distance + EPSILON))
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0)
  return {sites: kept.map(({site}) => site), weights, totalWeight}
}

/** The one axis along which a shape may lie beyond everything measured; null if it lies beyond on both or none. */
function frontierAxis(table: GemmTable, sites: readonly number[], n: number, k: number): 'n' | 'k' | null {
  const ns = sites.map(site => table.n[site]!)
  const ks = sites.map(site => table.k[site]!)
  const beyondN = n > maximum(ns)
  const beyondK = k > maximum(ks)
  if (beyondN === beyondK) return null
  if (beyondN) return k >= -maximum(ks.map(value => -value)) ? 'n' : null
  return n >= -maximum(ns.map(value => -value)) ? 'k' : null
}

/** Sites whose curves some m may need for this shape: its own, or its neighbours for every coverage of m. */
export function sitesNeeded(table: GemmTable, n: number, k: number): number[] {
  const own = findSite(table, n, k)
  if (own >= 0) return [own]
  const edges = [...new Set([...new Set(table.m)].flatMap(sweep => [sweep[0]!, sweep[sweep.length - 1]!]))]
  const sites = new Set<number>()
  for (const m of edges.flatMap(edge => [edge - 1, edge, edge + 1])) {
    for (const site of nearestSites(table, n, k, candidates(table, m))?.sites ?? []) sites.add(site)
  }
  return [...sites].sort((a, b) => a - b)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function maximum(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY)
}

function log2(value: number): number {
  return exactLog2(Math.max(value, EPSILON))
}

function neverOutside(): number {
  throw new Error('a covered row count needs no roofline')
}
