import {expect, test} from 'vitest'
import {RowTable} from './row-table.ts'

test('rows of small and large counts are found again, with the sum of their head', () => {
  const table = new RowTable(3, 2)
  expect(table.find(7)).toBeLessThan(0)
  expect(table.find(1e9)).toBeLessThan(0)
  const small = table.add(7, [0.1, 0.2, 5], false)
  const large = table.add(1e9, [3, 4, 5], true)
  expect([table.find(7), table.find(1e9)]).toEqual([small, large])
  expect(table.leadSum(small)).toBe(0.1 + 0.2)
  expect([...table.values.subarray(large, large + 3)]).toEqual([3, 4, 5])
  expect([table.isOutside(small), table.isOutside(large)]).toEqual([false, true])
})

test('a full table starts anew and forgets what it held', () => {
  const table = new RowTable(1, 1)
  for (let count = 0; count < 16_384; count++) table.add(count, [count], false)
  expect(table.leadSum(table.find(16_383))).toBe(16_383)
  table.add(20_000, [1], false)
  expect(table.find(0)).toBeLessThan(0)
  expect(table.leadSum(table.find(20_000))).toBe(1)
})
