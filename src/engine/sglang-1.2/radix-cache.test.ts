import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Workload} from '../../trace/workload.ts'
import type {RadixNode} from './prefix-tree.ts'
import {RadixCache} from './radix-cache.ts'
import {TokenRuns} from './token-runs.ts'

const TRACE_BLOCK_SIZE = 6

/** Requests by their hash ids and how many tokens the last id lacks. */
type Prompt = readonly [hashIds: readonly number[], missing: number]

function workloadOf(prompts: readonly Prompt[]): Workload {
  const starts = [0]
  for (const [ids] of prompts) starts.push(starts.at(-1)! + ids.length)
  const inputLength = prompts.map(([ids, missing]) => ids.length * TRACE_BLOCK_SIZE - missing)
  return {
    inputLength: Int32Array.from(inputLength),
    hashStart: Uint32Array.from(starts),
    hashIds: Uint32Array.from(prompts.flatMap(([ids]) => ids)),
    traceBlockSize: TRACE_BLOCK_SIZE,
  } as Workload
}

/** The tree of engine.md 7.4 word by word: one string per token, every use noted at once, no chains. */
class PlainTree {
  readonly root = new PlainNode(null, [])
  readonly #page: number
  #clock = 0

  constructor(page: number) {
    this.#page = page
  }

  get evictable(): number {
    return this.#leaves().reduce((sum, leaf) => sum + leaf.tokens.length, 0)
  }

  match(tokens: readonly string[], changes = true): {node: PlainNode; length: number} {
    const now = changes ? ++this.#clock : 0
    let node = this.root
    let at = 0
    for (;;) {
      const child = node.children.find(other => this.#common(other, tokens, at) > 0)
      if (child === undefined) return {node, length: at}
      const common = this.#common(child, tokens, at)
      at += common
      if (common < child.tokens.length) return {node: changes ? child.split(common) : child, length: at}
      if (changes) child.access = now
      node = child
    }
  }

  insert(tokens: readonly string[]): PlainNode {
    const {node, length} = this.match(tokens)
    if (length === tokens.length) return node
    const leaf = new PlainNode(node, tokens.slice(length))
    leaf.access = this.#clock
    node.children.push(leaf)
    return leaf
  }

  evict(wanted: number): number {
    let freed = 0
    while (freed < wanted) {
      const leaf = this.#leaves().sort((a, b) => a.access - b.access)[0]
      if (leaf === undefined) break
      freed += leaf.tokens.length
      leaf.parent!.children.splice(leaf.parent!.children.indexOf(leaf), 1)
    }
    return freed
  }

  #leaves(node = this.root): PlainNode[] {
    if (node.children.length > 0) return node.children.flatMap(child => this.#leaves(child))
    return node.parent !== null && node.locks === 0 ? [node] : []
  }

  #common(node: PlainNode, tokens: readonly string[], at: number): number {
    let common = 0
    while (common < node.tokens.length && node.tokens[common] === tokens[at + common]) common++
    return common - (common % this.#page)
  }
}

class PlainNode {
  parent: PlainNode | null
  tokens: string[]
  children: PlainNode[] = []
  locks = 0
  access = 0

  constructor(parent: PlainNode | null, tokens: string[]) {
    this.parent = parent
    this.tokens = tokens
  }

  split(at: number): PlainNode {
    const upper = new PlainNode(this.parent, this.tokens.slice(0, at))
    upper.locks = this.locks
    upper.access = this.access
    upper.children = [this]
    this.parent!.children[this.parent!.children.indexOf(this)] = upper
    this.parent = upper
    this.tokens = this.tokens.slice(at)
    return upper
  }

  lock(change: number): void {
    for (let node: PlainNode = this; node.parent !== null; node = node.parent) node.locks += change
  }
}

/** One request that is running, in both trees. */
interface Running {
  request: number
  length: number
  cached: number
  node: RadixNode
  lastUse: number
  plain: PlainNode
}

/** Does to both trees what the scheduler would do to one. */
class Twins {
  readonly cache: RadixCache
  readonly plain: PlainTree
  readonly #running = new Map<number, Running>()
  readonly #prompts: readonly Prompt[]
  readonly #page: number

  constructor(prompts: readonly Prompt[], page: number) {
    this.#prompts = prompts
    this.#page = page
    this.cache = new RadixCache(page, new TokenRuns(workloadOf(prompts)))
    this.plain = new PlainTree(page)
  }

  start(request: number): void {
    if (this.#running.has(request)) return
    const length = this.#promptLength(request)
    const node = this.cache.match(request, length)
    const {node: plain, length: matched} = this.plain.match(this.#tokens(request, this.#whole(length)))
    expect(node.end).toBe(matched)
    this.cache.lock(node)
    plain.lock(1)
    this.#running.set(request, {request, length, cached: matched, node, lastUse: 0, plain})
    this.generate(request, 1)
  }

  generate(request: number, tokens: number): void {
    const running = this.#running.get(request)
    if (running === undefined) return
    for (let i = 0; i < tokens; i++) {
      running.length++
      this.#cachePrefix(running)
    }
  }

  stop(request: number): void {
    const running = this.#running.get(request)
    if (running === undefined) return
    this.cache.unlock(running.node, running.lastUse)
    running.plain.lock(-1)
    this.#running.delete(request)
  }

  evict(wanted: number): void {
    expect(this.cache.evict(wanted)).toBe(this.plain.evict(wanted))
  }

  compare(): void {
    expect(this.cache.evictableTokens).toBe(this.plain.evictable)
    for (let request = 0; request < this.#prompts.length; request++) {
      const length = this.#promptLength(request) + 12
      const cached = this.plain.match(this.#tokens(request, length), false).length
      expect(this.cache.cachedTokens(request, length)).toBe(cached)
    }
  }

  #cachePrefix(running: Running): void {
    const aligned = this.#whole(running.length)
    if (aligned <= running.cached) return
    running.node = this.cache.insert(running.node, running.request, aligned)
    running.lastUse = this.cache.nextOperations(1)
    running.cached = aligned
    const before = running.plain
    running.plain = this.plain.insert(this.#tokens(running.request, aligned))
    before.lock(-1)
    running.plain.lock(1)
    expect(running.node.end).toBe(aligned)
  }

  #whole(length: number): number {
    return length - (length % this.#page)
  }

  #promptLength(request: number): number {
    const [ids, missing] = this.#prompts[request]!
    return ids.length * TRACE_BLOCK_SIZE - missing
  }

  #tokens(request: number, length: number): string[] {
    const [ids] = this.#prompts[request]!
    const prompt = this.#promptLength(request)
    return Array.from({length}, (_, i) =>
      i < prompt ? `${ids[Math.floor(i / TRACE_BLOCK_SIZE)]}` : `${request}+${i - prompt}`,
    )
  }
}

const prompt: fc.Arbitrary<Prompt> = fc.tuple(
  fc.array(fc.nat(1), {minLength: 1, maxLength: 4}),
  fc.nat(TRACE_BLOCK_SIZE - 1),
)
const step = (requests: number) =>
  fc.oneof(
    {weight: 4, arbitrary: fc.tuple(fc.constant('start' as const), fc.nat(requests - 1))},
    {weight: 5, arbitrary: fc.tuple(fc.constant('generate' as const), fc.nat(requests - 1))},
    {weight: 3, arbitrary: fc.tuple(fc.constant('stop' as const), fc.nat(requests - 1))},
    {weight: 2, arbitrary: fc.tuple(fc.constant('evict' as const), fc.integer({min: 1, max: 15}))},
  )

describe('RadixCache', () => {
  it('does what a tree of single tokens with every use noted at once does', () => {
    const scenario = fc
      .record({
        prompts: fc.array(prompt, {minLength: 2, maxLength: 6}),
        page: fc.constantFrom(1, 2, 3, 4, 8),
      })
      .chain(({prompts, page}) =>
        fc.record({
          prompts: fc.constant(prompts),
          page: fc.constant(page),
          steps: fc.array(step(prompts.length), {maxLength: 60, size: 'max'}),
        }),
      )
    fc.assert(
      fc.property(scenario, ({prompts, page, steps}) => {
        const twins = new Twins(prompts, page)
        for (const [what, value] of steps) {
          if (what === 'evict') twins.evict(value)
          else if (what === 'generate') twins.generate(value, 3)
          else twins[what](value)
          twins.compare()
        }
      }),
      {numRuns: 200},
    )
  })

  it('takes no use of a run that is followed for one page only', () => {
    const prompts: readonly Prompt[] = [
      [[1], 5],
      [[1, 1, 1, 1], 1],
      [[1, 1], 3],
    ]
    const twins = new Twins(prompts, 8)
    twins.start(1)
    twins.stop(1)
    twins.start(0)
    twins.generate(0, 6)
    twins.stop(0)
    // Splits what the first left behind after one page; its own turn comes first all the same.
    twins.start(2)
    twins.evict(1)
    twins.stop(2)
    twins.evict(1)
    twins.compare()
  })

  it('needs one node for a prompt and two for its output, however long', () => {
    const ids = Array.from({length: 20_000}, (_, i) => i)
    const cache = new RadixCache(1, new TokenRuns(workloadOf([[ids, 0]])))
    let node = cache.insert(cache.root, 0, 120_001)
    for (let end = 120_002; end <= 121_000; end++) node = cache.insert(node, 0, end)
    expect(node.start).toBe(120_001)
    cache.unlock(node, cache.nextOperations(1))
    expect(cache.evictableTokens).toBe(1)
    expect(cache.unlockedTokens).toBe(121_000)
    expect(cache.evict(500)).toBe(500)
    expect(cache.cachedTokens(0, 121_000)).toBe(120_500)
  })
})
