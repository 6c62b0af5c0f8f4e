import {expect, test} from 'vitest'
import {FreshIdentities} from './fresh-identities.ts'

test.each([1, 3])(
  'identities count up from the first, and never stand for a block that is still there',
  count => {
    const held = new Set<number>()
    const eachStretch = (visit: (first: number, count: number) => void) => {
      for (const block of held) visit(block, 1)
    }
    const fresh = new FreshIdentities(5, {eachStretch}, 255)
    const taken: number[] = []
    for (let i = 0; i < 5000; i++) {
      const first = fresh.take(count)
      if ((i + 1) * count <= 251) expect(first).toBe(5 + i * count)
      expect(first).toBeGreaterThanOrEqual(5)
      expect(first + count - 1).toBeLessThanOrEqual(255)
      for (let identity = first; identity < first + count; identity++) {
        expect(held.has(identity)).toBe(false)
        held.add(identity)
        taken.push(identity)
      }
      // The oldest goes, but one in forty stays for long, as the blocks of an instance that is seldom chosen do.
      for (const old of taken.slice(-60 - count, -60)) if (old % 40 !== 0) held.delete(old)
      if (i % 700 === 0) for (const block of [...held].slice(0, -60)) held.delete(block)
    }
  },
)
