import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type BlockHolder, BlockPool} from '../../src/engine/vllm-1.6/block-pool.ts'
import {eachEvent, KvEventLog} from '../../src/engine/vllm-1.6/kv-event-log.ts'
import {node, pathsOf, trees} from './prompt-trees.ts'
import {cases} from './sampling.ts'

/**
 * The block pool of 1.6 against a model of a few lines that is slow and plainly right: after any sequence of admissions,
 * passes and ends the same blocks are found, the same are evicted, and every block is free, private or a copy.
 */
type Step =
  | {readonly kind: 'admit'; readonly node: number}
  | {readonly kind: 'compute'; readonly pick: number; readonly blocks: number}
  | {readonly kind: 'generate'; readonly pick: number}
  | {readonly kind: 'end'; readonly pick: number}

const pick = fc.nat(20)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {weight: 4, arbitrary: fc.record({kind: fc.constant('admit' as const), node})},
    {weight: 4, arbitrary: fc.record({kind: fc.constant('compute' as const), pick, blocks: fc.nat(4)})},
    {weight: 2, arbitrary: fc.record({kind: fc.constant('generate' as const), pick})},
    {weight: 3, arbitrary: fc.record({kind: fc.constant('end' as const), pick})},
  ),
  {maxLength: 150, size: 'max'},
)

test('the block pool takes, shares, keeps and evicts copies as its plain model does', () => {
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
        pair.endAll()
        pair.expectEqual()
        expect(pair.pool.activeBlocks).toBe(0)
      },
    ),
    cases(120),
  )
})

interface Held extends BlockHolder {
  /** What it holds in the model. */
  readonly twins: (Copy | null)[]
  /** Blocks it has, and how many of them are computed. */
  taken: number
  computed: number
}

/** Most blocks of a request: the longest prompt and some that it generates. */
const MOST = 80
/** Identities of generated blocks. */
const FRESH = 100_000

class Pair {
  readonly pool: BlockPool
  readonly model: ModelPool
  readonly #log = new KvEventLog()
  /** Identities that are cached, by the events alone. */
  readonly #told = new Set<number>()
  readonly #paths: readonly (readonly number[])[]
  #held: Held[] = []
  #nextFresh = FRESH

  constructor(tree: readonly number[], size: number, stride: number) {
    this.pool = new BlockPool(size, this.#log)
    this.model = new ModelPool(size)
    this.#paths = pathsOf(tree, stride)
  }

  apply(step: Step): void {
    if (step.kind === 'admit') this.#admit(this.#paths[step.node]!)
    else {
      const index = step.pick % Math.max(1, this.#held.length)
      const held = this.#held[index]
      if (held === undefined) return
      if (step.kind === 'compute') this.#compute(held, step.blocks)
      else if (step.kind === 'generate') this.#generate(held)
      else this.#end(this.#held.splice(index, 1)[0]!)
    }
  }

  expectEqual(): void {
    expect(this.pool.activeBlocks).toBe(this.model.active)
    expect(this.model.active).toBeLessThanOrEqual(this.model.capacity)
    const wrong = this.#paths.find(path => {
      this.pool.lookUp(Int32Array.from(path), path.length)
      const {overlap, overlapInUse} = this.model.lookUp(path)
      return overlap !== this.pool.overlap || overlapInUse !== this.pool.overlapInUse
    })
    expect(wrong).toBeUndefined()
    this.#expectTold()
  }

  /** Each came when it was not there, and went when it was. */
  #expectTold(): void {
    eachEvent(this.#log.events, (isStored, from, to) => {
      for (let identity = from; identity < to; identity++) {
        expect(this.#told.has(identity)).toBe(!isStored)
        if (isStored) this.#told.add(identity)
        else this.#told.delete(identity)
      }
    })
    this.#log.clear()
    expect(this.#told).toEqual(this.model.identities)
    const cached = new Set<number>()
    this.pool.eachStretch((first, count) => {
      for (let i = 0; i < count; i++) cached.add(first + i)
    })
    expect(cached).toEqual(this.#told)
  }

  endAll(): void {
    for (const held of this.#held) this.#end(held)
    this.#held = []
  }

  #admit(path: readonly number[]): void {
    const held: Held = {
      blocks: Int32Array.from({length: MOST}, (_, i) => path[i] ?? -1),
      runs: new Int32Array(MOST),
      runCount: 0,
      registered: 0,
      twins: [],
      taken: path.length,
      computed: 0,
    }
    const hits = this.model.lookUp(path).overlap
    const twins = this.model.take(path, hits)
    expect(this.pool.take(held, 0, path.length, hits)).toBe(twins !== null)
    if (twins === null) return
    held.twins.push(...twins)
    held.computed = hits
    this.#held.push(held)
  }

  #compute(held: Held, blocks: number): void {
    const to = Math.min(held.computed + blocks, held.taken)
    if (to === held.computed) return
    for (let at = held.computed; at < to; at++) {
      if (held.blocks[at] === -1) held.blocks[at] = this.#nextFresh++
      held.twins[at] = this.model.register(held.blocks[at]!)
    }
    this.pool.register(held, to, held.blocks[held.computed]! >= FRESH)
    held.computed = to
  }

  #generate(held: Held): void {
    if (held.taken === MOST) return
    const twins = this.model.take([-1], 0)
    expect(this.pool.take(held, held.taken, held.taken + 1, 0)).toBe(twins !== null)
    if (twins === null) return
    held.twins.push(null)
    held.taken++
  }

  #end(held: Held): void {
    this.pool.release(held, held.taken)
    this.model.release(held.twins)
  }
}

interface Copy {
  readonly identity: number
  users: number
}

class ModelPool {
  readonly capacity: number
  #private = 0
  /** Oldest first. */
  #copies: Copy[] = []
  /** Longest unused first. */
  #inactive: Copy[] = []

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get active(): number {
    return this.#private + this.#copies.length - this.#inactive.length
  }

  get identities(): Set<number> {
    return new Set(this.#copies.map(copy => copy.identity))
  }

  lookUp(path: readonly number[]): {readonly overlap: number; readonly overlapInUse: number} {
    let overlap = 0
    let overlapInUse = 0
    for (const identity of path) {
      const copy = this.#oldest(identity)
      if (copy === undefined) break
      overlap++
      if (copy.users > 0) overlapInUse++
    }
    return {overlap, overlapInUse}
  }

  take(path: readonly number[], hits: number): (Copy | null)[] | null {
    const shared = path.slice(0, hits).map(identity => this.#oldest(identity)!)
    const fresh = path.length - hits
    const free = this.capacity - this.#private - this.#copies.length
    const spare = this.#inactive.filter(copy => !shared.includes(copy)).length
    if (fresh > free + spare) return null
    for (const copy of shared) {
      copy.users++
      this.#inactive = this.#inactive.filter(other => other !== copy)
    }
    for (let i = free; i < fresh; i++) {
      const gone = this.#inactive.shift()!
      this.#copies = this.#copies.filter(copy => copy !== gone)
    }
    this.#private += fresh
    return [...shared, ...Array.from({length: fresh}, () => null)]
  }

  register(identity: number): Copy {
    const copy = {identity, users: 1}
    this.#private--
    this.#copies.push(copy)
    return copy
  }

  release(twins: readonly (Copy | null)[]): void {
    for (const copy of [...twins].reverse()) {
      if (copy === null) this.#private--
      else if (--copy.users === 0) this.#inactive.push(copy)
    }
  }

  #oldest(identity: number): Copy | undefined {
    return this.#copies.find(copy => copy.identity === identity)
  }
}
