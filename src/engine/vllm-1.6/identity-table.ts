import {grown} from '../../core/grown.ts'

/**
 * Where each block identity has its place: open addressing over groups of eight neighbouring identities, because the
 * blocks of a prompt are numbered in a row and one look-up then serves eight of them.
 */
export class IdentityTable {
  /** Copy that look-ups find, by place; NONE where the identity has none. */
  primary = new Int32Array(INITIAL_GROUPS * GROUP).fill(NONE)
  #key = new Int32Array(INITIAL_GROUPS)
  #live = new Int32Array(INITIAL_GROUPS)
  readonly #free: number[] = []
  #count = 0
  /** Group + 1 by hash, 0 = empty; four entries a group keep probe runs short. */
  #table = new Int32Array(INITIAL_GROUPS * 4)
  #mask = INITIAL_GROUPS * 4 - 1

  /** First place of the group an identity belongs to, or a negative number. */
  findGroup(block: number): number {
    const key = block >> GROUP_BITS
    const mask = this.#mask
    let at = Math.imul(key, GOLDEN) & mask
    for (;;) {
      const entry = this.#table[at]!
      if (entry === 0) return -GROUP
      if (this.#key[entry - 1] === key) return (entry - 1) * GROUP
      at = (at + 1) & mask
    }
  }

  /** The place of an identity that has, or is about to get, a copy. */
  placeFor(block: number): number {
    const found = this.findGroup(block)
    return (found >= 0 ? found : this.#addGroup(block >> GROUP_BITS) * GROUP) + (block & GROUP_MASK)
  }

  /** Gives a place its first copy. */
  occupy(place: number, copy: number): void {
    this.primary[place] = copy
    this.#live[place >> GROUP_BITS]!++
  }

  /** Takes the last copy from a place. */
  vacate(place: number): void {
    this.primary[place] = NONE
    const group = place >> GROUP_BITS
    if (--this.#live[group]! > 0) return
    this.#removeKey(this.#key[group]!)
    this.#free.push(group)
  }

  identityAt(place: number): number {
    return (this.#key[place >> GROUP_BITS]! << GROUP_BITS) | (place & GROUP_MASK)
  }

  #addGroup(key: number): number {
    const group = this.#free.pop() ?? this.#newGroup()
    this.#key[group] = key
    this.#insertKey(key, group)
    return group
  }

  #newGroup(): number {
    if (this.#count === this.#key.length) this.#grow()
    return this.#count++
  }

  #grow(): void {
    const groups = this.#key.length * 2
    const primary = new Int32Array(groups * GROUP).fill(NONE)
    primary.set(this.primary)
    this.primary = primary
    this.#key = grown(this.#key, groups)
    this.#live = grown(this.#live, groups)
    this.#table = new Int32Array(groups * 4)
    this.#mask = groups * 4 - 1
    for (let group = 0; group < this.#count; group++)
      if (this.#live[group]! > 0) this.#insertKey(this.#key[group]!, group)
  }

  #insertKey(key: number, group: number): void {
    let at = Math.imul(key, GOLDEN) & this.#mask
    while (this.#table[at] !== 0) at = (at + 1) & this.#mask
    this.#table[at] = group + 1
  }

  /** Deletes by shifting later entries of the probe run back, so that look-ups need no tombstones. */
  #removeKey(key: number): void {
    const table = this.#table
    const mask = this.#mask
    let hole = Math.imul(key, GOLDEN) & mask
    while (this.#key[table[hole]! - 1] !== key) hole = (hole + 1) & mask
    let at = hole
    for (;;) {
      at = (at + 1) & mask
      const entry = table[at]!
      if (entry === 0) break
      const home = Math.imul(this.#key[entry - 1]!, GOLDEN) & mask
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = entry
        hole = at
      }
    }
    table[hole] = 0
  }
}

export const NONE = -1
export const GROUP_BITS = 3
const GROUP = 1 << GROUP_BITS
export const GROUP_MASK = GROUP - 1
const INITIAL_GROUPS = 256
/** 2^32 / golden ratio, odd: spreads runs of consecutive identities. */
const GOLDEN = 0x9e3779b1 | 0
