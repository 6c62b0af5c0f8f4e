import {grown} from '../../core/grown.ts'
import {NumberedKeys} from '../vllm-1.2/numbered-keys.ts'

/**
 * Which instances have which things, the things being small integers: KV blocks, or nodes of prompt paths. An instance is
 * known by its *lane*, a small integer that is used again after it is gone.
 *
 * Most things are with one instance alone, and then its lane is all that is stored. Where there are several they are the
 * bits of a row. So to ask about all instances at once takes a few words for each thing, however many instances there are.
 */
export class LaneSets {
  /** NOBODY, or the lane of the one instance that has it, or -2 - row. */
  #who: Int32Array
  /** Places in `#who` of things that somebody has, where they may be any; null where each is its own place. */
  readonly #places: NumberedKeys | null
  #words = 1
  #rows = new Uint32Array(FIRST_ROWS)
  /** Bits set in each row, >= 2. */
  #counts = new Int32Array(FIRST_ROWS)
  #rowCount = 0
  readonly #freeRows: number[] = []

  /** @param keyCount things are below this; null = any small integers, of which few at a time are with anybody */
  constructor(keyCount: number | null) {
    this.#places = keyCount === null ? new NumberedKeys() : null
    this.#who = new Int32Array(keyCount ?? this.#places!.room).fill(NOBODY)
  }

  /** Calls back for everything that somebody has, where things may be any. */
  eachKey(visit: (key: number) => void): void {
    this.#places?.eachKey(visit)
  }

  /** Makes room for lanes below `count`. */
  reserveLanes(count: number): void {
    const words = wordsFor(count)
    if (words <= this.#words) return
    const rows = new Uint32Array(this.#counts.length * words)
    for (let row = 0; row < this.#rowCount; row++) {
      for (let i = 0; i < this.#words; i++) rows[row * words + i] = this.#rows[row * this.#words + i]!
    }
    this.#rows = rows
    this.#words = words
  }

  /** The lane must not have it yet. */
  add(key: number, lane: number): void {
    const at = this.#places === null ? key : this.#placeFor(this.#places, key)
    const who = this.#who[at]!
    if (who === NOBODY) {
      this.#who[at] = lane
      return
    }
    if (who >= 0) {
      const row = this.#takeRow()
      this.#setBit(row, who)
      this.#setBit(row, lane)
      this.#counts[row] = 2
      this.#who[at] = -2 - row
      return
    }
    this.#setBit(-2 - who, lane)
    this.#counts[-2 - who]!++
  }

  /** The lane must have it. */
  remove(key: number, lane: number): void {
    const at = this.#places === null ? key : this.#places.find(key)
    const who = this.#who[at]!
    if (who >= 0) {
      this.#who[at] = NOBODY
      this.#places?.drop(at)
      return
    }
    const row = -2 - who
    this.#rows[row * this.#words + (lane >>> 5)]! &= ~(1 << (lane & 31))
    if (--this.#counts[row]! > 1) return
    this.#who[at] = this.#takeLastBit(row)
    this.#freeRows.push(row)
  }

  /**
   * Splits a set of lanes, given as bits, by who has a thing: those that have it stay in `lanes`, the others go to `left`.
   * @returns whether any stay
   */
  split(key: number, lanes: Uint32Array, left: Uint32Array): boolean {
    const who = this.#places === null ? this.#who[key]! : this.#whoHas(this.#places.find(key))
    const words = lanes.length
    if (who >= -1) {
      for (let i = 0; i < words; i++) {
        left[i] = lanes[i]!
        lanes[i] = 0
      }
      if (who === NOBODY) return false
      const bit = 1 << (who & 31)
      const at = who >>> 5
      if ((left[at]! & bit) === 0) return false
      left[at]! &= ~bit
      lanes[at] = bit
      return true
    }
    const from = (-2 - who) * this.#words
    let any = 0
    for (let i = 0; i < words; i++) {
      const have = this.#rows[from + i]!
      left[i] = lanes[i]! & ~have
      lanes[i]! &= have
      any |= lanes[i]!
    }
    return any !== 0
  }

  #whoHas(place: number): number {
    return place < 0 ? NOBODY : this.#who[place]!
  }

  #placeFor(places: NumberedKeys, key: number): number {
    const known = places.find(key)
    if (known >= 0) return known
    const at = places.add(key)
    if (at >= this.#who.length) {
      const before = this.#who.length
      this.#who = grown(this.#who, places.room).fill(NOBODY, before)
    }
    return at
  }

  #setBit(row: number, lane: number): void {
    this.#rows[row * this.#words + (lane >>> 5)]! |= 1 << (lane & 31)
  }

  /** Empties a row of one bit and returns its lane. */
  #takeLastBit(row: number): number {
    const from = row * this.#words
    let at = 0
    while (this.#rows[from + at] === 0) at++
    const lane = at * 32 + 31 - Math.clz32(this.#rows[from + at]!)
    this.#rows[from + at] = 0
    return lane
  }

  #takeRow(): number {
    const free = this.#freeRows.pop()
    if (free !== undefined) return free
    if (this.#rowCount === this.#counts.length) this.#growRows()
    return this.#rowCount++
  }

  #growRows(): void {
    const size = this.#counts.length * 2
    const counts = new Int32Array(size)
    counts.set(this.#counts)
    this.#counts = counts
    const rows = new Uint32Array(size * this.#words)
    rows.set(this.#rows)
    this.#rows = rows
  }
}

/** Words that hold a bit for each of so many lanes. */
export function wordsFor(laneCount: number): number {
  return Math.max((laneCount + 31) >>> 5, 1)
}

const NOBODY = -1
const FIRST_ROWS = 64
