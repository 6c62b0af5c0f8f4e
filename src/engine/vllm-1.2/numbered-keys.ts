import {grown} from '../../core/grown.ts'

const INITIAL_KEYS = 256
/** 2^32 / golden ratio, odd: spreads runs of consecutive keys. */
const GOLDEN = 0x9e3779b1 | 0

/** Small numbers for keys that come and go: open addressing, with four entries per number to keep probe runs short. */
export class NumberedKeys {
  #keys = new Int32Array(INITIAL_KEYS)
  readonly #free: number[] = []
  /** Numbers are 0 … count - 1, those that are free included. */
  count = 0
  /** From key to number + 1; 0 = empty. */
  #table = new Int32Array(INITIAL_KEYS * 4)
  #mask = INITIAL_KEYS * 4 - 1

  /** Numbers that there is room for. */
  get room(): number {
    return this.#keys.length
  }

  keyOf(number: number): number {
    return this.#keys[number]!
  }

  /** Keys by which a number is found, in no order. */
  eachKey(visit: (key: number) => void): void {
    this.eachNumber(number => visit(this.#keys[number]!))
  }

  /** Numbers that are found, in no order. */
  eachNumber(visit: (number: number) => void): void {
    for (const entry of this.#table) if (entry !== 0) visit(entry - 1)
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

  /** A number for a key that has none. */
  add(key: number): number {
    const number = this.addUnlisted(key)
    this.#insert(key, number)
    return number
  }

  /** One more number for a key, which is not found by it. */
  addUnlisted(key: number): number {
    const number = this.#free.pop() ?? this.#newNumber()
    this.#keys[number] = key
    return number
  }

  /** From here on it is found by its key, of which there is no other. */
  list(number: number): void {
    this.#insert(this.#keys[number]!, number)
  }

  drop(number: number): void {
    this.#remove(this.#keys[number]!)
    this.#free.push(number)
  }

  dropUnlisted(number: number): void {
    this.#free.push(number)
  }

  /** Gives a number another key, which has none. */
  rename(number: number, key: number): void {
    this.#remove(this.#keys[number]!)
    this.#keys[number] = key
    this.#insert(key, number)
  }

  renameUnlisted(number: number, key: number): void {
    this.#keys[number] = key
  }

  #newNumber(): number {
    if (this.count === this.#keys.length) this.#grow()
    return this.count++
  }

  #grow(): void {
    const room = this.#keys.length * 2
    this.#keys = grown(this.#keys, room)
    const old = this.#table
    this.#table = new Int32Array(room * 4)
    this.#mask = room * 4 - 1
    for (let i = 0; i < old.length; i++) {
      const entry = old[i]!
      if (entry !== 0) this.#insert(this.#keys[entry - 1]!, entry - 1)
    }
  }

  #insert(key: number, number: number): void {
    const table = this.#table
    const mask = this.#mask
    let at = Math.imul(key, GOLDEN) & mask
    while (table[at] !== 0) at = (at + 1) & mask
    table[at] = number + 1
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
