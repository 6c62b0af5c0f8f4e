import fc from 'fast-check'
import {expect, test} from 'vitest'
import {computeSummary, type Summary} from '../statistics.ts'
import {BinTable, binOf, RELATIVE_ERROR} from './log-bins.ts'
import {Moments} from './moments.ts'
import {SketchedValues} from './sketched-values.ts'

const PERCENTILES = ['median', 'p75', 'p90', 'p95', 'p99'] as const
const EXACT = ['mean', 'min', 'max'] as const

function expectWithin(sketched: Summary, exact: Summary): void {
  for (const key of EXACT) expect(sketched[key]).toBe(exact[key])
  expect(Math.abs(sketched.std - exact.std)).toBeLessThanOrEqual(1e-9 * Math.max(exact.max, 1e-6))
  for (const key of PERCENTILES) {
    // A last bit is rounding's.
    expect(Math.abs(sketched[key] - exact[key])).toBeLessThanOrEqual(exact[key] * RELATIVE_ERROR * (1 + 1e-9))
  }
}

/** Latencies in ms, from none at all to days. */
const latencies = fc.array(
  fc.oneof(
    fc.constant(0),
    fc.double({min: 1e-6, max: 1e-3, noNaN: true}),
    fc.double({min: 1e-3, max: 1e9, noNaN: true}),
    fc.double({min: 10, max: 11, noNaN: true}),
  ),
  {minLength: 1, maxLength: 300},
)

test('percentiles lie within the stated error, all else is exact', () => {
  fc.assert(
    fc.property(latencies, values => {
      const sketched = new SketchedValues()
      for (const value of values) sketched.add(value)
      expectWithin(sketched.summary(), computeSummary(Float64Array.from(values)))
    }),
  )
})

test('rates are read off the bins of their gaps within the same error', () => {
  fc.assert(
    fc.property(latencies, gaps => {
      const sketched = new SketchedValues()
      const rates = new Moments()
      for (const gap of gaps) {
        sketched.add(gap)
        if (gap > 0) rates.add(1000 / gap, 1)
      }
      const exact = Float64Array.from(
        gaps.filter(gap => gap > 0),
        gap => 1000 / gap,
      )
      expectWithin(sketched.rateSummary(rates), computeSummary(exact))
    }),
  )
})

test('a value that came several times counts several times', () => {
  const once = new SketchedValues()
  const atOnce = new SketchedValues()
  for (const [value, times] of [
    [12.5, 7],
    [0, 3],
    [800, 90],
  ] as const) {
    atOnce.add(value, times)
    for (let i = 0; i < times; i++) once.add(value)
  }
  const {std, ...rest} = atOnce.summary()
  expect(rest).toEqual({...once.summary(), std: undefined})
  expect(std).toBeCloseTo(once.summary().std, 9)
})

test('the table of bins says what the logarithm says, at their edges too', () => {
  const table = new BinTable()
  fc.assert(
    fc.property(fc.integer({min: -8000, max: 14_000}), fc.integer({min: -3, max: 3}), (bin, ulps) => {
      const edge = Math.exp(bin * Math.log(1.002002002002002))
      const value = edge * (1 + ulps * Number.EPSILON)
      expect(table.binOf(value) - binOf(value)).toBe(0)
    }),
    {numRuns: 2000},
  )
})
