import fc from 'fast-check'
import {expect, test} from 'vitest'
import {HoldReader} from './grid-hold.ts'
import type {Grid, GridRoofline} from './grid-shape.ts'
import {HoldLine} from './hold-line.ts'

/** A ragged grid from arbitrary leaves, as the pack decoder builds it. */
function gridOf(leaves: readonly (readonly [number, number, number, number])[]): Grid {
  const keys0: number[] = []
  const keys1: number[] = []
  const keys2: number[] = []
  const values: number[] = []
  const start1: number[] = []
  const start2: number[] = []
  let previous: readonly [number, number] | null = null
  for (const [q0, q1, q2, ms] of leaves) {
    if (previous === null || previous[0] !== q0) {
      start1.push(keys1.length)
      keys0.push(q0)
    }
    if (previous === null || previous[0] !== q0 || previous[1] !== q1) {
      start2.push(keys2.length)
      keys1.push(q1)
    }
    keys2.push(q2)
    values.push(ms)
    previous = [q0, q1]
  }
  return {
    keys0: Float64Array.from(keys0),
    start1: Uint32Array.from([...start1, keys1.length]),
    keys1: Float64Array.from(keys1),
    start2: Uint32Array.from([...start2, keys2.length]),
    keys2: Float64Array.from(keys2),
    values: Float64Array.from(values),
  }
}

const key = fc.constantFrom(1, 2, 3, 4, 6, 8, 16, 24, 32, 64, 100, 1024)
const leaf = fc.tuple(key, key, key, fc.constantFrom(0, 0.5, 1, 2.5, 7))
const leaves = fc
  .uniqueArray(leaf, {selector: ([a, b, c]) => `${a} ${b} ${c}`, minLength: 1, maxLength: 120})
  .map(list => list.sort((x, y) => x[0] - y[0] || x[1] - y[1] || x[2] - y[2]))
const roofline: GridRoofline = (a, b, c) => a * 0.5 + b * c * 0.01

/** The rule as the specification words it: rank every leaf. */
function byBruteForce(
  all: readonly (readonly [number, number, number, number])[],
  q: readonly number[],
): number {
  const log = (x: number) => Math.log2(Math.max(x, 1e-12))
  const ranked = all
    .map(([a, b, c, ms]) => {
      const squares = [a, b, c].map((x, axis) => (log(x) - log(q[axis]!)) ** 2)
      return {d: Math.sqrt(squares[0]! + squares[1]! + squares[2]!), ms, roofline: roofline(a, b, c)}
    })
    .sort((x, y) => x.d - y.d)
    .filter(item => item.ms > 0 && item.roofline > 0)
  if (ranked.length === 0) return Number.NaN
  const reach = ranked[4]?.d ?? Number.POSITIVE_INFINITY
  const near = ranked.slice(0, 4)
  let weights = near.map(({d}) =>
    reach === Number.POSITIVE_INFINITY
      ? 1 / (d * d + 1e-12)
      : (Math.max(reach - d, 0) / (reach * d + 1e-12)) ** 2,
  )
  if (weights.every(weight => weight === 0)) weights = near.map(() => 1)
  const total = weights.reduce((a, b) => a + b, 0)
  return near.reduce((sum, item, i) => sum + weights[i]! * (item.roofline / item.ms), 0) / total
}

const query = fc.tuple(
  fc.integer({min: 1, max: 3000}),
  fc.integer({min: 1, max: 3000}),
  fc.integer({min: 1, max: 3000}),
)
const queries = fc.oneof(query, fc.tuple(key, key, key))

test('an answer does not depend on what was asked before, to the last bit', () => {
  fc.assert(
    fc.property(leaves, fc.array(queries, {maxLength: 12}), fc.boolean(), (all, asked, ranksSquares) => {
      const grid = gridOf(all)
      if (!all.some(([, , , ms]) => ms > 0)) return
      const reader = new HoldReader(grid, roofline, ranksSquares)
      for (const q of asked)
        expect(reader.at(q[0], q[1], q[2])).toBe(
          new HoldReader(grid, roofline, ranksSquares).at(q[0], q[1], q[2]),
        )
    }),
    {numRuns: 200},
  )
})

test('the pruned search gives what ranking every leaf gives, ties included', () => {
  fc.assert(
    fc.property(leaves, queries, fc.boolean(), (all, q, ranksSquares) => {
      const expected = byBruteForce(all, q)
      const read = () => new HoldReader(gridOf(all), roofline, ranksSquares).at(q[0], q[1], q[2])
      if (Number.isNaN(expected)) expect(read).toThrow('no usable measurement')
      else expect(Math.abs(read() - expected)).toBeLessThanOrEqual(1e-12 * expected)
    }),
    {numRuns: 400},
  )
})

test('leaves looked for once per cell give the same bits as a search for each point', () => {
  const thirds = fc.array(fc.oneof(fc.integer({min: 1, max: 3000}), key), {maxLength: 40})
  fc.assert(
    fc.property(leaves, queries, thirds, fc.boolean(), (all, [q0, q1], asked, ranksSquares) => {
      const grid = gridOf(all)
      if (!all.some(([, , , ms]) => ms > 0)) return
      const line = new HoldLine(new HoldReader(grid, roofline, ranksSquares), q0, q1)
      for (const q2 of asked)
        expect(line.at(q2)).toBe(new HoldReader(grid, roofline, ranksSquares).at(q0, q1, q2))
    }),
    {numRuns: 400},
  )
})
