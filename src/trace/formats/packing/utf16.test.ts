import {expect, test} from 'vitest'
import {decodeUtf16} from './utf16.ts'

const TEXT = '{"mode": "agg"}\n'
const little = [...TEXT].flatMap(letter => [letter.charCodeAt(0), 0])
const big = [...TEXT].flatMap(letter => [0, letter.charCodeAt(0)])

test.each([
  ['a mark of the little end', [0xff, 0xfe, ...little]],
  ['a mark of the big end', [0xfe, 0xff, ...big]],
  ['no mark, little end', little],
  ['no mark, big end', big],
])('is read with %s', (_, bytes) => {
  expect(decodeUtf16(Uint8Array.from(bytes))).toBe(TEXT)
})

test.each([
  ['UTF-8', [...TEXT].map(letter => letter.charCodeAt(0))],
  ['nothing', []],
  ['zeros', [0, 0, 0, 0, 0, 0]],
  ['four bytes a letter', [...TEXT].flatMap(letter => [letter.charCodeAt(0), 0, 0, 0])],
])('is not taken for %s', (_, bytes) => {
  expect(decodeUtf16(Uint8Array.from(bytes))).toBe(null)
})

test('keeps text longer than one piece', () => {
  const long = 'ab'.repeat(0x3000)
  expect(decodeUtf16(Uint8Array.from([0xff, 0xfe, ...[...long].flatMap(l => [l.charCodeAt(0), 0])]))).toBe(
    long,
  )
})
