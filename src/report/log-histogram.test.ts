import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {logHistogram} from './log-histogram.ts'

describe('logHistogram', () => {
  it('counts every value once, in a bin that holds it', () => {
    const values = fc.array(fc.double({min: 1e-6, max: 1e9, noNaN: true}), {minLength: 1, maxLength: 200})
    fc.assert(
      fc.property(values, list => {
        const {edges, count, total} = logHistogram(Float64Array.from(list))
        expect(count.reduce((sum, n) => sum + n, 0)).toBe(list.length)
        expect(total).toBe(list.length)
        const within = (i: number) =>
          list.filter(v => v >= edges[i]! * (1 - 1e-12) && v <= edges[i + 1]! * (1 + 1e-12))
        count.forEach((n, i) => {
          expect(within(i).length).toBeGreaterThanOrEqual(n)
        })
      }),
    )
  })

  it('weighs values and keeps zeros in the lowest bin', () => {
    const {count, total} = logHistogram(Float64Array.of(0, 10, 1000), Uint32Array.of(5, 2, 1))
    expect([count[0], count.at(-1), total]).toEqual([7, 1, 8])
    expect(logHistogram(new Float64Array(0)).total).toBe(0)
    expect(logHistogram(Float64Array.of(0, 0)).edges).toHaveLength(0)
  })
})
