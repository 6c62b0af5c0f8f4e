import {expect, test} from 'vitest'
import {isEqual} from './is-equal.ts'

test.each([
  [
    {a: 1, b: [1, {c: null}]},
    {b: [1, {c: null}], a: 1},
  ],
  [{a: 1, b: undefined}, {a: 1}],
  [Number.NaN, Number.NaN],
  [[], []],
])('%j and %j say the same', (a, b) => {
  expect(isEqual(a, b)).toBe(true)
  expect(isEqual(b, a)).toBe(true)
})

test.each([
  [{a: 1}, {a: 2}],
  [{a: null}, {}],
  [
    [1, 2],
    [2, 1],
  ],
  [[1], [1, undefined]],
  [[], {}],
  [{a: '1'}, {a: 1}],
  [null, {}],
])('%j and %j do not', (a, b) => {
  expect(isEqual(a, b)).toBe(false)
  expect(isEqual(b, a)).toBe(false)
})
