import {grown} from '../../core/grown.ts'
import {GROUP_BITS, GROUP_MASK, IdentityTable, NONE} from './identity-table.ts'
import type {KvEventLog} from './kv-event-log.ts'

/** A block one request has to itself: nobody can hit it, and it is free again when the request gives it back. */
export const PRIVATE = -1

/**
 * KV blocks of one instance, generation 1.6 (engine-1.6.md 6). A block is free, private to a request, or a cached *copy*
 * of an identity; copies nobody refers to are inactive and are evicted in the order of their release, whatever chain
 * they belong to. Two requests that compute the same block leave two copies; look-ups find the oldest one.
 */
export class BlockPool {
  readonly capacity: number
  #private = 0
  #cached = 0
  #inactive = 0
  /** Counts what can change a look-up, so that a waiting request is not looked up again for nothing. */
  version = 0
  /** Leading blocks the last `lookUp` found, and how many of them are in use. */
  overlap = 0
  overlapInUse = 0

  readonly #identities = new IdentityTable()
  // Columns over copies; grown on demand, since most pools never fill.
  #place = new Int32Array(INITIAL_COPIES)
  #references = new Int32Array(INITIAL_COPIES)
  /** Next younger copy of the same identity. */
  #younger = new Int32Array(INITIAL_COPIES)
  /** Neighbours in the list of inactive copies, longest inactive first. */
  #before = new Int32Array(INITIAL_COPIES)
  #after = new Int32Array(INITIAL_COPIES)
  #oldest = NONE
  #newest = NONE
  #copyCount = 0
  readonly #freeCopies: number[] = []
  readonly #log: KvEventLog | null

  /**
   * @param capacity blocks, >= 1
   * @param log where identities that come and go are noted, or null if nobody asks
   */
  constructor(capacity: number, log: KvEventLog | null = null) {
    this.capacity = capacity
    this.#log = log
  }

  /** Blocks that requests hold: private ones and copies in use. */
  get activeBlocks(): number {
    return this.#private + this.#cached - this.#inactive
  }

  /** Whether a block is cached that is looked up together with this one. */
  hasNeighbour(identity: number): boolean {
    return this.#identities.findGroup(identity) >= 0
  }

  /** Calls back for every identity that is cached. */
  eachCached(visit: (block: number) => void): void {
    this.#identities.each(visit)
  }

  /** Calls back for stretches of identities in which all lie that are cached, with few others. */
  eachStretch(visit: (first: number, count: number) => void): void {
    this.#identities.eachGroup(visit)
  }

  /** Follows the blocks of a prompt as far as they are cached; the answer is in `overlap` and `overlapInUse`. */
  lookUp(blocks: Int32Array, count: number): void {
    const {primary} = this.#identities
    let inUse = 0
    let key = -1
    let base = -1
    let i = 0
    for (; i < count; i++) {
      const block = blocks[i]!
      if (block >> GROUP_BITS !== key) {
        key = block >> GROUP_BITS
        base = this.#identities.findGroup(block)
      }
      const copy = base < 0 ? NONE : primary[base + (block & GROUP_MASK)]!
      if (copy === NONE) break
      if (this.#references[copy]! > 0) inUse++
    }
    this.overlap = i
    this.overlapInUse = inUse
  }

  /**
   * Takes blocks [from, to) of a request, the first `hits` of them out of the cache, the rest fresh and private: all or
   * none of them (engine-1.6.md 6.3).
   * @param copies where they are noted
   */
  take(blocks: Int32Array, copies: Int32Array, from: number, to: number, hits: number): boolean {
    const fresh = to - from - hits
    let inactiveHits = 0
    for (let i = from; i < from + hits; i++) {
      const copy = this.#primaryOf(blocks[i]!)
      copies[i] = copy
      if (this.#references[copy] === 0) inactiveHits++
    }
    const shortage = fresh - (this.capacity - this.#private - this.#cached)
    if (shortage > this.#inactive - inactiveHits) return false
    for (let i = from; i < from + hits; i++) this.#refer(copies[i]!)
    for (let i = 0; i < shortage; i++) this.#evictOldest()
    copies.fill(PRIVATE, from + hits, to)
    this.#private += fresh
    return true
  }

  /** Takes one fresh block; `activeBlocks` are fewer than the pool has. */
  takeOne(): void {
    if (this.#private + this.#cached === this.capacity) this.#evictOldest()
    this.#private++
  }

  /** A private block was computed in full: it becomes a copy that others can hit. */
  register(block: number): number {
    this.#private--
    this.#cached++
    this.version++
    const copy = this.#freeCopies.pop() ?? this.#newCopy()
    const place = this.#identities.placeFor(block)
    this.#place[copy] = place
    this.#references[copy] = 1
    this.#younger[copy] = NONE
    const primary = this.#identities.primary[place]!
    if (primary === NONE) {
      this.#identities.occupy(place, copy)
      this.#log?.stored(block)
    } else {
      let last = primary
      while (this.#younger[last] !== NONE) last = this.#younger[last]!
      this.#younger[last] = copy
    }
    return copy
  }

  /** Gives blocks [from, to) back, last to first. */
  release(copies: Int32Array, from: number, to: number): void {
    for (let i = to - 1; i >= from; i--) {
      const copy = copies[i]!
      if (copy === PRIVATE) this.#private--
      else if (--this.#references[copy]! === 0) this.#appendInactive(copy)
    }
  }

  #primaryOf(block: number): number {
    return this.#identities.primary[this.#identities.findGroup(block) + (block & GROUP_MASK)]!
  }

  #refer(copy: number): void {
    if (this.#references[copy]!++ === 0) this.#unlinkInactive(copy)
  }

  #appendInactive(copy: number): void {
    this.version++
    this.#inactive++
    this.#before[copy] = this.#newest
    this.#after[copy] = NONE
    if (this.#newest === NONE) this.#oldest = copy
    else this.#after[this.#newest] = copy
    this.#newest = copy
  }

  #unlinkInactive(copy: number): void {
    this.version++
    this.#inactive--
    const before = this.#before[copy]!
    const after = this.#after[copy]!
    if (before === NONE) this.#oldest = after
    else this.#after[before] = after
    if (after === NONE) this.#newest = before
    else this.#before[after] = before
  }

  #evictOldest(): void {
    const copy = this.#oldest
    this.#unlinkInactive(copy)
    this.#cached--
    this.#freeCopies.push(copy)
    const place = this.#place[copy]!
    const primary = this.#identities.primary[place]!
    if (primary !== copy) {
      let older = primary
      while (this.#younger[older] !== copy) older = this.#younger[older]!
      this.#younger[older] = this.#younger[copy]!
    } else if (this.#younger[copy] !== NONE) {
      this.#identities.primary[place] = this.#younger[copy]!
    } else {
      this.#log?.removed(this.#identities.identityAt(place))
      this.#identities.vacate(place)
    }
  }

  #newCopy(): number {
    if (this.#copyCount === this.#place.length) this.#grow()
    return this.#copyCount++
  }

  #grow(): void {
    const size = this.#place.length * 2
    this.#place = grown(this.#place, size)
    this.#references = grown(this.#references, size)
    this.#younger = grown(this.#younger, size)
    this.#before = grown(this.#before, size)
    this.#after = grown(this.#after, size)
  }
}

const INITIAL_COPIES = 1024
