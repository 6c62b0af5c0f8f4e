import {grown} from '../../core/grown.ts'
import {NumberedKeys} from '../vllm-1.2/numbered-keys.ts'

export const GROUP_BITS = 3
const GROUP = 1 << GROUP_BITS
export const GROUP_MASK = GROUP - 1

/**
 * Where each block identity has its place: in groups of eight neighbouring identities, because the blocks of a prompt are
 * numbered in a row and one look-up then serves eight of them.
 */
export class IdentityTable {
  readonly #groups = new NumberedKeys()
  /** Copy that look-ups find, by place; NONE where the identity has none. */
  primary = new Int32Array(this.#groups.room * GROUP).fill(NONE)
  /** Places with a copy, by group. */
  #live = new Int32Array(this.#groups.room)

  /** First place of the group an identity belongs to, or a negative number. */
  findGroup(block: number): number {
    return this.#groups.find(block >> GROUP_BITS) * GROUP
  }

  /** Calls back for every group of which some identity has a copy, by its first identity. */
  eachGroup(visit: (first: number, count: number) => void): void {
    this.#groups.eachKey(key => visit(key << GROUP_BITS, GROUP))
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
    if (--this.#live[group]! === 0) this.#groups.drop(group)
  }

  identityAt(place: number): number {
    return (this.#groups.keyOf(place >> GROUP_BITS) << GROUP_BITS) | (place & GROUP_MASK)
  }

  /** Calls back for every identity that has a copy. */
  each(visit: (block: number) => void): void {
    for (let place = 0; place < this.primary.length; place++)
      if (this.primary[place] !== NONE) visit(this.identityAt(place))
  }

  #addGroup(key: number): number {
    const group = this.#groups.add(key)
    if (group >= this.#live.length) this.#grow()
    return group
  }

  #grow(): void {
    const {room} = this.#groups
    const primary = new Int32Array(room * GROUP).fill(NONE)
    primary.set(this.primary)
    this.primary = primary
    this.#live = grown(this.#live, room)
  }
}

export const NONE = -1
