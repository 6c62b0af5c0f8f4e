import fc from 'fast-check'
import {expect, test} from 'vitest'
import {LaneSets, wordsFor} from './lane-sets.ts'

const LANES = 70
const KEYS = 5

test.each([
  ['things below a number', KEYS, 1],
  ['any things', null, 1_000_003],
])('a set of lanes is split by who has a thing, as by plain sets: %s', (_, keyCount, factor) => {
  const step = fc.record({key: fc.nat(KEYS - 1), lane: fc.nat(LANES - 1), asks: fc.boolean()})
  fc.assert(
    fc.property(
      fc.array(step, {maxLength: 300, size: 'max'}),
      fc.integer({min: 1, max: LANES}),
      (steps, known) => {
        const sets = new LaneSets(keyCount)
        const plain = Array.from({length: KEYS}, () => new Set<number>())
        let reserved = known
        sets.reserveLanes(reserved)
        for (const {key, lane, asks} of steps) {
          if (lane >= reserved) {
            reserved = lane + 1
            sets.reserveLanes(reserved)
          }
          if (asks) {
            const all = Array.from({length: reserved}, (_, i) => i).filter(i => i % 3 !== lane % 3)
            const stay = bits(all, reserved)
            const left = new Uint32Array(stay.length)
            const any = sets.split(key * factor, stay, left)
            expect(stay).toEqual(
              bits(
                all.filter(i => plain[key]!.has(i)),
                reserved,
              ),
            )
            expect(left).toEqual(
              bits(
                all.filter(i => !plain[key]!.has(i)),
                reserved,
              ),
            )
            expect(any).toBe(stay.some(word => word !== 0))
          } else if (plain[key]!.delete(lane)) sets.remove(key * factor, lane)
          else {
            plain[key]!.add(lane)
            sets.add(key * factor, lane)
          }
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
