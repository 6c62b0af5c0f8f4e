import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {
  exactExp,
  exactExp10,
  exactExpm1,
  exactLog,
  exactLog1p,
  exactLog2,
  exactLog10,
  exactPower,
} from './exact-math.ts'

/** Nearest doubles, worked out with 200 bits by another program. */
const NEAREST: readonly (readonly [fn: (x: number) => number, x: number, y: number])[] = [
  [exactLog, 0.15, -1.8971199848858813],
  [exactLog, 0.7, -0.35667494393873245],
  [exactLog, 1.0000001, 9.999999505838704e-8],
  [exactLog, 3.0, 1.0986122886681098],
  [exactLog, 1234.5678, 7.118476228297786],
  [exactLog, 98765.4321, 11.500502944984172],
  [exactLog, 6.5e-9, -18.85146366004482],
  [exactLog, 0.3333, -1.098712293668443],
  [exactLog2, 0.1, -3.321928094887362],
  [exactLog2, 0.7, -0.5145731728297583],
  [exactLog2, 1.0000001, 1.4426949695965583e-7],
  [exactLog2, 3.0, 1.584962500721156],
  [exactLog2, 1234.5678, 10.269790353251189],
  [exactLog2, 98765.4321, 16.591718566457583],
  [exactLog2, 6.5e-9, -27.19691313584517],
  [exactLog2, 0.3333, -1.5851067774392014],
  [exactLog10, 0.1, -1.0],
  [exactLog10, 0.7, -0.1549019599857432],
  [exactLog10, 1.0000001, 4.3429446044209946e-8],
  [exactLog10, 3.0, 0.47712125471966244],
  [exactLog10, 1234.5678, 3.0915149455092013],
  [exactLog10, 98765.4321, 4.994604968118723],
  [exactLog10, 6.5e-9, -8.187086643357144],
  [exactLog10, 0.3333, -0.47716468633946996],
  [exactLog1p, 0.1, 0.09531017980432487],
  [exactLog1p, 0.7, 0.5306282510621704],
  [exactLog1p, 1.0000001, 0.6931472305599441],
  [exactLog1p, 3.0, 1.3862943611198906],
  [exactLog1p, 1234.5678, 7.119285900491192],
  [exactLog1p, 98765.4321, 11.500513069932914],
  [exactLog1p, 6.5e-9, 6.499999978875e-9],
  [exactLog1p, 0.3333, 0.2876570721392757],
  [exactExp, 0.1, 1.1051709180756477],
  [exactExp, 0.7, 2.0137527074704766],
  [exactExp, 1.0000001, 2.718282100287242],
  [exactExp, 3.0, 20.085536923187668],
  [exactExp, 6.172839, 479.54560534051404],
  [exactExp, 493.82716050000005, 2.926919776608761e214],
  [exactExp, 6.5e-9, 1.0000000065],
  [exactExp, 0.3333, 1.3955659054472516],
  [exactExpm1, 0.1, 0.10517091807564763],
  [exactExpm1, 0.7, 1.0137527074704764],
  [exactExpm1, 1.0000001, 1.718282100287242],
  [exactExpm1, 3.0, 19.085536923187668],
  [exactExpm1, 6.172839, 478.54560534051404],
  [exactExpm1, 493.82716050000005, 2.926919776608761e214],
  [exactExpm1, 6.5e-9, 6.500000021125e-9],
  [exactExpm1, 0.25, 0.2840254166877415],
]

test.each(NEAREST)('%o of %d is the nearest double', (fn, x, y) => {
  expect(fn(x)).toBe(y)
})

const FUNCTIONS = [
  [exactLog, Math.log, {min: Number.MIN_VALUE, max: Number.MAX_VALUE}],
  [exactLog2, Math.log2, {min: Number.MIN_VALUE, max: Number.MAX_VALUE}],
  [exactLog10, Math.log10, {min: Number.MIN_VALUE, max: Number.MAX_VALUE}],
  [exactLog1p, Math.log1p, {min: -0.999, max: 1e300}],
  [exactExp, Math.exp, {min: -744, max: 709}],
  [exactExpm1, Math.expm1, {min: -744, max: 709}],
] as const

describe.each(FUNCTIONS)('%o', (exact, native, range) => {
  test('agrees with the engine to its last bits', () => {
    fc.assert(
      fc.property(fc.double({...range, noNaN: true}), x => {
        const expected = native(x)
        expect(Math.abs(exact(x) - expected)).toBeLessThanOrEqual(4e-16 * Math.abs(expected) + 5e-324)
      }),
      {numRuns: 2000},
    )
  })

  test.each([0, -0, -1, -2, Infinity, -Infinity, NaN, 1e4, -1e4])('agrees at the edge %d', x => {
    expect(exact(x) + 0).toBe(native(x) + 0)
  })
})

test('log2 of a power of two is its exponent', () => {
  for (let exponent = -1074; exponent < 1024; exponent++) expect(exactLog2(2 ** exponent)).toBe(exponent)
})

test('a whole power is the product', () => {
  expect(exactPower(3, 0)).toBe(1)
  expect(exactPower(-1.5, 3)).toBe(-3.375)
})

test('log10 of a power of ten is its exponent, and back', () => {
  for (let exponent = 0; exponent <= 22; exponent++) {
    expect(exactLog10(exactPower(10, exponent))).toBe(exponent)
    expect(exactExp10(exponent)).toBe(exactPower(10, exponent))
  }
})

test('ten to any power agrees with the engine', () => {
  fc.assert(
    fc.property(fc.double({min: -30, max: 30, noNaN: true}), x => {
      const expected = 10 ** x
      expect(Math.abs(exactExp10(x) - expected)).toBeLessThanOrEqual(2e-15 * expected)
    }),
    {numRuns: 2000},
  )
})
