import {EarliestHeap} from '../../core/queues/earliest-heap.ts'
import type {BlockLog} from '../block-log.ts'
import type {HolderListener} from '../generation.ts'
import {
  ACTIVE,
  BlockGroups,
  endInGroup,
  FIELDS,
  GROUP,
  GROUP_MASK,
  LIVE,
  NONE,
  NOT_AS_RUN,
  PARENT,
  REFERENCES,
  TAIL_CHILDREN,
} from './block-groups.ts'
import {GROUP_BITS} from './fresh-identities.ts'

/**
 * KV blocks of one vLLM-style instance with prefix caching (engine.md 6).
 *
 * A block is either free, active (referenced), or inactive: unreferenced but still registered under its identity, so
 * that a later prompt can hit it until it is evicted. Blocks with an identity live in *slots*; partial blocks have no
 * identity and are only counted. Identities are small integers from the trace's block table, or fresh ones above it
 * for generated blocks. An identity stands for the whole prefix, so a block has one parent, and who holds it holds that.
 *
 * Eviction order ("lineage"): among inactive blocks without an inactive child, the one released longest ago. Since a
 * chain is released from its last block to its first, it is evicted from tail to root.
 */
export class KvCache {
  readonly capacity: number
  #inactive = 0
  #registered = 0
  #partials = 0
  #nextRelease = 0

  readonly #groups = new BlockGroups()
  readonly #evictable = new EarliestHeap<number>()
  /** An evictable block kept out of the heap because it is probably the next to go; -1 if there is none. */
  #nextVictim = -1
  /** Scratch of `use`: slot of the first block that `#useRun` took, and blocks wanted after those of the group. */
  #firstUsed = 0
  #toCome = 0
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
    return this.#groups.find(group) >= 0
  }

  /** The cache is gone: nothing is here any more for those who are told. */
  tellAllEvicted(): void {
    if (this.#told === null) return
    for (let slot = 0; slot < this.#groups.slotCount; slot++)
      if (this.#groups.orderOf(slot) !== NONE)
        this.#told.holders.evicted(this.#groups.identity(slot), this.#told.lane)
  }

  /** Leading blocks of `blocks[0 .. count)` that are registered, active or inactive. */
  countRegistered(blocks: Int32Array, count: number): number {
    let i = 0
    while (i < count) {
      const block = blocks[i]!
      const group = this.#groups.find(block >> GROUP_BITS)
      if (group < 0) return i
      const end = endInGroup(blocks, i, count)
      const known = this.#groups.isRun(group)
        ? Math.max(this.#groups.live(group) - (block & GROUP_MASK), 0)
        : this.#countSingly(this.#groups.singleOf(group * GROUP + (block & GROUP_MASK)), end - i)
      if (known < end - i) return i + known
      i = end
    }
    return count
  }

  #countSingly(first: number, most: number): number {
    let count = 0
    while (count < most && this.#groups.releaseOrder[first + count] !== NONE) count++
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
    let i = from
    while (i < to) {
      const block = blocks[i]!
      const end = endInGroup(blocks, i, to)
      // Along a chain all blocks after the first one missing are missing.
      this.#toCome = to - end
      let got = parent === UNCHAINED ? NOT_AS_RUN : this.#useRun(block, end - i, parent)
      if (got === NOT_AS_RUN) got = this.#useSingly(block, slots, i, end - i, parent)
      else for (let k = 0; k < got; k++) slots[i + k] = this.#firstUsed + k
      if (got < end - i) return i + got
      i = end
      if (parent !== UNCHAINED) parent = slots[end - 1]!
    }
    return to
  }

  /** Takes a block for a partial unit; false when no block is free or evictable. */
  takePartial(): boolean {
    if (this.#makeRoom(1) === 0) return false
    this.#partials++
    return true
  }

  releasePartial(): void {
    this.#partials--
  }

  /** A partial block became full: it keeps its memory and gets an identity. Returns its slot. */
  promotePartial(block: number, parentSlot: number): number {
    this.#partials--
    const slot = this.#groups.ofSingles(block >> GROUP_BITS) * GROUP + (block & GROUP_MASK)
    this.#register(slot, parentSlot)
    return slot
  }

  /**
   * Gives back one reference on each of the blocks in slots[0 .. count), last one first; at none left a block stays registered
   * as inactive, newest in release order. They must be all that `use` gave in one chain.
   */
  release(slots: Int32Array, count: number): void {
    let left = count
    while (left > 0) {
      const group = slots[left - 1]! >> GROUP_BITS
      if (this.#groups.isRun(group)) {
        left -= this.#groups.live(group)
        this.#releaseRun(group)
      } else {
        left--
        this.#releaseOne(slots[left]!)
      }
    }
  }

  // --- runs ---

  /**
   * Takes `wanted` blocks from `block` on, all in its group, if they are or become a run; the slot of the first is `#firstUsed`.
   * @returns how many were obtained, or NOT_AS_RUN
   */
  #useRun(block: number, wanted: number, parent: number): number {
    const key = block >> GROUP_BITS
    const place = block & GROUP_MASK
    const group = this.#groups.find(key)
    if (group < 0) return place === 0 ? this.#startRun(key, wanted, parent) : NOT_AS_RUN
    if (!this.#groups.isRun(group)) return NOT_AS_RUN
    const facts = this.#groups.facts
    const at = group * FIELDS
    const live = facts[at + LIVE]!
    const references = facts[at + REFERENCES]!
    const isLeaf = facts[at + TAIL_CHILDREN] === 0
    this.#firstUsed = group * GROUP + place
    if (place === 0 && (wanted === live || (wanted > live && references === 0 && isLeaf))) {
      if (references > 0) facts[at + REFERENCES] = references + 1
      else this.#reactivateRun(group)
      return wanted === live ? live : live + this.#extendRun(group, wanted - live)
    }
    // Its only holder goes on.
    if (place === live && references === 1 && isLeaf && parent === this.#firstUsed - 1)
      return this.#extendRun(group, wanted)
    this.#groups.split(group)
    return NOT_AS_RUN
  }

  #startRun(key: number, wanted: number, parent: number): number {
    if (this.#makeRoom(wanted + this.#toCome) === 0) return 0
    const group = this.#groups.addRun(key, parent)
    this.#firstUsed = group * GROUP
    return this.#extendRun(group, wanted)
  }

  /** @returns the blocks that there was room for */
  #extendRun(group: number, wanted: number): number {
    const got = Math.min(this.#makeRoom(wanted + this.#toCome), wanted)
    const at = group * FIELDS + LIVE
    const next = group * GROUP + this.#groups.facts[at]!
    this.#groups.facts[at]! += got
    this.#registered += got
    this.#tellRegistered(next, next + got)
    return got
  }

  #reactivateRun(group: number): void {
    if (this.#nextVictim >> GROUP_BITS === group) this.#nextVictim = -1
    const facts = this.#groups.facts
    facts[group * FIELDS + REFERENCES] = 1
    this.#inactive -= facts[group * FIELDS + LIVE]!
    this.#loseInactiveChild(facts[group * FIELDS + PARENT]!, NONE)
  }

  #releaseRun(group: number): void {
    const facts = this.#groups.facts
    const at = group * FIELDS
    if (--facts[at + REFERENCES]! > 0) return
    const live = facts[at + LIVE]!
    const tailOrder = this.#nextRelease
    this.#nextRelease += live
    this.#groups.runOrder[group] = tailOrder + live - 1
    this.#inactive += live
    if (facts[at + PARENT]! >= 0) this.#groups.countInactiveChild(facts[at + PARENT]!, 1)
    if (facts[at + TAIL_CHILDREN] === 0) this.#pushEvictable(tailOrder, group * GROUP + live - 1)
  }

  /** Evicts up to `most` blocks from the tail on: nothing else was released between them. @returns how many */
  #evictRun(group: number, most: number): number {
    const facts = this.#groups.facts
    const at = group * FIELDS
    const live = facts[at + LIVE]!
    const count = Math.min(most, live)
    const left = live - count
    const base = group * GROUP
    this.#tellEvicted(base + left, base + live)
    facts[at + LIVE] = left
    this.#inactive -= count
    this.#registered -= count
    if (left > 0) {
      this.#nextVictim = base + left - 1
      return count
    }
    this.#loseInactiveChild(facts[at + PARENT]!, this.#groups.runOrder[group]!)
    this.#groups.drop(group)
    return count
  }

  // --- single blocks ---

  #useSingly(first: number, slots: Int32Array, at: number, wanted: number, parentSlot: number): number {
    const key = first >> GROUP_BITS
    let parent = parentSlot
    let group = this.#groups.find(key)
    for (let k = 0; k < wanted; k++) {
      const place = (first + k) & GROUP_MASK
      let slot = group * GROUP + place
      const order = group < 0 ? NONE : this.#groups.orderOf(slot)
      if (order === ACTIVE) this.#groups.references[this.#groups.singleOf(slot)]!++
      else if (order !== NONE) this.#reactivate(slot)
      else {
        if (this.#makeRoom(1) === 0) return k
        // Making room may have dissolved the group this block belongs to.
        group = this.#groups.ofSingles(key)
        slot = group * GROUP + place
        this.#register(slot, parent)
      }
      slots[at + k] = slot
      if (parent !== UNCHAINED) parent = slot
    }
    return wanted
  }

  #releaseOne(slot: number): void {
    const single = this.#groups.singleOf(slot)
    if (--this.#groups.references[single]! > 0) return
    const order = this.#nextRelease++
    this.#groups.releaseOrder[single] = order
    this.#inactive++
    const parent = this.#groups.parent[single]!
    if (parent >= 0) this.#groups.countInactiveChild(parent, 1)
    if (this.#groups.inactiveChildren[single] === 0) this.#pushEvictable(order, slot)
  }

  #reactivate(slot: number): void {
    if (slot === this.#nextVictim) this.#nextVictim = -1
    const single = this.#groups.singleOf(slot)
    this.#groups.releaseOrder[single] = ACTIVE
    this.#groups.references[single] = 1
    this.#inactive--
    this.#loseInactiveChild(this.#groups.parent[single]!, NONE)
  }

  #evictOne(slot: number): void {
    this.#tellEvicted(slot, slot + 1)
    const single = this.#groups.singleOf(slot)
    const order = this.#groups.releaseOrder[single]!
    this.#groups.releaseOrder[single] = NONE
    this.#inactive--
    this.#registered--
    this.#loseInactiveChild(this.#groups.parent[single]!, order)
    const group = slot >> GROUP_BITS
    if (--this.#groups.facts[group * FIELDS + LIVE]! === 0) this.#groups.drop(group)
  }

  #register(slot: number, parentSlot: number): void {
    const single = this.#groups.singleOf(slot)
    this.#groups.references[single] = 1
    this.#groups.parent[single] = parentSlot
    this.#groups.inactiveChildren[single] = 0
    this.#groups.releaseOrder[single] = ACTIVE
    this.#registered++
    this.#groups.facts[(slot >> GROUP_BITS) * FIELDS + LIVE]!++
    this.#tellRegistered(slot, slot + 1)
  }

  // --- eviction ---

  /** Sees to it that up to `wanted` more blocks can be taken, evicting if needed; @returns how many can */
  #makeRoom(wanted: number): number {
    let free = this.capacity - this.#registered - this.#partials
    while (free < wanted) {
      const victim = this.#takeVictim()
      if (victim < 0) return free
      const group = victim >> GROUP_BITS
      if (this.#groups.isRun(group)) free += this.#evictRun(group, wanted - free)
      else {
        this.#evictOne(victim)
        free++
      }
    }
    return wanted
  }

  /** The next to be evicted, or -1. */
  #takeVictim(): number {
    const heap = this.#evictable
    const known = this.#nextVictim
    if (known >= 0) {
      this.#nextVictim = -1
      const order = this.#groups.orderOf(known)
      if (heap.size === 0 || order < heap.topKey) return known
      this.#pushEvictable(order, known)
    }
    while (heap.size > 0) {
      const order = heap.topKey
      const slot = heap.pop()
      if (this.#isEvictable(order, slot)) return slot
    }
    return -1
  }

  #pushEvictable(order: number, slot: number): void {
    // Stale entries pile up while nothing is evicted; sweep them when they outnumber what can be valid.
    if (this.#evictable.size > 2 * this.#registered + 64)
      this.#evictable.keepIf((t, s) => this.#isEvictable(t, s))
    this.#evictable.push(order, slot)
  }

  #isEvictable(order: number, slot: number): boolean {
    return this.#groups.orderOf(slot) === order && this.#groups.inactiveChildrenOf(slot) === 0
  }

  /** @param order that of the child that was evicted; NONE when it has become active */
  #loseInactiveChild(parent: number, order: number): void {
    if (parent < 0 || this.#groups.countInactiveChild(parent, -1) > 0) return
    const parentOrder = this.#groups.orderOf(parent)
    // A chain is released from tail to root, so the parent's order is mostly the next one, and the heap can be spared.
    if (parentOrder === order + 1 && order >= 0) this.#nextVictim = parent
    else if (parentOrder >= 0) this.#pushEvictable(parentOrder, parent)
  }

  #tellRegistered(from: number, to: number): void {
    if (this.#log === null && this.#told === null) return
    for (let slot = from; slot < to; slot++) {
      const identity = this.#groups.identity(slot)
      this.#log?.registered.push(identity)
      this.#told?.holders.registered(identity, this.#told.lane)
    }
  }

  /** Last one first. */
  #tellEvicted(from: number, to: number): void {
    if (this.#log === null && this.#told === null) return
    for (let slot = to - 1; slot >= from; slot--) {
      const identity = this.#groups.identity(slot)
      this.#log?.evicted.push(identity)
      this.#told?.holders.evicted(identity, this.#told.lane)
    }
  }
}

/** Parent of blocks that belong to no chain: prefix caching is off. */
export const UNCHAINED = -2
