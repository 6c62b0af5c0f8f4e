import {expect, it} from 'vitest'
import {GapList} from './gap-list.ts'

it('takes the gaps of turns in an order as it takes them one by one, however many tokens were to be expected', () => {
  const turns = 60_000
  // Of none to five gaps each, once of more than there is room for; equal neighbours everywhere, and so where it is full.
  const gapsOf = (turn: number) => (turn === 30_000 ? 150_000 : turn % 6)
  const firstGap = new Int32Array(turns + 1)
  for (let turn = 0; turn < turns; turn++) firstGap[turn + 1] = firstGap[turn]! + gapsOf(turn)
  const gaps = firstGap[turns]!
  const gapMs = Float64Array.from({length: gaps}, (_, gap) => (gap >> 1) % 100_000)
  const count = Uint32Array.from({length: gaps}, (_, gap) => 1 + (gap % 5))
  const order = Int32Array.from({length: turns}, (_, at) => turns - 1 - at)
  for (const first of [0, 1, 2]) {
    const [oneByOne, together] = [new GapList(10 ** first), new GapList(10 ** (8 - first))]
    for (let at = 0; at < first; at++) {
      oneByOne.add(-1 - at, 1)
      together.add(-1 - at, 1)
    }
    for (const turn of order) {
      for (let gap = firstGap[turn]!; gap < firstGap[turn + 1]!; gap++) oneByOne.add(gapMs[gap]!, count[gap]!)
    }
    together.take({firstGap, gapMs, count}, order, 50_000)
    together.take({firstGap, gapMs, count}, order.subarray(50_000), turns - 50_000)
    expect(together.columns()).toEqual(oneByOne.columns())
  }
})
