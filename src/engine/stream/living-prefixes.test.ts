import {describe, expect, test} from 'vitest'
import {RandomStream} from '../../core/random.ts'
import {endOfRun} from '../vllm-1.2/block-runs.ts'
import {LivingPrefixes, type PrefixSizes} from './living-prefixes.ts'

const SIZES: PrefixSizes = {blockSize: 16, traceBlockSize: 64, leastNodes: 16, identities: 2 ** 20}
/** Blocks of a hash id in these sizes. */
const PER_ID = 4

/** Slots with prompts of whole hash ids, and caches by hand. */
class Traffic {
  readonly taken = new Map<number, readonly number[]>()
  readonly inputLength = new Int32Array(64)
  readonly prefixes: LivingPrefixes

  constructor(sizes: Partial<PrefixSizes> = {}) {
    const eachTaken = (visit: (slot: number) => void) => [...this.taken.keys()].forEach(visit)
    this.prefixes = new LivingPrefixes({eachTaken, inputLength: this.inputLength}, {...SIZES, ...sizes})
  }

  /** @returns the identities of the prompt's blocks */
  arrive(slot: number, ids: readonly number[], laterIds = 0): readonly number[] {
    this.taken.set(slot, ids)
    this.inputLength[slot] = ids.length * SIZES.traceBlockSize
    this.prefixes.arrived(slot, Uint32Array.from(ids), 0, laterIds)
    return this.blocks(slot)
  }

  blocks(slot: number): readonly number[] {
    const into = new Int32Array(1024)
    return [...into.subarray(0, this.prefixes.writeBlocks(slot, into))]
  }
}

/** A cache of the prompts it was told of last. */
class Cache {
  readonly prompts: (readonly number[])[] = []
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(blocks: readonly number[]): void {
    this.prompts.push(blocks)
    if (this.prompts.length > this.#most) this.prompts.shift()
  }

  eachStretch(visit: (first: number, count: number) => void): void {
    for (const block of this.prompts.flat()) visit(block, 1)
  }
}

describe('prefixes', () => {
  test('have one identity where all tokens before are alike', () => {
    const traffic = new Traffic()
    const first = traffic.arrive(0, [1, 2, 3])
    expect(first).toHaveLength(3 * PER_ID)
    expect(new Set(first).size).toBe(first.length)
    expect(traffic.arrive(1, [1, 2, 4]).slice(0, 2 * PER_ID)).toEqual(first.slice(0, 2 * PER_ID))
    expect(traffic.arrive(2, [9, 2, 3]).filter(block => first.includes(block))).toEqual([])
  })

  test('end where a block ends', () => {
    const traffic = new Traffic({blockSize: 48})
    // 192 tokens are four blocks of 48, and the second ends in the second hash id.
    expect(traffic.arrive(0, [1, 2, 3])).toHaveLength(4)
    const other = traffic.arrive(1, [1, 7, 3])
    expect(other.map((block, i) => block === traffic.blocks(0)[i])).toEqual([true, false, false, false])
  })

  test('are kept while somebody has them, and forgotten then', () => {
    const traffic = new Traffic()
    const cache = new Cache(1)
    traffic.prefixes.addCache(cache)
    const cached = traffic.arrive(0, [1, 2])
    cache.add(cached)
    traffic.taken.delete(0)
    const waiting = traffic.arrive(1, [1, 5])
    for (let id = 100; id < 400; id++) traffic.arrive(2, [id])
    expect(traffic.prefixes.count).toBeLessThan(60)
    expect(traffic.arrive(3, [1, 2])).toEqual(cached)
    expect(traffic.blocks(1)).toEqual(waiting)
    traffic.prefixes.dropCache(cache)
    traffic.taken.delete(1)
    for (const slot of [0, 3]) traffic.taken.delete(slot)
    for (let id = 400; id < 700; id++) traffic.arrive(2, [id])
    expect(traffic.arrive(3, [1, 2])).not.toEqual(cached)
  })

  test('of a session have consecutive identities, whoever comes between its turns', () => {
    const traffic = new Traffic()
    const count = 4 * PER_ID
    const first = traffic.arrive(0, [1, 2], 2)
    traffic.arrive(1, [5, 6])
    // Another one that goes on there has them first, and the session's own turn then gets others.
    const second = traffic.arrive(2, [1, 2, 3])
    traffic.arrive(1, [7])
    const third = traffic.arrive(3, [1, 2, 3, 4])
    expect(third).toEqual(Array.from({length: count}, (_, i) => first[0]! + i))
    expect(second).toEqual(third.slice(0, 3 * PER_ID))
    const other = traffic.arrive(4, [1, 2, 9])
    expect(other.slice(2 * PER_ID).some(block => third.includes(block))).toBe(false)
    const longer = traffic.arrive(5, [1, 2, 3, 4, 5])
    expect(new Set([...longer, ...other, ...traffic.blocks(1)]).size).toBe(5 * PER_ID + PER_ID + PER_ID)
  })

  test.each([
    ['that do not run out', SIZES.identities, 0],
    ['that are given again many times', 1024, 0],
    ['of which some are kept for later turns', SIZES.identities, 4],
    ['of which some are kept until they run out', 1024, 4],
  ])('of long traffic have identities of their own %s', (_, identities, mostLater) => {
    const random = new RandomStream(3, 'prompts')
    const traffic = new Traffic({identities, blockSize: 32})
    const caches = [new Cache(3), new Cache(5)]
    for (const cache of caches) traffic.prefixes.addCache(cache)
    // By the blocks that a cache has, what they stand for.
    const cachedOf = new Map<readonly number[], readonly number[]>()
    let mistaken = 0
    for (let i = 0; i < 3000; i++) {
      const length = 1 + Math.floor(random.next() * 5)
      const ids = Array.from({length}, (_, depth) => Math.floor(random.next() * (depth === 0 ? 3 : 40)))
      const laterIds = mostLater === 0 ? 0 : Math.floor(random.next() * mostLater)
      const blocks = traffic.arrive(Math.floor(random.next() * 6), ids, laterIds)
      caches[i % 2]!.add(blocks)
      cachedOf.set(blocks, ids)
      const cached = caches.flatMap(({prompts}) => prompts).map(own => [own, cachedOf.get(own)!] as const)
      mistaken += ends(blocks)
      const underWay = [...traffic.taken].map(([slot, own]) => [traffic.blocks(slot), own] as const)
      mistaken += mistakes([...cached, ...underWay])
    }
    expect(mistaken).toBe(0)
    expect(traffic.prefixes.count).toBeLessThan(120)
  })
})

/** Blocks with one identity and different tokens before them, and the other way round. Two blocks lie in each hash id. */
function mistakes(prompts: readonly (readonly [readonly number[], readonly number[]])[]): number {
  const prefixOf = new Map<number, string>()
  let count = 0
  for (const [blocks, ids] of prompts)
    blocks.forEach((block, place) => {
      const prefix = `${ids.slice(0, Math.floor(place / 2) + 1).join()}/${place % 2}`
      if ((prefixOf.get(block) ?? prefix) !== prefix) count++
      prefixOf.set(block, prefix)
    })
  return count + prefixOf.size - new Set(prefixOf.values()).size
}

/** Rows of consecutive identities whose end a search by halves mistakes. */
function ends(blocks: readonly number[]): number {
  const all = Int32Array.from(blocks)
  let count = 0
  for (let i = 0; i < all.length; i++) {
    let end = i + 1
    while (end < all.length && all[end] === all[end - 1]! + 1) end++
    for (let to = i + 1; to <= all.length; to++) if (endOfRun(all, i, to) !== Math.min(end, to)) count++
  }
  return count
}
