import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {KvCache} from './kv-cache.ts'

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
          const held: {slots: Int32Array; ids: number[]; whole: Int32Array}[] = []
          for (const {prompt, release, chunk} of steps) {
            const goesOn = held[prompt % Math.max(held.length, 1)]
            if (release && goesOn !== undefined && chunk % 2 === 0) {
              const {slots, ids, whole} = goesOn
              const from = ids.length
              const parent = from === 0 ? -1 : slots[from - 1]!
              const to = Math.min(from + chunk, whole.length)
              const got = cache.use(whole, slots, from, to, parent)
              expect(got).toBe(plain.use([...whole.subarray(0, to)], from))
              ids.push(...whole.subarray(from, got))
              continue
            }
            if (release && held.length > 0) {
              const {slots, ids} = held.splice(prompt % held.length, 1)[0]!
              cache.release(slots, ids.length)
              for (let i = ids.length - 1; i >= 0; i--) plain.release(ids[i]!)
              continue
            }
            const ids = blocks[prompt % blocks.length]!
            expect(cache.countRegistered(ids, ids.length)).toBe(plain.registered([...ids]))
            const slots = new Int32Array(ids.length)
            const to = Math.min(chunk, ids.length)
            const got = cache.use(ids, slots, 0, to, -1)
            expect(got).toBe(plain.use([...ids.subarray(0, to)], 0))
            held.push({slots, ids: [...ids.subarray(0, got)], whole: ids})
            expect(cache.activeBlocks).toBe(plain.references.size)
            expect(cache.inactiveBlocks).toBe(plain.inactive.size)
          }
        },
      ),
      {numRuns: 500},
    )
  })

  it('grows past its first groups and keeps every block findable', () => {
    const cache = new KvCache(100_000)
    const blocks = Int32Array.from({length: 50_000}, (_, i) => i * 3)
    const slots = new Int32Array(blocks.length)
    expect(cache.use(blocks, slots, 0, blocks.length, -1)).toBe(blocks.length)
    expect(cache.countRegistered(blocks, blocks.length)).toBe(blocks.length)
    expect(new Set(slots).size).toBe(blocks.length)
  })

  it('counts partial blocks against the capacity', () => {
    const cache = new KvCache(2)
    expect(cache.takePartial()).toBe(true)
    expect(cache.takePartial()).toBe(true)
    expect(cache.takePartial()).toBe(false)
    cache.promotePartial(7, -1)
    cache.releasePartial()
    expect(cache.activeBlocks).toBe(1)
    expect(cache.takePartial()).toBe(true)
  })
})
