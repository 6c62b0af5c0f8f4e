import {expect, test} from 'vitest'
import {parsePrice} from './parse-price.ts'

test.each([
  ['2.5', 2.5],
  [' 3 ', 3],
  ['1,25', 1.25],
  ['0', null],
  ['-1', null],
  ['1e3', null],
  ['', null],
  ['abc', null],
])('parsePrice %j is %j', (text, price) => {
  expect(parsePrice(text)).toBe(price)
})
