import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {
  neighbourPoint,
  pointAt,
  type Timeline,
  type TimeSeries,
  thinIndices,
  valueDomain,
  windowOf,
} from './timeline.ts'

function series(points: readonly (readonly [number, number])[], more: Partial<TimeSeries> = {}): TimeSeries {
  return {
    key: 's',
    label: 's',
    x: Float64Array.from(points, ([x]) => x),
    y: Float64Array.from(points, ([, y]) => y),
    shape: 'line',
    slot: 0,
    ...more,
  }
}

function timeline(of: readonly TimeSeries[], more: Partial<Timeline> = {}): Timeline {
  return {id: 't', title: 't', note: '', unit: 'ms', series: of, thresholds: [], scale: 'linear', ...more}
}

describe('windowOf', () => {
  it('keeps one neighbour on each side, so that lines reach the edges', () => {
    const x = Float64Array.of(0, 10, 20, 30, 40)
    expect(windowOf(x, [12, 28])).toEqual({from: 1, to: 4})
    expect(windowOf(x, [-5, 100])).toEqual({from: 0, to: 5})
  })
})

describe('thinIndices', () => {
  it('keeps lowest, highest and gaps of every bucket, in order', () => {
    const values = fc.array(fc.oneof(fc.double({noNaN: true}), fc.constant(Number.NaN)), {
      minLength: 1,
      maxLength: 400,
    })
    fc.assert(
      fc.property(values, fc.integer({min: 1, max: 20}), (list, buckets) => {
        const y = Float64Array.from(list)
        const kept = thinIndices(y, {from: 0, to: y.length}, buckets)
        expect([...kept]).toEqual([...new Set(kept)].sort((a, b) => a - b))
        const extremes = (of: Iterable<number>) => {
          const finite = [...of].filter(value => !Number.isNaN(value))
          return [Math.min(...finite), Math.max(...finite)]
        }
        expect(extremes(Array.from(kept, i => y[i]!))).toEqual(extremes(y))
        expect(Array.from(kept, i => y[i]!).some(Number.isNaN)).toBe(y.some(Number.isNaN))
        expect(kept.length).toBeLessThanOrEqual(Math.max(buckets * 5, y.length))
        if (y.length > buckets * 5) expect(kept.length).toBeLessThanOrEqual(buckets * 5)
      }),
    )
  })
})

describe('pointAt', () => {
  it('reads the nearest point of a line and the held one of a step', () => {
    const points = [
      [0, 1],
      [10, 2],
      [20, 3],
    ] as const
    expect(pointAt(series(points), 16)).toBe(2)
    expect(pointAt(series(points, {shape: 'step'}), 16)).toBe(1)
    expect(pointAt(series(points, {shape: 'step'}), -1)).toBe(-1)
    expect(pointAt(series([]), 5)).toBe(-1)
  })

  it('says that a gap has no value, unless the series bridges gaps', () => {
    const points = [
      [0, 1],
      [10, Number.NaN],
      [20, Number.NaN],
      [30, 4],
    ] as const
    expect(pointAt(series(points), 11)).toBe(-1)
    expect(pointAt(series(points, {bridgesGaps: true}), 11)).toBe(0)
    expect(pointAt(series(points, {bridgesGaps: true}), 21)).toBe(3)
  })
})

describe('neighbourPoint', () => {
  it('walks over gaps and stops at the ends', () => {
    const gappy = series([
      [0, 1],
      [10, Number.NaN],
      [20, 3],
    ])
    expect(neighbourPoint(gappy, null, 1)).toBe(0)
    expect(neighbourPoint(gappy, 0, 1)).toBe(20)
    expect(neighbourPoint(gappy, 20, 1)).toBeNull()
    expect(neighbourPoint(gappy, 20, -1)).toBe(0)
    expect(neighbourPoint(gappy, null, -1)).toBe(20)
  })
})

describe('valueDomain', () => {
  it('starts linear axes at zero and includes the target', () => {
    const domain = valueDomain(
      timeline([series([[0, 3]])], {thresholds: [{label: 'SLA', value: 50}]}),
      [0, 1],
    )
    expect(domain[0]).toBe(0)
    expect(domain[1]).toBeGreaterThan(50)
  })

  it('is usable on a log axis even with zeros and with nothing', () => {
    for (const of of [
      series([[0, 0]]),
      series([]),
      series([
        [0, 0],
        [1, 250],
      ]),
    ]) {
      const [low, high] = valueDomain(timeline([of], {scale: 'log'}), [0, 1])
      expect(low).toBeGreaterThan(0)
      expect(high).toBeGreaterThan(low)
    }
  })
})
