import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {StartOrder} from './start-order.ts'

function orderOf(rows: readonly (readonly [number, number])[], order = new StartOrder()): number[] {
  const startMs = Float64Array.from(rows, ([ms]) => ms)
  const instanceId = Int32Array.from(rows, ([, id]) => id)
  return [...order.of({count: rows.length, startMs, instanceId}).subarray(0, rows.length)]
}

describe('order of rows by start and instance', () => {
  const ms = fc.oneof(fc.integer({min: 0, max: 9}), fc.double({min: 0, max: 1e9, noNaN: true}))
  const row = fc.tuple(ms, fc.integer({min: 0, max: 4}))

  test('is that of a stable sort, also where rows were there before', () => {
    const order = new StartOrder()
    fc.assert(
      fc.property(fc.array(row, {minLength: 1, maxLength: 60}), rows => {
        const plain = rows.map((_, at) => at)
        plain.sort((a, b) => rows[a]![0] - rows[b]![0] || rows[a]![1] - rows[b]![1])
        expect(orderOf(rows, order)).toEqual(plain)
      }),
      {numRuns: 500},
    )
  })

  test('rows of one moment go by instance, those of one instance as they stand', () => {
    const rows = [
      [5, 2],
      [5, 0],
      [5, 2],
      [5, 0],
    ] as const
    expect(orderOf(rows)).toEqual([1, 3, 0, 2])
  })

  test('a last row a rounding beyond the others has a bucket', () => {
    const rows = Array.from({length: 1000}, (_, at) => [1e9 + at / 3, at % 2] as const)
    expect(orderOf(rows.toReversed())).toEqual(rows.map((_, at) => 999 - at))
  })
})
