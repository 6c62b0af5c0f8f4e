import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {formatFixed, formatFloat, formatThousands} from './python-number.ts'

// Right-hand sides printed by CPython 3.11.
describe('fixed decimals', () => {
  it.each([
    [0.125, 2, '0.12'],
    [0.375, 2, '0.38'],
    [2.5, 0, '2'],
    [3.5, 0, '4'],
    [0.25, 1, '0.2'],
    [0.75, 1, '0.8'],
    [-0.125, 2, '-0.12'],
    [1.005, 2, '1.00'],
    [1e22, 2, '10000000000000000000000.00'],
    [-0, 2, '-0.00'],
    [2 ** 49 + 0.125, 2, '562949953421312.12'],
  ])('%d with %d decimals is %s', (value, decimals, text) => {
    expect(formatFixed(value, decimals)).toBe(text)
  })

  it('groups thousands', () => {
    expect(formatThousands(12031, 2)).toBe('12,031.00')
    expect(formatThousands(-1234567.891, 2)).toBe('-1,234,567.89')
    expect(formatThousands(999.995, 2)).toBe('1,000.00')
  })

  it('never lies further away than half a step', () => {
    fc.assert(
      fc.property(fc.double({min: -1e9, max: 1e9, noNaN: true}), value => {
        expect(Math.abs(Number(formatFixed(value, 2)) - value)).toBeLessThanOrEqual(0.005 + 1e-7)
      }),
    )
  })
})

describe('float repr', () => {
  it.each([
    [300, '300.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.0001, '0.0001'],
    [0.00001234, '1.234e-05'],
    [1e-7, '1e-07'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
    [79803.17900399986, '79803.17900399986'],
  ])('%d is %s', (value, text) => {
    expect(formatFloat(value)).toBe(text)
  })

  it('reads back as the same number', () => {
    fc.assert(
      fc.property(fc.double({noNaN: true}), value => {
        expect(Number(formatFloat(value))).toBe(value)
      }),
    )
  })
})
