import {grown} from '../../core/grown.ts'
import {countBits, wordsFor} from './lane-bits.ts'

/**
 * How many of the leading blocks of one prompt each instance has, instances being known by their lanes. Most of them have equally
 * many, so lanes are kept in nested sets, each of those that have more than the set around it; the few lanes that have some blocks
 * of their own are told one by one.
 */
export class LaneDepths {
  #words = 1
  /** Bits of one set after the other, the outermost first. */
  #bits = new Uint32Array(FIRST_SETS)
  #depths = new Int32Array(FIRST_SETS)
  /** Sets there are. */
  count = 0
  /** Lanes told one by one; what they have, by lane, and as bits. */
  readonly told: number[] = []
  #toldDepth = new Int32Array(1)
  #isTold = new Uint32Array(1)

  reserveLanes(count: number): void {
    if (count <= this.#toldDepth.length) return
    this.#words = wordsFor(count)
    this.#bits = new Uint32Array(this.#words * FIRST_SETS)
    this.#depths = new Int32Array(FIRST_SETS)
    this.#toldDepth = new Int32Array(count)
    this.#isTold = new Uint32Array(this.#words)
    this.told.length = 0
    this.count = 0
  }

  /** From here on it is about another prompt, of which all the given lanes have nothing yet. */
  begin(lanes: Uint32Array): void {
    for (const lane of this.told) this.#isTold[lane >>> 5] = 0
    this.told.length = 0
    for (let i = 0; i < this.#words; i++) this.#bits[i] = lanes[i]!
    this.#depths[0] = 0
    this.count = 1
  }

  /** A lane is in the innermost set. */
  has(lane: number): boolean {
    return this.#isIn(this.count - 1, lane)
  }

  /** A lane has so many blocks, whatever set it is in. */
  tell(lane: number, depth: number): void {
    if ((this.#isTold[lane >>> 5]! & (1 << (lane & 31))) === 0) this.told.push(lane)
    this.#isTold[lane >>> 5]! |= 1 << (lane & 31)
    this.#toldDepth[lane] = depth
  }

  /** Of the innermost set those lanes whose bits are set in `lanes[at ..]` have `depth` blocks, which is more. @returns whether there are any */
  narrow(lanes: Uint32Array, at: number, depth: number): boolean {
    const words = this.#words
    const from = (this.count - 1) * words
    const to = this.count * words
    if (to === this.#bits.length) this.#grow()
    const bits = this.#bits
    let staying = 0
    let leaving = 0
    for (let i = 0; i < words; i++) {
      const before = bits[from + i]!
      const after = before & lanes[at + i]!
      bits[to + i] = after
      staying |= after
      leaving |= before ^ after
    }
    if (staying === 0) return false
    if (leaving !== 0) this.count++
    this.#depths[this.count - 1] = depth
    return true
  }

  depthOf(lane: number): number {
    if ((this.#isTold[lane >>> 5]! & (1 << (lane & 31))) !== 0) return this.#toldDepth[lane]!
    let set = this.count - 1
    while (set > 0 && !this.#isIn(set, lane)) set--
    return this.#depths[set]!
  }

  /** Blocks that lanes in a set have which are in none within it; those told one by one aside. */
  depthIn(set: number): number {
    return this.#depths[set]!
  }

  /** The innermost set of more lanes than that, or the outermost one. */
  innermost(lanes: number): number {
    let set = this.count - 1
    while (set > 0 && this.#sizeOf(set) <= lanes) set--
    return set
  }

  eachIn(set: number, visit: (lane: number) => void): void {
    const from = set * this.#words
    for (let i = 0; i < this.#words; i++)
      for (let word = this.#bits[from + i]!; word !== 0; word &= word - 1)
        visit(i * 32 + 31 - Math.clz32(word & -word))
  }

  #sizeOf(set: number): number {
    let size = 0
    for (let i = set * this.#words; i < (set + 1) * this.#words; i++) size += countBits(this.#bits[i]!)
    return size
  }

  #isIn(set: number, lane: number): boolean {
    return (this.#bits[set * this.#words + (lane >>> 5)]! & (1 << (lane & 31))) !== 0
  }

  #grow(): void {
    this.#bits = grown(this.#bits, this.#bits.length * 2)
    this.#depths = grown(this.#depths, this.#depths.length * 2)
  }
}

const FIRST_SETS = 4
