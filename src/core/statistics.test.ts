import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {computeSummary, nearestRank, selectWeightedRanks} from './statistics.ts'

describe('nearest rank', () => {
  it('rounds half up and stays inside', () => {
    expect(nearestRank(1, 99)).toBe(0)
    expect(nearestRank(2, 50)).toBe(1)
    expect(nearestRank(4, 50)).toBe(2)
    expect(nearestRank(3, 75)).toBe(2)
    expect(nearestRank(1500, 90)).toBe(1349)
  })
})

describe('summary', () => {
  it('is zero without values', () => {
    expect(Object.values(computeSummary(new Float64Array(0)))).toEqual(Array(9).fill(0))
  })

  it('uses the population deviation and the upper middle', () => {
    expect(computeSummary(Float64Array.of(4, 2, 8, 6))).toMatchObject({
      mean: 5,
      min: 2,
      max: 8,
      median: 6,
      std: Math.sqrt(5),
    })
  })
})

const entries = fc.array(fc.tuple(fc.double({min: 0, max: 50, noNaN: true}), fc.integer({min: 0, max: 5})), {
  maxLength: 60,
})
// Few distinct values, so that equal ones meet.
const tiedEntries = fc.array(fc.tuple(fc.integer({min: 0, max: 3}), fc.integer({min: 0, max: 9})), {
  maxLength: 60,
})

describe('run-length coded values', () => {
  it('give the same ranks as the expanded list', () => {
    fc.assert(
      fc.property(fc.oneof(entries, tiedEntries), coded => {
        const values = Float64Array.from(coded, ([value]) => value)
        const weights = Uint32Array.from(coded, ([, weight]) => weight)
        const expanded = Float64Array.from(
          coded.flatMap(([value, weight]) => Array<number>(weight).fill(value)),
        )
        const sorted = expanded.slice().sort()
        const ranks = [...sorted.keys()]
        const selected = selectWeightedRanks(values, weights, ranks)
        expect(ranks.map(rank => selected.get(rank))).toEqual([...sorted])
      }),
      {numRuns: 500},
    )
  })

  it('survives orders that are bad for quickselect', () => {
    const count = 200_000
    const ones = new Uint32Array(count).fill(1)
    const rising = Float64Array.from({length: count}, (_, i) => i)
    const organPipe = rising.map(i => Math.min(i, count - i))
    expect(selectWeightedRanks(rising, ones, [0, 77_777, count - 1]).get(77_777)).toBe(77_777)
    expect(selectWeightedRanks(organPipe, ones, [count - 1]).get(count - 1)).toBe(count / 2)
    expect(selectWeightedRanks(new Float64Array(count), ones, [5]).get(5)).toBe(0)
  })
})
