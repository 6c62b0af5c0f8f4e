import fc from 'fast-check'
import {expect, it} from 'vitest'
import {computeSummary} from '../core/statistics.ts'
import {computeGapMoments} from './gap-moments.ts'

const coded = fc.array(
  fc.tuple(
    fc.oneof(fc.constant(0), fc.double({min: 0.001, max: 50, noNaN: true})),
    fc.integer({min: 0, max: 5}),
  ),
  {maxLength: 60},
)

it('are those of the gaps one by one, and of the positive ones as rates', () => {
  fc.assert(
    fc.property(coded, runs => {
      const gaps = Float64Array.from(runs, ([gap]) => gap)
      const counts = Uint32Array.from(runs, ([, count]) => count)
      const all = runs.flatMap(([gap, count]) => Array<number>(count).fill(gap))
      const moments = computeGapMoments(gaps, counts)
      const expected = {
        gaps: Float64Array.from(all),
        rates: Float64Array.from(all.filter(gap => gap > 0).map(gap => 1000 / gap)),
      }
      for (const of of ['gaps', 'rates'] as const) {
        const plain = computeSummary(expected[of])
        const scale = Math.max(1, plain.max)
        expect(moments[of].count).toBe(expected[of].length)
        expect(moments[of].mean / scale).toBeCloseTo(plain.mean / scale, 9)
        expect(moments[of].std / scale).toBeCloseTo(plain.std / scale, 6)
      }
    }),
    {numRuns: 300},
  )
})
