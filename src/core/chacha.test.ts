import {expect, test} from 'vitest'
import {ChaCha12} from './chacha.ts'
import {exactLog} from './exact-math.ts'

test('gives the groups and gaps the reference has from seed 42', () => {
  const groups = new ChaCha12(42)
  expect(Array.from({length: 12}, () => groups.nextBelow(3))).toEqual([0, 1, 0, 1, 2, 1, 2, 1, 2, 0, 1, 1])
  const gaps = new ChaCha12(42)
  const gap = () => -(1000 / 20) * exactLog(1 - gaps.next())
  // The logarithm is ours: the last bit may be another.
  expect(gap()).toBeCloseTo(37.38623088203482, 12)
  expect(gap()).toBeCloseTo(39.12353887753459, 12)
})
