import {grown} from '../../core/grown.ts'

const INITIAL_GROUPS = 256
/** 2^32 / golden ratio, odd: spreads runs of consecutive keys. */
const GOLDEN = 0x9e3779b1 | 0

/** Small numbers for keys that come and go: open addressing, with four entries per group to keep probe runs short. */
export class GroupTable {
  #keys = new Int32Array(INITIAL_GROUPS)
  readonly #free: number[] = []
  /** Groups are 0 … count - 1, those that are free included. */
  count = 0
  /** From key to group + 1; 0 = empty. */
  #table = new Int32Array(INITIAL_GROUPS * 4)
  #mask = INITIAL_GROUPS * 4 - 1

  /** Groups that there is room for. */
  get room(): number {
    return this.#keys.length
  }

  keyOf(group: number): number {
    return this.#keys[group]!
  }

  /** @returns -1 if there is none */
  find(key: number): number {
    const table = this.#table
    const mask = this.#mask
    let at = Math.imul(key, GOLDEN) & mask
    for (;;) {
      const entry = table[at]!
      if (entry === 0) return -1
      if (this.#keys[entry - 1] === key) return entry - 1
      at = (at + 1) & mask
    }
  }

  /** A group for a key that has none. */
  add(key: number): number {
    const group = this.#free.pop() ?? this.#newGroup()
    this.#keys[group] = key
    this.#insert(key, group)
    return group
  }

  drop(group: number): void {
    this.#remove(this.#keys[group]!)
    this.#free.push(group)
  }

  #newGroup(): number {
    if (this.count === this.#keys.length) this.#grow()
    return this.count++
  }

  #grow(): void {
    const groups = this.#keys.length * 2
    this.#keys = grown(this.#keys, groups)
    const old = this.#table
    this.#table = new Int32Array(groups * 4)
    this.#mask = groups * 4 - 1
    for (let i = 0; i < old.length; i++) {
      const entry = old[i]!
      if (entry !== 0) this.#insert(this.#keys[entry - 1]!, entry - 1)
    }
  }

  #insert(key: number, group: number): void {
    const table = this.#table
    const mask = this.#mask
    let at = Math.imul(key, GOLDEN) & mask
    while (table[at] !== 0) at = (at + 1) & mask
    table[at] = group + 1
  }

  /** Deletes by shifting later entries of the probe run back, so that look-ups need no tombstones. */
  #remove(key: number): void {
    const table = this.#table
    const mask = this.#mask
    let hole = Math.imul(key, GOLDEN) & mask
    while (this.#keys[table[hole]! - 1] !== key) hole = (hole + 1) & mask
    let at = hole
    for (;;) {
      at = (at + 1) & mask
      const entry = table[at]!
      if (entry === 0) break
      const home = Math.imul(this.#keys[entry - 1]!, GOLDEN) & mask
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = entry
        hole = at
      }
    }
    table[hole] = 0
  }
}
