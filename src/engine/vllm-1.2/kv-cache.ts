import {grown} from '../../core/grown.ts'
import {EarliestHeap} from '../../core/queues/earliest-heap.ts'
import type {BlockLog} from '../block-log.ts'
import type {HolderListener} from '../generation.ts'
import {GROUP_BITS} from './fresh-identities.ts'

/**
 * KV blocks of one vLLM-style instance with prefix caching (engine.md 6).
 *
 * A block is either free, active (referenced), or inactive: unreferenced but still registered under its identity, so
 * that a later prompt can hit it until it is evicted. Blocks with an identity live in *slots*; partial blocks have no
 * identity and are only counted. Identities are small integers from the trace's block table, or fresh ones above it
 * for generated blocks.
 *
 * Neighbouring blocks of a prompt have consecutive identities, so slots come in groups of eight: one hash look-up finds
 * a group, and the block's place in it is the low three bits of its identity.
 *
 * Eviction order ("lineage"): among inactive blocks without an inactive child, the one released longest ago. Since a
 * chain is released from its last block to its first, it is evicted from tail to root.
 */
export class KvCache {
  readonly capacity: number
  #inactive = 0
  #registered = 0
  #partials = 0

  // Columns over slots (8 per group); grown on demand, since most caches never fill.
  #references = new Int32Array(INITIAL_GROUPS * GROUP)
  #parent = new Int32Array(INITIAL_GROUPS * GROUP)
  #inactiveChildren = new Int32Array(INITIAL_GROUPS * GROUP)
  /** Release order of an inactive block; ACTIVE while referenced; NONE where no block is registered. */
  #releaseOrder = new Float64Array(INITIAL_GROUPS * GROUP).fill(NONE)
  #nextRelease = 0

  // Columns over groups.
  #groupKey = new Int32Array(INITIAL_GROUPS)
  #groupLive = new Int32Array(INITIAL_GROUPS)
  readonly #freeGroups: number[] = []
  #groupCount = 0

  // Open addressing from identity >> 3 to group + 1; 0 = empty. Four entries per group keep probe runs short.
  #table = new Int32Array(INITIAL_GROUPS * 4)
  #mask = INITIAL_GROUPS * 4 - 1
  readonly #evictable = new EarliestHeap<number>()
  /** An evictable block kept out of the heap because it is probably the next to go; -1 if there is none. */
  #nextVictim = -1

  readonly #log: BlockLog | null
  readonly #told: HolderListener | null

  /**
   * @param capacity blocks, >= 1
   * @param log where blocks that come and go are noted, or null if nobody asks
   * @param told who has which blocks, to be kept up; or null
   */
  constructor(capacity: number, log: BlockLog | null = null, told: HolderListener | null = null) {
    this.capacity = capacity
    this.#log = log
    this.#told = told
  }

  /** Distinct blocks in use, shared ones counted once, partial ones included. */
  get activeBlocks(): number {
    return this.#registered - this.#inactive + this.#partials
  }

  get inactiveBlocks(): number {
    return this.#inactive
  }

  /** Some block of a group, `identity >> GROUP_BITS`, is registered. */
  hasGroup(group: number): boolean {
    return this.#findGroup(group) >= 0
  }

  /** The cache is gone: nothing is here any more for those who are told. */
  tellAllEvicted(): void {
    if (this.#told === null) return
    for (let slot = 0; slot < this.#groupCount * GROUP; slot++) {
      if (this.#releaseOrder[slot] === NONE) continue
      this.#told.holders.evicted(this.#identity(slot), this.#told.lane)
    }
  }

  /** Leading blocks of `blocks[0 .. count)` that are registered, active or inactive. */
  countRegistered(blocks: Int32Array, count: number): number {
    let key = -1
    let base = -1
    for (let i = 0; i < count; i++) {
      const block = blocks[i]!
      if (block >> GROUP_BITS !== key) {
        key = block >> GROUP_BITS
        base = this.#findGroup(key) * GROUP
      }
      if (base < 0 || this.#releaseOrder[base + (block & GROUP_MASK)] === NONE) return i
    }
    return count
  }

  /**
   * Takes a reference on blocks[from .. to) in order, allocating those not registered; their slots go to `slots`.
   * @param parentSlot slot of the block before `from` in the chain (which the caller holds), -1 at the root of a chain,
   *   or UNCHAINED when the blocks have no parents at all
   * @returns the first index not obtained because no block is free or evictable, `to` if all were
   */
  use(blocks: Int32Array, slots: Int32Array, from: number, to: number, parentSlot: number): number {
    let parent = parentSlot
    let key = -1
    let group = -1
    for (let i = from; i < to; i++) {
      const block = blocks[i]!
      if (block >> GROUP_BITS !== key) {
        key = block >> GROUP_BITS
        group = this.#findGroup(key)
      }
      let slot = group * GROUP + (block & GROUP_MASK)
      const order = group < 0 ? NONE : this.#releaseOrder[slot]!
      if (order === ACTIVE) this.#references[slot]!++
      else if (order !== NONE) this.#reactivate(slot)
      else {
        if (!this.#makeRoom()) return i
        // Making room may have dissolved the group this block belongs to.
        if (group < 0 || this.#groupLive[group] === 0 || this.#groupKey[group] !== key)
          group = this.#groupFor(key)
        slot = group * GROUP + (block & GROUP_MASK)
        this.#register(slot, parent)
      }
      slots[i] = slot
      if (parent !== UNCHAINED) parent = slot
    }
    return to
  }

  /** Takes a block for a partial unit; false when no block is free or evictable. */
  takePartial(): boolean {
    if (!this.#makeRoom()) return false
    this.#partials++
    return true
  }

  releasePartial(): void {
    this.#partials--
  }

  /** A partial block became full: it keeps its memory and gets an identity. Returns its slot. */
  promotePartial(block: number, parentSlot: number): number {
    this.#partials--
    const slot = this.#groupFor(block >> GROUP_BITS) * GROUP + (block & GROUP_MASK)
    this.#register(slot, parentSlot)
    return slot
  }

  /** Gives back one reference; at zero the block stays registered as inactive, newest in release order. */
  release(slot: number): void {
    if (--this.#references[slot]! > 0) return
    const order = this.#nextRelease++
    this.#releaseOrder[slot] = order
    this.#inactive++
    const parent = this.#parent[slot]!
    if (parent >= 0) this.#inactiveChildren[parent]!++
    if (this.#inactiveChildren[slot] === 0) this.#pushEvictable(order, slot)
  }

  #reactivate(slot: number): void {
    if (slot === this.#nextVictim) this.#nextVictim = -1
    this.#releaseOrder[slot] = ACTIVE
    this.#references[slot] = 1
    this.#inactive--
    const parent = this.#parent[slot]!
    if (parent < 0 || --this.#inactiveChildren[parent]! > 0) return
    if (this.#releaseOrder[parent]! >= 0) this.#pushEvictable(this.#releaseOrder[parent]!, parent)
  }

  #pushEvictable(order: number, slot: number): void {
    // Stale entries pile up while nothing is evicted; sweep them when they outnumber what can be valid.
    if (this.#evictable.size > 2 * this.#registered + 64)
      this.#evictable.keepIf((t, s) => this.#isEvictable(t, s))
    this.#evictable.push(order, slot)
  }

  #isEvictable(order: number, slot: number): boolean {
    return this.#releaseOrder[slot] === order && this.#inactiveChildren[slot] === 0
  }

  /** Makes sure one more block can be taken; evicts if needed. */
  #makeRoom(): boolean {
    if (this.#registered + this.#partials < this.capacity) return true
    const heap = this.#evictable
    const known = this.#nextVictim
    if (known >= 0) {
      if (heap.size === 0 || this.#releaseOrder[known]! < heap.topKey) {
        this.#evict(known)
        return true
      }
      this.#nextVictim = -1
      this.#pushEvictable(this.#releaseOrder[known]!, known)
    }
    while (heap.size > 0) {
      const order = heap.topKey
      const slot = heap.pop()
      if (!this.#isEvictable(order, slot)) continue
      this.#evict(slot)
      return true
    }
    return false
  }

  #evict(slot: number): void {
    if (this.#log !== null) this.#log.evicted.push(this.#identity(slot))
    if (this.#told !== null) this.#told.holders.evicted(this.#identity(slot), this.#told.lane)
    const order = this.#releaseOrder[slot]!
    this.#releaseOrder[slot] = NONE
    this.#inactive--
    this.#registered--
    this.#nextVictim = -1
    const parent = this.#parent[slot]!
    if (parent >= 0 && --this.#inactiveChildren[parent]! === 0) {
      const parentOrder = this.#releaseOrder[parent]!
      // A chain is released from tail to root, so the parent's order is mostly the next one, and the heap can be spared.
      if (parentOrder === order + 1) this.#nextVictim = parent
      else if (parentOrder >= 0) this.#pushEvictable(parentOrder, parent)
    }
    const group = slot >> GROUP_BITS
    if (--this.#groupLive[group]! === 0) this.#dropGroup(group)
  }

  #register(slot: number, parentSlot: number): void {
    this.#references[slot] = 1
    this.#parent[slot] = parentSlot
    this.#inactiveChildren[slot] = 0
    this.#releaseOrder[slot] = ACTIVE
    this.#registered++
    this.#groupLive[slot >> GROUP_BITS]!++
    if (this.#log !== null) this.#log.registered.push(this.#identity(slot))
    if (this.#told !== null) this.#told.holders.registered(this.#identity(slot), this.#told.lane)
  }

  #identity(slot: number): number {
    return (this.#groupKey[slot >> GROUP_BITS]! << GROUP_BITS) | (slot & GROUP_MASK)
  }

  // --- groups ---

  #findGroup(key: number): number {
    const table = this.#table
    const mask = this.#mask
    let at = Math.imul(key, GOLDEN) & mask
    for (;;) {
      const entry = table[at]!
      if (entry === 0) return -1
      if (this.#groupKey[entry - 1] === key) return entry - 1
      at = (at + 1) & mask
    }
  }

  #groupFor(key: number): number {
    const found = this.#findGroup(key)
    if (found >= 0) return found
    const group = this.#freeGroups.pop() ?? this.#newGroup()
    this.#groupKey[group] = key
    this.#insertIntoTable(key, group)
    return group
  }

  #newGroup(): number {
    if (this.#groupCount === this.#groupKey.length) this.#grow()
    return this.#groupCount++
  }

  #dropGroup(group: number): void {
    this.#removeFromTable(this.#groupKey[group]!)
    this.#freeGroups.push(group)
  }

  #grow(): void {
    const groups = this.#groupKey.length * 2
    this.#references = grown(this.#references, groups * GROUP)
    this.#parent = grown(this.#parent, groups * GROUP)
    this.#inactiveChildren = grown(this.#inactiveChildren, groups * GROUP)
    const order = new Float64Array(groups * GROUP).fill(NONE)
    order.set(this.#releaseOrder)
    this.#releaseOrder = order
    this.#groupKey = grown(this.#groupKey, groups)
    this.#groupLive = grown(this.#groupLive, groups)
    const old = this.#table
    this.#table = new Int32Array(groups * 4)
    this.#mask = groups * 4 - 1
    for (let i = 0; i < old.length; i++) {
      const entry = old[i]!
      if (entry !== 0) this.#insertIntoTable(this.#groupKey[entry - 1]!, entry - 1)
    }
  }

  #insertIntoTable(key: number, group: number): void {
    const table = this.#table
    const mask = this.#mask
    let at = Math.imul(key, GOLDEN) & mask
    while (table[at] !== 0) at = (at + 1) & mask
    table[at] = group + 1
  }

  /** Deletes by shifting later entries of the probe run back, so that look-ups need no tombstones. */
  #removeFromTable(key: number): void {
    const table = this.#table
    const mask = this.#mask
    let hole = Math.imul(key, GOLDEN) & mask
    while (this.#groupKey[table[hole]! - 1] !== key) hole = (hole + 1) & mask
    let at = hole
    for (;;) {
      at = (at + 1) & mask
      const entry = table[at]!
      if (entry === 0) break
      const home = Math.imul(this.#groupKey[entry - 1]!, GOLDEN) & mask
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = entry
        hole = at
      }
    }
    table[hole] = 0
  }
}

/** Parent of blocks that belong to no chain: prefix caching is off. */
export const UNCHAINED = -2

const GROUP = 1 << GROUP_BITS
const GROUP_MASK = GROUP - 1
const INITIAL_GROUPS = 256
const ACTIVE = -1
const NONE = -2
/** 2^32 / golden ratio, odd: spreads runs of consecutive identities. */
const GOLDEN = 0x9e3779b1 | 0
