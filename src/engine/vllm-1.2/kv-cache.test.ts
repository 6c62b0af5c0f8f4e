import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type ChainHolder, KvCache, NO_RUN} from './kv-cache.ts'

/** The rules of engine.md 6.3 and 6.5 written down literally, slow and plain. */
class PlainCache {
  readonly references = new Map<number, number>()
  readonly inactive = new Map<number, number>()
  readonly parent = new Map<number, number>()
  readonly capacity: number
  tick = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  use(blocks: readonly number[], from: number): number {
    for (let i = from; i < blocks.length; i++) {
      const block = blocks[i]!
      const references = this.references.get(block)
      if (references !== undefined) this.references.set(block, references + 1)
      else if (this.inactive.delete(block)) this.references.set(block, 1)
      else {
        if (this.references.size + this.inactive.size === this.capacity && !this.evict()) return i
        this.references.set(block, 1)
        this.parent.set(block, i === 0 ? -1 : blocks[i - 1]!)
      }
    }
    return blocks.length
  }

  release(block: number): void {
    const references = this.references.get(block)! - 1
    if (references > 0) this.references.set(block, references)
    else {
      this.references.delete(block)
      this.inactive.set(block, this.tick++)
    }
  }

  registered(blocks: readonly number[]): number {
    const missing = blocks.findIndex(block => !this.references.has(block) && !this.inactive.has(block))
    return missing < 0 ? blocks.length : missing
  }

  evict(): boolean {
    const parents = new Set([...this.inactive.keys()].map(block => this.parent.get(block)!))
    const evictable = [...this.inactive].filter(([block]) => !parents.has(block))
    if (evictable.length === 0) return false
    this.inactive.delete(evictable.reduce((a, b) => (b[1] < a[1] ? b : a))[0])
    return true
  }
}

/** Prompts over a small trie: prompt [a, b, c] has one block per step, equal prefixes share ids. */
function blockIds(prompts: readonly (readonly number[])[]): Int32Array[] {
  const ids = new Map<string, number>()
  return prompts.map(prompt =>
    Int32Array.from(prompt, (_, i) => {
      const key = prompt.slice(0, i + 1).join('/')
      if (!ids.has(key)) ids.set(key, ids.size)
      return ids.get(key)!
    }),
  )
}

function chainOf(blocks: Int32Array): ChainHolder {
  return {blocks, start: 0, known: blocks.length, fresh: 0, tail: NO_RUN}
}

const prompt = fc.array(fc.integer({min: 0, max: 1}), {minLength: 1, maxLength: 30})
const step = fc.record({prompt: fc.nat(19), release: fc.boolean(), chunk: fc.integer({min: 1, max: 30})})

describe('KvCache', () => {
  it('gives, shares, keeps and evicts blocks as the plain rules do', () => {
    fc.assert(
      fc.property(
        fc.array(prompt, {minLength: 1, maxLength: 20}),
        fc.array(step, {maxLength: 120}),
        fc.integer({min: 1, max: 60}),
        (prompts, steps, capacity) => {
          const blocks = blockIds(prompts)
          const cache = new KvCache(capacity)
          const plain = new PlainCache(capacity)
          const held: {chain: ChainHolder; ids: number[]}[] = []
          for (const {prompt, release, chunk} of steps) {
            const goesOn = held[prompt % Math.max(held.length, 1)]
            if (release && goesOn !== undefined && chunk % 2 === 0) {
              const {chain, ids} = goesOn
              const from = ids.length
              const to = Math.min(from + chunk, chain.blocks.length)
              const got = cache.use(chain, from, to)
              expect(got).toBe(plain.use([...chain.blocks.subarray(0, to)], from))
              ids.push(...chain.blocks.subarray(from, got))
              continue
            }
            if (release && held.length > 0) {
              const {chain, ids} = held.splice(prompt % held.length, 1)[0]!
              cache.release(chain)
              for (let i = ids.length - 1; i >= 0; i--) plain.release(ids[i]!)
              continue
            }
            const ids = blocks[prompt % blocks.length]!
            expect(cache.countRegistered(chainOf(ids), ids.length)).toBe(plain.registered([...ids]))
            const chain = chainOf(ids)
            const to = Math.min(chunk, ids.length)
            const got = cache.use(chain, 0, to)
            expect(got).toBe(plain.use([...ids.subarray(0, to)], 0))
            held.push({chain, ids: [...ids.subarray(0, got)]})
            expect(cache.activeBlocks).toBe(plain.references.size)
            expect(cache.inactiveBlocks).toBe(plain.inactive.size)
          }
        },
      ),
      {numRuns: 500},
    )
  })

  it.each([1, 3])('grows past its first runs and keeps every block findable', stride => {
    const cache = new KvCache(100_000)
    const blocks = Int32Array.from({length: 50_000}, (_, i) => i * stride)
    expect(cache.use(chainOf(blocks), 0, blocks.length)).toBe(blocks.length)
    expect(cache.countRegistered(chainOf(blocks), blocks.length)).toBe(blocks.length)
    expect(cache.countRegistered(chainOf(blocks), 777)).toBe(777)
    const told: number[] = []
    cache.eachStretch((first, count) => {
      for (let i = 0; i < count; i++) told.push(first + i)
    })
    expect(told.sort((a, b) => a - b)).toEqual([...blocks])
  })

  it('counts partial blocks against the capacity', () => {
    const cache = new KvCache(2)
    expect(cache.takePartial()).toBe(true)
    expect(cache.takePartial()).toBe(true)
    expect(cache.takePartial()).toBe(false)
    cache.promotePartial(chainOf(Int32Array.of(7)), 0)
    cache.releasePartial()
    expect(cache.activeBlocks).toBe(1)
    expect(cache.takePartial()).toBe(true)
  })
})
