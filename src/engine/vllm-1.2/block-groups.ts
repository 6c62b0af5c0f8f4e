import {grown} from '../../core/grown.ts'
import {GROUP_BITS} from './fresh-identities.ts'
import {GroupTable} from './group-table.ts'

export const GROUP = 1 << GROUP_BITS
export const GROUP_MASK = GROUP - 1
/** In place of a release order: the block is referenced. */
export const ACTIVE = -1
/** In place of a release order: no block is registered. */
export const NONE = -2

/** What is known of a group, in `facts`. */
export const FIELDS = 4
/** Blocks registered. */
export const LIVE = 0
/** References of a run, 0 while it is inactive; NOT_AS_RUN where blocks are told apart. */
export const REFERENCES = 1
/** Slot of the parent of a run's first block; negative if there is none. */
export const PARENT = 2
/** Where blocks are told apart: where those of the group begin in the columns over single blocks. */
const FIRST_SINGLE = 2
/** Inactive children of a run's last block. */
export const TAIL_CHILDREN = 3
export const NOT_AS_RUN = -1

/**
 * Where the blocks of a KV cache stand. Slots come in groups of eight, since neighbouring blocks of a prompt have consecutive
 * identities: one hash look-up finds a group, and the block's place in it is the low three bits of its identity.
 *
 * Mostly the first blocks of a group are a *run*: a chain that everyone who holds any of it holds whole. What is known of a run
 * is written down once; a group in which blocks differ has a place in columns over single blocks, until it is empty. Those are
 * few: columns over all slots were two thirds of an instance's memory (speed.md 5).
 */
export class BlockGroups {
  readonly #table = new GroupTable()
  /** Over groups, `FIELDS` to each. */
  facts = new Int32Array(this.#table.room * FIELDS)
  /** Over groups: release order of the first block of a run that is inactive. Each block after it was released one before. */
  runOrder = new Float64Array(this.#table.room)

  // Columns over blocks that are told apart (`singleOf`).
  references = new Int32Array(FIRST_SINGLES)
  parent = new Int32Array(FIRST_SINGLES)
  inactiveChildren = new Int32Array(FIRST_SINGLES)
  /** Release order of an inactive block, ACTIVE, or NONE. */
  releaseOrder = new Float64Array(FIRST_SINGLES).fill(NONE)
  #singles = 0
  readonly #freeSingles: number[] = []

  /** Slots there have been so far. */
  get slotCount(): number {
    return this.#table.count * GROUP
  }

  /** @returns the group of a key, `identity >> GROUP_BITS`, or -1 */
  find(key: number): number {
    return this.#table.find(key)
  }

  /** The group is empty. */
  drop(group: number): void {
    const at = group * FIELDS
    if (this.facts[at + REFERENCES] === NOT_AS_RUN) {
      this.#freeSingles.push(this.facts[at + FIRST_SINGLE]!)
      // As a run of nothing it has none of those blocks any more.
      this.facts[at + REFERENCES] = 0
    }
    this.#table.drop(group)
  }

  isRun(group: number): boolean {
    return this.facts[group * FIELDS + REFERENCES] !== NOT_AS_RUN
  }

  live(group: number): number {
    return this.facts[group * FIELDS + LIVE]!
  }

  /** Place of a slot in the columns over single blocks; its group is no run. */
  singleOf(slot: number): number {
    return this.facts[(slot >> GROUP_BITS) * FIELDS + FIRST_SINGLE]! + (slot & GROUP_MASK)
  }

  identity(slot: number): number {
    return (this.#table.keyOf(slot >> GROUP_BITS) << GROUP_BITS) | (slot & GROUP_MASK)
  }

  /** A run that one holder has, of no block yet. */
  addRun(key: number, parent: number): number {
    const group = this.#add(key)
    this.facts[group * FIELDS + REFERENCES] = 1
    this.facts[group * FIELDS + PARENT] = parent
    this.facts[group * FIELDS + TAIL_CHILDREN] = 0
    return group
  }

  /** The group of a key, made if there is none, its blocks told apart. */
  ofSingles(key: number): number {
    const found = this.#table.find(key)
    if (found < 0) {
      const group = this.#add(key)
      this.facts[group * FIELDS + REFERENCES] = NOT_AS_RUN
      this.facts[group * FIELDS + FIRST_SINGLE] = this.#takeSingles()
      return group
    }
    if (this.isRun(found)) this.split(found)
    return found
  }

  /** From here on the blocks of a run are told apart. */
  split(group: number): void {
    const at = group * FIELDS
    const references = this.facts[at + REFERENCES]!
    const tail = this.facts[at + LIVE]! - 1
    const isActive = references > 0
    const first = this.#takeSingles()
    for (let place = 0; place <= tail; place++) {
      this.references[first + place] = references
      this.releaseOrder[first + place] = isActive ? ACTIVE : this.runOrder[group]! - place
      this.parent[first + place] = place === 0 ? this.facts[at + PARENT]! : group * GROUP + place - 1
      this.inactiveChildren[first + place] = isActive ? 0 : 1
    }
    this.inactiveChildren[first + tail] = this.facts[at + TAIL_CHILDREN]!
    this.facts[at + REFERENCES] = NOT_AS_RUN
    this.facts[at + FIRST_SINGLE] = first
  }

  /** Release order of an inactive block, ACTIVE, or NONE. */
  orderOf(slot: number): number {
    const group = slot >> GROUP_BITS
    if (!this.isRun(group)) return this.releaseOrder[this.singleOf(slot)]!
    const place = slot & GROUP_MASK
    if (place >= this.live(group)) return NONE
    return this.facts[group * FIELDS + REFERENCES]! > 0 ? ACTIVE : this.runOrder[group]! - place
  }

  /** Of a block that is inactive. */
  inactiveChildrenOf(slot: number): number {
    const group = slot >> GROUP_BITS
    if (!this.isRun(group)) return this.inactiveChildren[this.singleOf(slot)]!
    return (slot & GROUP_MASK) < this.live(group) - 1 ? 1 : this.facts[group * FIELDS + TAIL_CHILDREN]!
  }

  /**
   * Changes the number of a block's inactive children; @returns what it is then. Whoever holds a child holds the run of its
   * parent whole, so the parent is the last of that.
   */
  countInactiveChild(parent: number, change: 1 | -1): number {
    const group = parent >> GROUP_BITS
    const isRun = this.isRun(group)
    const column = isRun ? this.facts : this.inactiveChildren
    const at = isRun ? group * FIELDS + TAIL_CHILDREN : this.singleOf(parent)
    column[at]! += change
    return column[at]!
  }

  #add(key: number): number {
    const group = this.#table.add(key)
    if (group * FIELDS >= this.facts.length) this.#grow()
    this.facts[group * FIELDS + LIVE] = 0
    return group
  }

  #takeSingles(): number {
    const free = this.#freeSingles.pop()
    if (free !== undefined) return free
    const first = this.#singles
    this.#singles += GROUP
    if (this.#singles > this.references.length) this.#growSingles()
    return first
  }

  #grow(): void {
    const {room} = this.#table
    this.facts = grown(this.facts, room * FIELDS)
    this.runOrder = grown(this.runOrder, room)
  }

  #growSingles(): void {
    const before = this.references.length
    this.references = grown(this.references, before * 2)
    this.parent = grown(this.parent, before * 2)
    this.inactiveChildren = grown(this.inactiveChildren, before * 2)
    this.releaseOrder = grown(this.releaseOrder, before * 2).fill(NONE, before)
  }
}

const FIRST_SINGLES = 32 * GROUP

/** End of the blocks from `i` on whose identities follow each other within one group. Along a chain identities grow. */
export function endInGroup(blocks: Int32Array, i: number, to: number): number {
  const block = blocks[i]!
  const most = Math.min(i + GROUP - (block & GROUP_MASK), to)
  if (blocks[most - 1] === block + most - 1 - i) return most
  let end = i + 1
  while (blocks[end] === block + end - i) end++
  return end
}
