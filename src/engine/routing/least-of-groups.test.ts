import fc from 'fast-check'
import {expect, test} from 'vitest'
import {GROUP, LeastOfGroups} from './least-of-groups.ts'

test('the least of all is known, whatever was set', () => {
  const step = fc.tuple(fc.nat(), fc.oneof(fc.nat(5), fc.constant(Number.POSITIVE_INFINITY)))
  fc.assert(
    fc.property(fc.integer({min: 1, max: 50}), fc.array(step), (count, steps) => {
      const groups = new LeastOfGroups(count)
      const plain = new Array<number>(count).fill(Number.POSITIVE_INFINITY)
      for (const [thing, value] of steps) {
        groups.set(thing % count, value)
        plain[thing % count] = value
        const least = Math.min(...plain)
        groups.least.forEach((each, g) => {
          const own = plain.slice(g * GROUP, (g + 1) * GROUP)
          expect(each).toBe(Math.min(...own))
        })
        if (least < Number.POSITIVE_INFINITY) expect(plain[groups.leastThing()]).toBe(least)
      }
    }),
  )
})
