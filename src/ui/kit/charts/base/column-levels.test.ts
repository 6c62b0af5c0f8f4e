import fc from 'fast-check'
import {expect, it} from 'vitest'
import {type Extremes, extremesOf} from './column-levels.ts'

const value = fc.oneof(fc.integer({min: -5, max: 5}), fc.double({noNaN: true}), fc.constant(Number.NaN))

function byLooking(y: Float64Array, from: number, to: number): Extremes {
  const places = Array.from({length: to - from}, (_, i) => from + i)
  const valued = places.filter(i => !Number.isNaN(y[i]!))
  const lowestOf = (of: readonly number[]) => of.find(i => of.every(j => y[i]! <= y[j]!)) ?? -1
  return {
    low: lowestOf(valued),
    high: valued.find(i => valued.every(j => y[i]! >= y[j]!)) ?? -1,
    positive: lowestOf(valued.filter(i => y[i]! > 0)),
    gap: places.findLast(i => Number.isNaN(y[i]!)) ?? -1,
  }
}

it('finds what a look at every point finds, whatever the stretch', () => {
  const columns = fc.array(value, {minLength: 1, maxLength: 600, size: 'max'})
  fc.assert(
    fc.property(
      columns,
      fc.array(fc.tuple(fc.nat(), fc.nat()), {minLength: 1, maxLength: 8}),
      (list, cuts) => {
        const y = Float64Array.from(list)
        for (const [a, b] of cuts) {
          const ends = [a % (y.length + 1), b % (y.length + 1)].sort((p, q) => p - q)
          const [from = 0, to = 0] = ends
          expect(extremesOf(y, from, to, 0)).toEqual(byLooking(y, from, to))
        }
      },
    ),
  )
})

it('looks at a few hundred of a million points', () => {
  const y = new Float64Array(1 << 20)
  y[777_777] = 5
  extremesOf(y, 0, y.length)
  let looks = 0
  const watched = new Proxy(y, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks++
      return Reflect.get(target, key, target) as unknown
    },
  })
  // The levels belong to the column, so the watched one makes its own first.
  extremesOf(watched, 0, y.length)
  looks = 0
  expect(extremesOf(watched, 5, y.length - 5).high).toBe(777_777)
  expect(looks).toBeLessThan(600)
})
