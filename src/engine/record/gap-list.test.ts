import {expect, it} from 'vitest'
import {GapList} from './gap-list.ts'

it('takes rows in an order as it takes gaps one by one, from piece to piece as well', () => {
  const rows = 150_000
  // Equal neighbours everywhere, and so where a piece is full; every seventh row is a stop without gaps.
  const gapMs = Float64Array.from({length: rows}, (_, row) => (row >> 1) % 100_000)
  const count = Uint32Array.from({length: rows}, (_, row) => (row % 7 === 3 ? 0 : 1 + (row % 5)))
  const order = Int32Array.from({length: rows}, (_, at) => rows - 1 - at)
  for (const first of [0, 1, 2]) {
    const [oneByOne, together] = [new GapList(), new GapList()]
    for (let at = 0; at < first; at++) {
      oneByOne.add(-1 - at, 1)
      together.add(-1 - at, 1)
    }
    for (const row of order) if (count[row]! > 0) oneByOne.add(gapMs[row]!, count[row]!)
    together.take({gapMs, count}, order, 100_000)
    together.take({gapMs, count}, order.subarray(100_000), rows - 100_000)
    expect(together.columns()).toEqual(oneByOne.columns())
  }
})
