import {describe, expect, it} from 'vitest'
import {logHistogram} from '../../../report/log-histogram.ts'
import {binAt, mergeBins, readBin, shareBelow} from './distribution.ts'

const histogram = {edges: Float64Array.of(1, 10, 100, 1000), count: Float64Array.of(1, 2, 1), total: 4}

describe('distribution', () => {
  it('knows the share below an edge and the bin of a value', () => {
    expect([1, 10, 100, 1000].map(value => shareBelow(histogram, value))).toEqual([0, 0.25, 0.75, 1])
    expect([0.5, 1, 50, 1000].map(value => binAt(histogram, value))).toEqual([-1, 0, 1, -1])
    expect(readBin(histogram, 1, {noun: 'requests'})).toBe(
      '10 ms to 100 ms: 2 requests; 75.0 % are at most 100 ms',
    )
  })

  it('merges thin bars without losing a value', () => {
    const values = Float64Array.from({length: 500}, (_, i) => 1 + i * 3)
    const fine = logHistogram(values)
    const coarse = mergeBins(fine, 60, 3)
    expect(coarse.count.length).toBeLessThanOrEqual(20)
    expect(coarse.count.reduce((sum, n) => sum + n, 0)).toBe(500)
    expect(coarse.edges).toHaveLength(coarse.count.length + 1)
    expect(coarse.edges.at(-1)).toBe(fine.edges.at(-1))
    expect(mergeBins(fine, 1e6, 3)).toBe(fine)
  })
})
