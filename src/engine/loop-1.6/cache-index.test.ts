import {expect, test} from 'vitest'
import {ms} from '../../core/units.ts'
import {BlockHolders} from '../routing/block-holders.ts'
import {LaneDepths} from '../routing/lane-depths.ts'
import {KvEventLog} from '../vllm-1.6/kv-event-log.ts'
import {CacheIndex} from './cache-index.ts'

const PROMPTS = {
  inputLength: Int32Array.of(192),
  blocks: Int32Array.of(0, 1, 2),
  blockStart: Uint32Array.of(0, 3),
  blockCount: 3,
  continuedBy: null,
  areUnshared: false,
  living: null,
}

function createIndex(lagMs: number): {
  index: CacheIndex
  tell: (lane: number, stored: readonly number[], removed: readonly number[], atMs: number) => void
  overlaps: () => number[]
} {
  const holders = new BlockHolders(PROMPTS)
  holders.reserveLanes(2)
  const index = new CacheIndex(holders, lagMs)
  return {
    index,
    tell: (lane, stored, removed, atMs) => {
      const log = new KvEventLog()
      for (const block of stored) log.stored(block, block + 1)
      for (const block of removed) log.removed(block, block + 1)
      index.hear(lane, log, ms(atMs))
    },
    overlaps: () => {
      const depths = new LaneDepths()
      depths.reserveLanes(2)
      depths.begin(Uint32Array.of(0b11))
      holders.follow(0, depths)
      return [depths.depthOf(0), depths.depthOf(1)]
    },
  }
}

test('what happens in a cache is known when its time has come, in the order in which it was told', () => {
  const {index, tell, overlaps} = createIndex(10)
  tell(0, [0, 1], [], 0)
  tell(1, [0], [], 4)
  tell(0, [], [1], 6)
  index.catchUp(9)
  expect(overlaps()).toEqual([0, 0])
  index.catchUp(14)
  expect(overlaps()).toEqual([2, 1])
  index.catchUp(16)
  expect(overlaps()).toEqual([1, 1])
})

test('of an instance that is gone nothing is left, nor does it come to be known later', () => {
  const {index, tell, overlaps} = createIndex(10)
  tell(0, [0, 1, 2], [], 0)
  index.catchUp(10)
  tell(0, [], [2], 12)
  tell(1, [0], [], 12)
  // Not heard before it went.
  const kvEvents = new KvEventLog()
  kvEvents.removed(1, 2)
  index.forget(0, {
    kvEvents,
    eachStretch: visit => {
      visit(0, 1)
    },
  })
  expect(overlaps()).toEqual([0, 0])
  index.catchUp(22)
  expect(overlaps()).toEqual([0, 1])
  tell(0, [0, 1], [], 30)
  index.catchUp(40)
  expect(overlaps()).toEqual([2, 1])
})
