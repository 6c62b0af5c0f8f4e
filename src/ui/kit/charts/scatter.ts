import {bisectLeft, bisectRight} from 'd3-array'
import type {TimeScale} from './base/geometry.ts'
import type {LegendEntry} from './base/legend.ts'
import type {Span} from './base/time-axis.svelte.ts'
import type {ValueScale} from './base/value-scale.ts'

/** Points of a scatter as columns, in order of time. */
export interface ScatterPoints {
  /** Seconds, rising. */
  readonly x: Float64Array
  /** NaN = nothing to draw. */
  readonly y: Float64Array
  /** Index into the groups. */
  readonly group: Uint8Array
}

/** Points that look alike; later groups are drawn over earlier ones. */
export interface ScatterGroup {
  readonly id: string
  readonly label: string
  readonly slot: 0 | 1 | 2 | 3 | 4
  /** Shape and size tell groups apart where colour does not. */
  readonly mark: 'small' | 'large' | 'cross'
}

export function groupLegend({id, label, slot}: ScatterGroup, count: string): LegendEntry {
  return {key: id, label: `${label} ${count}`, colour: `var(--series-${slot})`, mark: 'dots'}
}

/** Points within a view, from and to. */
export function indicesIn({x}: ScatterPoints, [from, to]: Span): Span {
  return [bisectLeft(x, from), bisectRight(x, to)]
}

/** Columns are drawn anew with every step of a zoom, and never change. */
const placesByColumn = new WeakMap<Uint8Array, readonly Int32Array[]>()

/** Places of each group's points, in order of time. */
export function placesByGroup(group: Uint8Array, groups: number): readonly Int32Array[] {
  const known = placesByColumn.get(group)
  if (known?.length === groups) return known
  const counts = new Int32Array(groups)
  for (const each of group) counts[each]!++
  const places = Array.from(counts, count => new Int32Array(count))
  counts.fill(0)
  for (let i = 0; i < group.length; i++) {
    const own = places[group[i]!]
    if (own !== undefined) own[counts[group[i]!]!++] = i
  }
  placesByColumn.set(group, places)
  return places
}

/** The first point at or after a moment, the last one after all of them; -1 if there is none. */
export function pointFrom({x}: ScatterPoints, seconds: number): number {
  return Math.min(bisectLeft(x, seconds - 1e-9), x.length - 1)
}

/** How far from a point a click still means it. */
const REACH_PX = 24

/** The point nearest to a place, or with no height (the keyboard) one at that moment; -1 if none is near enough. */
export function nearestPoint(
  points: ScatterPoints,
  {x, y}: {readonly x: TimeScale; readonly y: ValueScale},
  {seconds, offsetY}: {readonly seconds: number; readonly offsetY: number | null},
): number {
  const secondsPerPx = x.invert(1) - x.invert(0)
  const reach = offsetY === null ? 0 : REACH_PX * secondsPerPx
  let best = -1
  let bestDistance = Number.POSITIVE_INFINITY
  const [from, to] = indicesIn(points, [seconds - reach - 1e-9, seconds + reach + 1e-9])
  for (let i = from; i < to; i++) {
    const dx = (points.x[i]! - seconds) / secondsPerPx
    const dy = offsetY === null ? 0 : y(points.y[i]!) - offsetY
    const distance = Math.hypot(dx, dy)
    if (distance < bestDistance) {
      best = i
      bestDistance = distance
    }
  }
  return bestDistance <= REACH_PX ? best : -1
}

/** Marks are two pixels wide or three: nearer ones cover each other. */
const DOT_PX = 2

/** Marks of each group as a path of dots, one for all that lie on the same spot: for a picture that is printed. */
export function dotsPaths(
  points: ScatterPoints,
  groups: number,
  {x, y}: {readonly x: (seconds: number) => number; readonly y: (value: number) => number},
): string[] {
  const paths = Array.from({length: groups}, () => '')
  /** By height and group, where the last mark stands: time rises, so only that one can be on the same spot. */
  const lastPx = new Map<number, number>()
  for (let i = 0; i < points.x.length; i++) {
    const py = onGrid(y(points.y[i]!))
    if (Number.isNaN(py)) continue
    const px = onGrid(x(points.x[i]!))
    const group = points.group[i]!
    const row = py * groups + group
    if (lastPx.get(row) === px) continue
    lastPx.set(row, px)
    paths[group] += `M${px} ${py}h0`
  }
  return paths
}

function onGrid(px: number): number {
  return Math.round(px / DOT_PX) * DOT_PX
}
