import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type ChainHolder, KvCache, NO_RUN} from '../../src/engine/vllm-1.2/kv-cache.ts'
import {node, pathsOf, trees} from './prompt-trees.ts'
import {cases} from './sampling.ts'

/**
 * The KV cache against a model of a few lines that is slow and plainly right: blocks are conserved, the same blocks
 * hit, and the same block is evicted, after any sequence of takes and releases.
 */
type Step =
  | {readonly kind: 'take'; readonly node: number}
  | {readonly kind: 'release'; readonly pick: number}
  | {readonly kind: 'partial'}
  | {readonly kind: 'promote'; readonly pick: number}
  | {readonly kind: 'drop partial'}

const MOST_STEPS = 120

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {weight: 5, arbitrary: fc.record({kind: fc.constant('take' as const), node})},
    {weight: 4, arbitrary: fc.record({kind: fc.constant('release' as const), pick: fc.nat(20)})},
    {weight: 1, arbitrary: fc.record({kind: fc.constant('partial' as const)})},
    {weight: 1, arbitrary: fc.record({kind: fc.constant('promote' as const), pick: fc.nat(20)})},
    {weight: 1, arbitrary: fc.record({kind: fc.constant('drop partial' as const)})},
  ),
  {maxLength: MOST_STEPS, size: 'max'},
)

test('the KV cache takes, shares, keeps and evicts blocks as its plain model does', () => {
  fc.assert(
    fc.property(
      trees,
      steps,
      fc.integer({min: 1, max: 40}),
      fc.constantFrom(1, 3, 37),
      (tree, todo, size, stride) => {
        const pair = new Pair(tree, size, stride)
        for (const step of todo) {
          pair.apply(step)
          pair.expectEqual()
        }
        pair.releaseAll()
        pair.expectEqual()
        expect(pair.cache.activeBlocks).toBe(0)
      },
    ),
    cases(300),
  )
})

interface Held {
  readonly blocks: readonly number[]
  readonly chain: ChainHolder
}

/** The cache and its model, moved in step. */
class Pair {
  readonly cache: KvCache
  readonly model: ModelCache
  readonly #paths: readonly Int32Array[]
  #held: Held[] = []
  #partials = 0
  #nextFresh = 100_000

  constructor(tree: readonly number[], size: number, stride: number) {
    this.cache = new KvCache(size)
    this.model = new ModelCache(size)
    this.#paths = pathsOf(tree, stride).map(path => Int32Array.from(path))
  }

  apply(step: Step): void {
    if (step.kind === 'take') this.#take(this.#paths[step.node]!)
    else if (step.kind === 'release')
      this.#release(this.#held.splice(step.pick % Math.max(1, this.#held.length), 1)[0])
    else if (step.kind === 'partial') this.#takePartial()
    else if (step.kind === 'promote') this.#promote(this.#held[step.pick % Math.max(1, this.#held.length)])
    else this.#dropPartial()
  }

  releaseAll(): void {
    for (const held of this.#held.splice(0)) this.#release(held)
    while (this.#partials > 0) this.#dropPartial()
  }

  expectEqual(): void {
    const {cache, model} = this
    expect(cache.activeBlocks).toBe(model.active)
    expect(cache.inactiveBlocks).toBe(model.inactive.size)
    expect(cache.activeBlocks + cache.inactiveBlocks).toBeLessThanOrEqual(cache.capacity)
    const counted = this.#paths.map(path =>
      cache.countRegistered({blocks: path, start: 0, known: path.length, fresh: 0}, path.length),
    )
    expect(counted).toEqual(this.#paths.map(path => model.countRegistered(path)))
  }

  #take(path: Int32Array): void {
    const chain = {blocks: path, start: 0, known: path.length, fresh: this.#nextFresh, tail: NO_RUN}
    this.#nextFresh += MOST_STEPS
    const got = this.cache.use(chain, 0, path.length)
    expect(got).toBe(this.model.use(path))
    // What comes after it is generated.
    if (got > 0) this.#held.push({blocks: [...path.subarray(0, got)], chain: {...chain, known: got}})
  }

  /** From the last block to the first, as a sequence gives its blocks back. */
  #release(held: Held | undefined): void {
    if (held !== undefined) this.cache.release(held.chain)
    for (const block of held?.blocks.toReversed() ?? []) this.model.release(block)
  }

  #takePartial(): void {
    const taken = this.cache.takePartial()
    expect(taken).toBe(this.model.takePartial())
    if (taken) this.#partials++
  }

  #dropPartial(): void {
    if (this.#partials === 0) return
    this.#partials--
    this.cache.releasePartial()
    this.model.partials--
  }

  /** A generated block: a fresh identity after the last block of a held chain. */
  #promote(held: Held | undefined): void {
    if (held === undefined || this.#partials === 0) return
    const {blocks, chain} = held
    const block = chain.fresh + blocks.length - chain.known
    this.#partials--
    this.#held = this.#held.filter(other => other !== held)
    this.cache.promotePartial(chain, blocks.length)
    this.model.promotePartial(block, blocks.at(-1)!)
    this.#held.push({blocks: [...blocks, block], chain})
  }
}

class ModelCache {
  readonly capacity: number
  readonly references = new Map<number, number>()
  /** Unreferenced but registered, with the time of release. */
  readonly inactive = new Map<number, number>()
  readonly #parent = new Map<number, number>()
  partials = 0
  #tick = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get active(): number {
    return this.references.size + this.partials
  }

  /** Returns how many of the blocks were obtained. */
  use(path: Iterable<number>): number {
    let parent = -1
    let got = 0
    for (const block of path) {
      if (!this.references.has(block) && !this.inactive.delete(block) && !this.#makeRoom()) break
      this.references.set(block, (this.references.get(block) ?? 0) + 1)
      this.#parent.set(block, parent)
      parent = block
      got++
    }
    return got
  }

  takePartial(): boolean {
    if (!this.#makeRoom()) return false
    this.partials++
    return true
  }

  promotePartial(block: number, parent: number): void {
    this.partials--
    this.references.set(block, 1)
    this.#parent.set(block, parent)
  }

  release(block: number): void {
    const left = this.references.get(block)! - 1
    if (left > 0) {
      this.references.set(block, left)
      return
    }
    this.references.delete(block)
    this.inactive.set(block, this.#tick++)
  }

  countRegistered(path: Int32Array): number {
    const missing = path.findIndex(block => !this.references.has(block) && !this.inactive.has(block))
    return missing < 0 ? path.length : missing
  }

  /** Evicts the longest released block that no inactive block follows. */
  #makeRoom(): boolean {
    if (this.active + this.inactive.size < this.capacity) return true
    const followed = new Set([...this.inactive.keys()].map(block => this.#parent.get(block)))
    const [oldest] = [...this.inactive].filter(([block]) => !followed.has(block)).sort((a, b) => a[1] - b[1])
    if (oldest === undefined) return false
    this.inactive.delete(oldest[0])
    return true
  }
}
