import fc from 'fast-check'
import {expect, test} from 'vitest'
import {LeastTree} from './least-tree.ts'

test('the least of all is known, whatever was set', () => {
  const step = fc.tuple(fc.nat(), fc.oneof(fc.nat(5), fc.constant(Number.POSITIVE_INFINITY)))
  fc.assert(
    fc.property(fc.integer({min: 1, max: 20}), fc.array(step), (count, steps) => {
      const tree = new LeastTree(count)
      const plain = new Array<number>(count).fill(Number.POSITIVE_INFINITY)
      for (const [thing, value] of steps) {
        tree.set(thing % count, value)
        plain[thing % count] = value
        expect(tree.least[1]).toBe(Math.min(...plain))
        if (tree.least[1]! < Number.POSITIVE_INFINITY) expect(plain[tree.leastThing]).toBe(tree.least[1])
      }
    }),
  )
})
