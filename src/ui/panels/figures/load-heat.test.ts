import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {InstanceLoads, InstanceRecord} from '../../../engine/record/record.ts'
import {timeScale} from '../../kit/charts/base/geometry.ts'
import {instanceLanes} from './instance-lanes.ts'
import {
  describeHeat,
  describeLoad,
  HEAT_LEVELS,
  HEAT_MEASURES,
  heatLevel,
  heatPaths,
  heatTable,
  loadBetween,
} from './load-heat.ts'

const [BUSY, QUEUE, KV] = HEAT_MEASURES as [
  (typeof HEAT_MEASURES)[number],
  (typeof HEAT_MEASURES)[number],
  (typeof HEAT_MEASURES)[number],
]

/** One instance that is asked for at 2 s, ready at 3.5 s and gone at 8 s; bins of one second. */
const workers: readonly InstanceRecord[] = [
  {
    id: 7,
    component: 'agg',
    requestedMs: 2_000,
    readyMs: 3_500,
    drainMs: 6_000,
    exitMs: 8_000,
    passes: 3,
    busyMs: 1_650,
  },
]
const loads: InstanceLoads = {
  binMs: 1_000,
  offset: Int32Array.of(0, 4),
  firstBin: Int32Array.of(2),
  // Bins at 2, 3, 4 and 5 s; none after the last pass.
  busyMs: Float64Array.of(0, 250, 1_000, 400),
  queued: Int32Array.of(0, 2, 30, 0),
  kvShare: Float64Array.of(0, 0.1, 0.97, 0.5),
}
const [life] = instanceLanes(workers, 10)

describe('the load of an instance between two moments', () => {
  test('counts the time it was there: a start within a bin makes the bin shorter', () => {
    expect(loadBetween(loads, life!, [3, 4])).toEqual({busyShare: 0.5, queued: 2, kvShare: 0.1})
  })

  test('adds busy time up and keeps peaks', () => {
    expect(loadBetween(loads, life!, [4, 6])).toEqual({busyShare: 0.7, queued: 30, kvShare: 0.97})
  })

  test('is nothing after its last pass, and null before it served and after it left', () => {
    expect(loadBetween(loads, life!, [6.5, 7])).toEqual({busyShare: 0, queued: 0, kvShare: 0})
    expect(loadBetween(loads, life!, [2, 3])).toBeNull()
    expect(loadBetween(loads, life!, [8, 9])).toBeNull()
  })
})

test('levels rise with the load, from idle to the top step', () => {
  expect([0, 0.01, 0.25, 0.6, 0.95, 1].map(value => heatLevel(BUSY, value))).toEqual([0, 1, 2, 3, 5, 5])
  expect([0, 1, 5, 20, 100, 499, 500].map(value => heatLevel(QUEUE, value))).toEqual([0, 1, 2, 3, 4, 4, 5])
  for (const measure of HEAT_MEASURES) expect(measure.words).toHaveLength(HEAT_LEVELS)
})

test('the picture covers exactly the time an instance served or drained, in any view', () => {
  fc.assert(
    fc.property(
      fc.double({min: 0, max: 9, noNaN: true}),
      fc.double({min: 0.5, max: 10, noNaN: true}),
      (fromS, widthS) => {
        const view = [fromS, fromS + widthS] as const
        const x = timeScale(view, 600)
        const paths = heatPaths({loads, lives: [life!], measure: KV, view, x, topOf: () => 0, barPx: 10})
        const drawn = paths.flatMap(path => [...path.matchAll(/M([\d.]+) 0H([\d.]+)v/g)])
        const px = drawn.reduce((sum, [, left, right]) => sum + Number(right) - Number(left), 0)
        const seenS = Math.max(Math.min(8, view[1]) - Math.max(3.5, view[0]), 0)
        expect(px).toBeCloseTo((seenS / widthS) * (x(view[1]) - x(view[0])), 0)
      },
    ),
  )
})

test('the table has a row per bin it lived in, with all three measures', () => {
  const {columns, rows} = heatTable(loads, [life!], null)
  expect(columns).toEqual(['time_s', 'component', 'id', 'busy_share', 'queued', 'kv_share'])
  expect(rows).toEqual([
    [3, 'agg', 7, 0.5, 2, 0.1],
    [4, 'agg', 7, 1, 30, 0.97],
    [5, 'agg', 7, 0.4, 0, 0.5],
    [6, 'agg', 7, 0, 0, 0],
    [7, 'agg', 7, 0, 0, 0],
  ])
  expect(heatTable(loads, [life!], [4.2, 4.8]).rows).toHaveLength(1)
})

test('says in words what the colours say', () => {
  expect(describeLoad(loads, life!, 4.5)).toBe('instance 7 busy 100.0 %, queue 30, KV 97.0 %')
  expect(describeLoad(loads, life!, 1)).toBeNull()
  expect(describeHeat(loads, [life!], QUEUE)).toBe(
    'Highest 30 requests, instance 7 at 0:04; 0.0 % of the time at the top step (≥ 500).',
  )
  expect(describeHeat(loads, [life!], KV)).toContain('20.0 % of the time at the top step')
})
