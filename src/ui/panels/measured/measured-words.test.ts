import {expect, test} from 'vitest'
import {formatError, formatLatency} from '../../../measured/words.ts'
import {signedShare} from './measured-words.ts'

test('an error has its sign, and none where it is zero as written', () => {
  expect([0.015, -0.031, -0.0004, 0.0004, 0].map(signedShare)).toEqual([
    '+1.5 %',
    '−3.1 %',
    '0.0 %',
    '0.0 %',
    '0.0 %',
  ])
  expect([0.12, -0.031, 0].map(formatError)).toEqual(['+12 %', '−3.1 %', '0 %'])
  expect([24.1, -1200, 0].map(formatLatency)).toEqual(['+24.1 ms', '−1.2 s', '0 ms'])
})
