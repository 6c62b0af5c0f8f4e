import {expect, test} from 'vitest'
import {FreshIdentities, GROUP_BITS} from './fresh-identities.ts'

test('identities count up from the first, and never stand for a block that is still there', () => {
  const held = new Set<number>()
  const fresh = new FreshIdentities(5, group => [...held].some(block => block >> GROUP_BITS === group), 255)
  const taken: number[] = []
  for (let i = 0; i < 5000; i++) {
    const identity = fresh.take()
    expect(held.has(identity)).toBe(false)
    if (i < 251) expect(identity).toBe(5 + i)
    expect(identity).toBeLessThanOrEqual(255)
    held.add(identity)
    taken.push(identity)
    // The oldest goes, but one in forty stays for long, as the blocks of an instance that is seldom chosen do.
    const oldest = taken[taken.length - 60]
    if (oldest !== undefined && oldest % 40 !== 0) held.delete(oldest)
    if (i % 700 === 0) for (const block of [...held].slice(0, -60)) held.delete(block)
  }
})
