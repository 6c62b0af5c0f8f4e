import {expect, test} from 'vitest'
import {parseQuantityMilli, parseQuantityNumber} from './quantity.ts'

test.each([
  ['5', 5000],
  ['700m', 700],
  ['0.8', 800],
  ['1k', 1_000_000],
  ['1Ki', 1_024_000],
  ['2e3', 2_000_000],
  ['1500u', 2],
  ['0.0001', 1],
  ['-1.5', -1500],
  ['-0.0001', 0],
])('%s is %d thousandths, rounded up', (text, milli) => {
  expect(parseQuantityMilli(text)).toBe(milli)
})

test.each(['', 'five', '5 m', '1.2.3', '5x', '1e', 'NaN'])('"%s" is no quantity', text => {
  expect(parseQuantityMilli(text)).toBeNull()
})

test('a tolerance becomes the double that the controller uses', () => {
  expect(parseQuantityNumber('1')).toBe(1)
  expect(parseQuantityNumber('0.15')).toBe(150 * 0.001)
  expect(parseQuantityNumber('0.0005')).toBe(500 * 1e-6)
})
