import fc from 'fast-check'
import {expect, test} from 'vitest'
import {wordsFor} from './lane-bits.ts'
import {LaneDepths} from './lane-depths.ts'
import {LeadingHolders} from './leading-holders.ts'

const LANES = 70
const LENGTHS = [3, 1, 4, 0, 2]

const step = fc.record({
  key: fc.nat(LENGTHS.length - 1),
  lane: fc.oneof(fc.nat(2), fc.nat(LANES - 1)),
  blocks: fc.nat(4),
})

test.each([
  ['stretches below a number', LENGTHS.length, 1],
  ['any stretches', null, 1_000_003],
])('lanes have as many leading blocks of a path as plain columns say: %s', (_, keyCount, factor) => {
  fc.assert(
    fc.property(
      fc.array(step, {maxLength: 300, size: 'max'}),
      fc.integer({min: 1, max: LANES}),
      fc.uniqueArray(fc.nat(LENGTHS.length - 1), {maxLength: LENGTHS.length}),
      fc.nat(3),
      (steps, known, path, shortBy) => {
        const holders = new LeadingHolders(keyCount)
        const plain = LENGTHS.map(() => new Array<number>(LANES).fill(0))
        const depths = new LaneDepths()
        let reserved = known
        const reserve = (count: number) => {
          reserved = Math.max(reserved, count)
          holders.reserveLanes(reserved)
          depths.reserveLanes(reserved)
        }
        reserve(known)
        const nodeBlocks = Int32Array.from(path, key => LENGTHS[key]!)
        const blockCount = Math.max(nodeBlocks.reduce((sum, each) => sum + each, 0) - shortBy, 0)
        const nodes = Int32Array.from(path, key => key * factor)
        const depthOf = (lane: number) => {
          let depth = 0
          for (const key of path) {
            const wanted = Math.min(LENGTHS[key]!, blockCount - depth)
            const has = Math.min(plain[key]![lane]!, wanted)
            depth += has
            if (has < wanted) break
          }
          return depth
        }
        for (const {key, lane, blocks} of steps) {
          reserve(lane + 1)
          const length = LENGTHS[key]!
          const before = plain[key]![lane]!
          const after = Math.min(blocks, length)
          if (after > before) holders.raise(key * factor, lane, after, length)
          else if (after < length) holders.lower(key * factor, lane, after, length)
          plain[key]![lane] = after
          const asked = Array.from({length: reserved}, (_, i) => i).filter(i => i % 3 !== lane % 3)
          depths.begin(bits(asked, reserved))
          holders.follow(
            {nodes, nodeBlocks, from: 0, sharedTo: path.length, to: path.length, blockCount},
            path.length,
            depths,
          )
          expect(asked.map(each => depths.depthOf(each))).toEqual(asked.map(depthOf))
        }
      },
    ),
  )
})

function bits(lanes: readonly number[], count: number): Uint32Array {
  const words = new Uint32Array(wordsFor(count))
  for (const lane of lanes) words[lane >>> 5]! |= 1 << (lane & 31)
  return words
}
