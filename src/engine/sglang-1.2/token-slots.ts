import {RadixCache} from './radix-cache.ts'
import type {SglangSequence} from './sglang-sequence.ts'
import type {TokenRuns} from './token-runs.ts'

/**
 * Memory of an SGLang-style instance: one slot per token. A slot is free, held by a request, or in the radix tree of
 * prefixes, from where it can be evicted while nobody has locked it.
 *
 * Three faults of the reference are kept. Only leaves of the tree count as memory that can be evicted. Two requests that
 * compute the same prefix at the same time both take slots for it, and the second one's are never given back. A request
 * retracted in the very pass that admitted it gives back the slots of its cached prefix although the tree keeps them.
 * `mend` ends all three: from then on slots are accounted as SGLang itself does.
 */
export class TokenSlots {
  readonly #pool: number
  readonly #page: number
  readonly cache: RadixCache
  /** Slots neither in the tree nor held by a request, nor lost. */
  #free: number
  #isMended = false
  /** Something was evicted since this was last set to false. */
  hasEvicted = false

  constructor({pool, page}: {readonly pool: number; readonly page: number}, tokens: TokenRuns) {
    this.#pool = pool
    this.#page = page
    this.#free = pool
    this.cache = new RadixCache(page, tokens)
  }

  get isMended(): boolean {
    return this.#isMended
  }

  /** Share of the slots that requests hold, those of locked prefixes included. */
  get share(): number {
    return Math.max(this.#pool - this.#free - this.cache.unlockedTokens, 0) / this.#pool
  }

  /** Slots free now or after evictions, as far as the accounting knows. */
  get available(): number {
    const {evictableTokens, unlockedTokens} = this.cache
    return this.#free + (this.#isMended ? unlockedTokens : evictableTokens)
  }

  /** Evicts until so many slots are free, or nothing can be evicted any more. */
  makeRoom(wanted: number): void {
    if (this.#free >= wanted) return
    const freed = this.cache.evict(wanted - this.#free)
    if (freed > 0) this.hasEvicted = true
    this.#free += freed
  }

  /**
   * Takes slots for a prompt up to its token `end`.
   * @returns tokens before `end` that had slots already, its own or cached ones; null when there are too few
   */
  takePrompt(sequence: SglangSequence, end: number): number | null {
    if (sequence.materialized > 0) {
      const own = sequence.materialized
      if (end - own > this.#free) return null
      this.#free -= end - own
      return own
    }
    const node = this.cache.match(sequence.name, end)
    if (end - node.end > this.#free) return null
    this.#free -= end - node.end
    this.cache.lock(node)
    sequence.node = node
    return node.end
  }

  /** Takes the slot of one generated token; false when there is none. */
  takeToken(): boolean {
    this.makeRoom(1)
    if (this.#free <= 0) return false
    this.#free--
    return true
  }

  /** Hands the slots of its complete pages over to the tree; those for tokens the tree has already are lost. */
  cachePrefix(sequence: SglangSequence): void {
    const aligned = sequence.materialized - (sequence.materialized % this.#page)
    if (aligned <= sequence.cached) return
    const {cache} = this
    const node = sequence.node ?? cache.root
    const tokensExpected = cache.tokenCount + aligned - node.end
    sequence.node = cache.insert(node, sequence.name, aligned)
    if (this.#isMended) this.#free += tokensExpected - cache.tokenCount
    sequence.cached = aligned
    sequence.matchVersion = -1
    sequence.lastUse = cache.nextOperations(1)
  }

  /** Its complete pages stay in the tree; the rest is free again. */
  complete(sequence: SglangSequence): void {
    this.#free += sequence.materialized - sequence.cached
    sequence.lastUse = this.cache.nextOperations(1)
    this.#unlock(sequence)
  }

  /** Gives everything back but what is the tree's; the reference forgets a cached prefix until the request adds to it. */
  retract(sequence: SglangSequence): void {
    const shared = this.#isMended ? (sequence.node?.end ?? 0) : sequence.cached
    this.#free += sequence.materialized - shared
    this.#unlock(sequence)
    sequence.materialized = 0
    sequence.cached = 0
    sequence.allocated = 0
  }

  /** Gives lost slots back and counts every unlocked token as memory from now on. */
  mend(running: readonly SglangSequence[]): void {
    this.#isMended = true
    let held = this.cache.tokenCount
    for (const sequence of running) held += sequence.materialized - (sequence.node?.end ?? 0)
    this.#free = this.#pool - held
  }

  // --- passes that only decode ---

  /** Passes of `count` requests for which there are slots beyond doubt: no check of such a pass asks for more. */
  steadyRoom(count: number): number {
    // Each pass takes a slot per request; two pages per request on top are more than any check asks for.
    return Math.floor(this.#free / count) - 2 * this.#page - 1
  }

  /** Tokens a request can add before its next full page makes a node of the tree; Infinity when its node just grows. */
  steadyTokens(sequence: SglangSequence): number {
    if (this.cache.growsInPlace(sequence.node ?? this.cache.root, sequence.name))
      return Number.POSITIVE_INFINITY
    return sequence.cached + this.#page - sequence.materialized - 1
  }

  /** Gives each request a token in each of so many passes; the tree is used in the order in which single passes would. */
  advance(running: readonly SglangSequence[], passes: number): void {
    const page = this.#page
    const count = running.length
    const firstUse = this.cache.nextOperations(passes * count)
    for (let i = 0; i < count; i++) {
      const sequence = running[i]!
      sequence.generated += passes
      sequence.materialized += passes
      sequence.allocated = Math.max(sequence.allocated, Math.ceil(sequence.materialized / page) * page)
      const past = sequence.materialized % page
      const aligned = sequence.materialized - past
      if (aligned > sequence.cached && sequence.node !== null) {
        this.cache.grow(sequence.node, aligned)
        sequence.cached = aligned
        sequence.lastUse = firstUse + (passes - 1 - past) * count + i
      }
    }
    this.#free -= passes * count
  }

  #unlock(sequence: SglangSequence): void {
    if (sequence.node !== null) this.cache.unlock(sequence.node, sequence.lastUse)
    sequence.node = null
  }
}
