import type {TokenRuns} from '../sglang-1.2/token-runs.ts'
import {RadixTree} from './radix-tree.ts'
import type {SglangSequence} from './sglang-sequence.ts'

/**
 * Memory of one SGLang-style instance: pages of token slots that are free, a request's own, or the radix tree's. Which
 * page is which is of no consequence, so they are only counted, in tokens.
 */
export class TokenPool {
  readonly tree: RadixTree
  readonly page: number
  readonly capacity: number
  readonly #isCaching: boolean
  #free: number

  constructor(tokens: TokenRuns, options: {page: number; capacity: number; isCaching: boolean}) {
    this.page = options.page
    this.capacity = options.capacity
    this.#isCaching = options.isCaching
    this.#free = options.capacity
    this.tree = new RadixTree(options.page, tokens)
  }

  get free(): number {
    return this.#free
  }

  /** Free now or after evictions. */
  get available(): number {
    return this.#free + this.tree.evictableTokens
  }

  /** Tokens in whole pages. */
  pagesFor(tokens: number): number {
    return Math.ceil(tokens / this.page) * this.page
  }

  wholePages(tokens: number): number {
    return tokens - (tokens % this.page)
  }

  /** Cached leading tokens of a sequence, of its first `length`; changes nothing. */
  cachedTokens(name: number, length: number): number {
    return this.#isCaching ? this.tree.cachedTokens(name, length) : 0
  }

  /** Takes the pages a sequence needs up to `end` tokens, evicting others if it must; false if they are not there. */
  extend(sequence: SglangSequence, end: number): boolean {
    const wanted = this.pagesFor(end) - sequence.allocated
    if (wanted <= 0) return true
    if (wanted > this.available) return false
    this.makeRoom(wanted)
    this.#free -= wanted
    sequence.allocated += wanted
    return true
  }

  makeRoom(wanted: number): void {
    if (wanted > this.#free) this.#free += this.tree.evict(wanted - this.#free)
  }

  /** Holds on to what is cached of a sequence's first `length` tokens. */
  attach(sequence: SglangSequence, length: number): void {
    if (!this.#isCaching) return
    const node = this.tree.match(sequence.name, length)
    this.tree.lock(node)
    sequence.node = node
    sequence.cached = node.end
    sequence.allocated = node.end
    sequence.lastUse = this.tree.nextOperations(1)
  }

  /** Puts its complete pages into the tree; returns the tokens freed because the tree had them already. */
  cachePrefix(sequence: SglangSequence): number {
    const end = this.wholePages(sequence.materialized)
    return end > sequence.cached && this.#isCaching ? this.#insert(sequence, end) : 0
  }

  /** Passes in which each of `count` sequences takes a slot, told all at once. */
  takeSteady(tokens: number): void {
    this.#free -= tokens
  }

  /** A request is over: its complete pages stay in the tree, the rest is free. */
  finish(sequence: SglangSequence): void {
    const end = Math.min(this.wholePages(sequence.length), this.wholePages(sequence.materialized))
    if (this.#isCaching && end > sequence.cached) this.#insert(sequence, end)
    this.drop(sequence)
  }

  /** Gives back all that is its own and lets go of the tree. */
  drop(sequence: SglangSequence): void {
    this.#free += sequence.allocated - sequence.cached
    if (sequence.node !== null) this.tree.unlock(sequence.node, sequence.lastUse)
    sequence.node = null
    sequence.materialized = 0
    sequence.allocated = 0
    sequence.cached = 0
  }

  #insert(sequence: SglangSequence, end: number): number {
    const {tree} = this
    const old = sequence.node
    const node = tree.insert(old ?? tree.root, sequence.name, end)
    tree.lock(node)
    if (old !== null) tree.unlock(old, sequence.lastUse)
    const freed = end - sequence.cached - tree.inserted
    this.#free += freed
    sequence.node = node
    sequence.cached = end
    sequence.lastUse = tree.nextOperations(1)
    return freed
  }
}
