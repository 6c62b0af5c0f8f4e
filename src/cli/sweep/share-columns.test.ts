import {expect, test} from 'vitest'
import {shareColumns} from './share-columns.ts'

test('typed arrays move to shared memory with their values, all else stays', () => {
  const names = new Map([[1, 'a']])
  const whole = Float64Array.of(9, 1.5, Number.NaN, 9)
  const columns = {
    count: 3,
    names,
    times: whole.subarray(1, 3),
    ids: Uint32Array.of(2 ** 32 - 1),
    turns: Int32Array.of(-1),
  }
  const shared = shareColumns(columns)
  expect(shared).toEqual(columns)
  expect(shared.names).toBe(names)
  for (const column of [shared.times, shared.ids, shared.turns])
    expect(column.buffer).toBeInstanceOf(SharedArrayBuffer)
  // Only the part in use is shared, not the buffer it was cut from.
  expect(shared.times.buffer.byteLength).toBe(16)
})
