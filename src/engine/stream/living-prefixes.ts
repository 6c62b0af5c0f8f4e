import {grown} from '../../core/grown.ts'
import {PrefixEdges} from '../../trace/prefix-edges.ts'

/** Identities of prompts' blocks; those that instances give themselves follow. */
export const PROMPT_IDENTITIES = 2 ** 30

/** It is known of eight identities together whether somebody has one. */
const GROUP_BITS = 3
const GROUP = 1 << GROUP_BITS

export interface CachedBlocks {
  /** Calls back for stretches of consecutive identities in which all lie that a cache has, with few others. */
  eachStretch(visit: (first: number, count: number) => void): void
}

/** Identities of a prompt's complete blocks, `blocks[from .. from + count)`. */
export interface PromptBlocks {
  readonly blocks: Int32Array
  readonly from: number
  readonly count: number
}

/** Who is under way, by slot. */
export interface TakenSlots {
  eachTaken(visit: (slot: number) => void): void
  readonly inputLength: Int32Array
}

export interface PrefixSizes {
  /** Tokens per KV block, and tokens one hash id stands for. */
  readonly blockSize: number
  readonly traceBlockSize: number
  /** Nodes from which on it is looked which are still needed. */
  readonly leastNodes: number
  /** Identities there are; a multiple of eight. */
  readonly identities: number
}

/**
 * Identities of the blocks of prompts that come one after the other, as `PrefixTrie` gives them of a whole trace: two blocks have one
 * identity iff all tokens up to their ends are alike. A prefix that no request under way has and no cache holds a block of is
 * forgotten, for nobody can tell whether it has another identity when it comes again. That is found out by looking at all of them,
 * whenever there are twice as many as the last time: so each costs a few looks, and caches count nothing.
 */
export class LivingPrefixes {
  readonly #sizes: PrefixSizes
  readonly #taken: TakenSlots
  readonly #caches = new Set<CachedBlocks>()
  readonly #edges = new PrefixEdges()
  /** By node: hash ids before it, and the first of its blocks, which have consecutive identities. */
  #depth = new Int32Array(this.#edges.room)
  #firstBlock = new Int32Array(this.#edges.room)
  /** By node: identities from behind its blocks up to here are for whoever follows it first; 0 = none are. */
  #reservedTo = new Int32Array(this.#edges.room)
  /** By slot: the last node of its prompt, -1 where that has no complete block. */
  readonly #lastNode: Int32Array
  /** Of the last prompt that was asked for. */
  #blocks = new Int32Array(256)
  #sweepAt: number
  #next = 0
  /** Identities are given again, in groups of which no prefix has any. */
  #isSecondRound = false
  /** How far the next one has moved on since the last look. */
  #moved = 0
  /** By group, a bit: some prefix has a block of it, as of the last look. */
  #living = new Uint32Array(1024)

  constructor(taken: TakenSlots, sizes: PrefixSizes) {
    this.#taken = taken
    this.#sizes = sizes
    this.#lastNode = new Int32Array(taken.inputLength.length)
    this.#sweepAt = sizes.leastNodes
  }

  get blockSize(): number {
    return this.#sizes.blockSize
  }

  /** Prefixes that are known. */
  get count(): number {
    return this.#edges.count
  }

  /** What a cache has is kept in mind from here on. */
  addCache(cache: CachedBlocks): void {
    this.#caches.add(cache)
  }

  dropCache(cache: CachedBlocks): void {
    this.#caches.delete(cache)
  }

  /**
   * A request came, whose hash ids are `hashIds[at ..]`.
   * @param laterIds so many more will come that follow them; they get the next identities, so that caches meet one row of them
   */
  arrived(slot: number, hashIds: Uint32Array, at: number, laterIds = 0): void {
    // What was given since is not known as living: it must not be come to again.
    if (this.#edges.count >= this.#sweepAt || this.#moved > this.#sizes.identities / 2) this.#sweep()
    const blocks = this.countOf(slot)
    let node = -1
    let depth = 0
    const known = this.#edges.count
    for (; this.#blocksEndingBy(depth) < blocks; depth++)
      node = this.#child(node, hashIds[at + depth]!, depth)
    this.#lastNode[slot] = node
    if (laterIds > 0 && node >= known) this.#reserveAfter(node, depth, laterIds)
  }

  /** Writes the identities of the complete blocks of a prompt; @returns how many */
  writeBlocks(slot: number, into: Int32Array): number {
    const count = this.countOf(slot)
    let end = count
    for (let node = this.#lastNode[slot]!; node >= 0; node = this.#edges.parent[node]!) {
      const from = this.#blocksEndingBy(this.#depth[node]!)
      const first = this.#firstBlock[node]! - from
      for (let i = from; i < end; i++) into[i] = first + i
      end = from
    }
    return count
  }

  /** The same, until somebody asks for another prompt's. */
  blocksOf(slot: number): PromptBlocks {
    const count = this.countOf(slot)
    if (count > this.#blocks.length) this.#blocks = new Int32Array(count * 2)
    return {blocks: this.#blocks, from: 0, count: this.writeBlocks(slot, this.#blocks)}
  }

  /**
   * Calls back for every node of a prompt that has blocks of its own, the last one first.
   * @param visit told a name that no other node has while this one lives, and its blocks
   */
  eachNode(slot: number, visit: (name: number, blocks: number) => void): void {
    for (let node = this.#lastNode[slot]!; node >= 0; node = this.#edges.parent[node]!) {
      const blocks = this.#ownBlocks(node)
      if (blocks > 0) visit(this.#firstBlock[node]!, blocks)
    }
  }

  /** Complete blocks of a prompt. */
  countOf(slot: number): number {
    return Math.floor(this.#taken.inputLength[slot]! / this.#sizes.blockSize)
  }

  /** Complete blocks within the first `depth` hash ids' tokens. */
  #blocksEndingBy(depth: number): number {
    return Math.floor((depth * this.#sizes.traceBlockSize) / this.#sizes.blockSize)
  }

  #child(parent: number, hashId: number, depth: number): number {
    const known = this.#edges.count
    const node = this.#edges.child(parent, hashId)
    if (node < known) return node
    if (this.#edges.room > this.#depth.length) this.#grow()
    this.#depth[node] = depth
    this.#firstBlock[node] = this.#takeReserved(node, parent) ?? this.#takeIdentities(parent, depth)
    return node
  }

  /** Once identities are given again, nothing is kept for anybody: it is known of prefixes alone that they have some. */
  #reserveAfter(node: number, depth: number, laterIds: number): void {
    if (this.#isSecondRound || this.#reservedTo[node] !== 0) return
    const count = this.#blocksEndingBy(depth + laterIds) - this.#blocksEndingBy(depth)
    const isLast = this.#endOf(node) === this.#next
    if (!isLast || count === 0 || this.#next + count > this.#sizes.identities) return
    this.#next += count
    this.#moved += count
    this.#reservedTo[node] = this.#next
  }

  /** The first of those that follow the parent's, if they are kept for a child. Identities then grow along a prompt as ever. */
  #takeReserved(node: number, parent: number): number | null {
    this.#reservedTo[node] = 0
    const to = parent < 0 || this.#isSecondRound ? 0 : this.#reservedTo[parent]!
    if (to === 0) return null
    const first = this.#endOf(parent)
    const end = first + this.#ownBlocks(node)
    if (end > to) return null
    this.#reservedTo[parent] = 0
    if (end < to) this.#reservedTo[node] = to
    return first
  }

  /** Behind the identities of its blocks. */
  #endOf(node: number): number {
    return this.#firstBlock[node]! + this.#ownBlocks(node)
  }

  #grow(): void {
    this.#depth = grown(this.#depth, this.#edges.room)
    this.#firstBlock = grown(this.#firstBlock, this.#edges.room)
    this.#reservedTo = grown(this.#reservedTo, this.#edges.room)
  }

  /** The first of consecutive ones for the blocks of a new node, which no prefix has. */
  #takeIdentities(parent: number, depth: number): number {
    const from = this.#blocksEndingBy(depth)
    const count = this.#blocksEndingBy(depth + 1) - from
    const {identities} = this.#sizes
    let first = this.#next + count > identities ? this.#beginAgain() : this.#next
    if (this.#isSecondRound) {
      first = this.#passLiving(first, count)
      while (this.#comesBack(parent, first - from)) first = this.#passLiving(first + 1, count)
    }
    const next = first + count
    this.#moved += next < this.#next ? next + identities - this.#next : next - this.#next
    this.#next = next
    return first
  }

  #beginAgain(): number {
    this.#isSecondRound = true
    return 0
  }

  /** There are far more identities than prefixes have. */
  #passLiving(from: number, count: number): number {
    const {identities} = this.#sizes
    let first = from + count > identities ? this.#beginAgain() : from
    for (let group = first >> GROUP_BITS; group * GROUP < first + count; group++) {
      if (!this.#isLiving(group)) continue
      first = (group + 1) * GROUP
      if (first + count > identities) {
        first = this.#beginAgain()
        group = -1
      }
    }
    return first
  }

  /**
   * A prompt that has left a row of consecutive identities must not come to its continuation later on: caches find the end of a row
   * by halves. In the first round identities grow along a prompt, and it cannot.
   * @param shift of the next block: its identity less its place in the prompt
   */
  #comesBack(parent: number, shift: number): boolean {
    let isLeft = false
    for (let node = parent; node >= 0; node = this.#edges.parent[node]!) {
      if (this.#ownBlocks(node) === 0) continue
      const isSame = this.#firstBlock[node]! - this.#blocksEndingBy(this.#depth[node]!) === shift
      if (isSame) return isLeft
      isLeft = true
    }
    return false
  }

  #isLiving(group: number): boolean {
    return (this.#living[group >>> 5]! & (1 << (group & 31))) !== 0
  }

  #live(group: number): void {
    this.#living[group >>> 5]! |= 1 << (group & 31)
  }

  // --- which are still needed ---

  #sweep(): void {
    const groups = Math.ceil((this.#isSecondRound ? this.#sizes.identities : this.#next) / GROUP)
    const words = Math.ceil(groups / 32)
    if (words > this.#living.length) this.#living = new Uint32Array(words * 2)
    else this.#living.fill(0)
    let looks = 0
    const visit = (first: number, count: number) => {
      // Identities beyond are those that an instance has given itself.
      const end = Math.min(first + count, groups * GROUP)
      for (let group = first >> GROUP_BITS; group * GROUP < end; group++) this.#live(group)
      looks++
    }
    for (const cache of this.#caches) cache.eachStretch(visit)
    this.#rename(this.#edges.keepOnly(this.#neededNodes()))
    this.#moved = 0
    this.#sweepAt = this.#edges.count + Math.max(this.#edges.count, looks, this.#sizes.leastNodes)
  }

  #neededNodes(): Uint8Array {
    const {count, parent} = this.#edges
    const isNeeded = new Uint8Array(count)
    this.#taken.eachTaken(slot => {
      const node = this.#lastNode[slot]!
      if (node >= 0) isNeeded[node] = 1
    })
    // A node's number is higher than that of the one above it.
    for (let node = count - 1; node >= 0; node--) {
      if (isNeeded[node] === 0 && !this.#isCached(node)) continue
      isNeeded[node] = 1
      const above = parent[node]!
      if (above >= 0) isNeeded[above] = 1
    }
    return isNeeded
  }

  #isCached(node: number): boolean {
    const first = this.#firstBlock[node]!
    const end = first + this.#ownBlocks(node)
    for (let group = first >> GROUP_BITS; group * GROUP < end; group++)
      if (this.#isLiving(group)) return first < end
    return false
  }

  #ownBlocks(node: number): number {
    const depth = this.#depth[node]!
    return this.#blocksEndingBy(depth + 1) - this.#blocksEndingBy(depth)
  }

  #rename(renamed: Int32Array): void {
    for (let node = 0; node < renamed.length; node++) {
      const name = renamed[node]!
      if (name < 0) continue
      this.#depth[name] = this.#depth[node]!
      const first = this.#firstBlock[node]!
      this.#firstBlock[name] = first
      this.#reservedTo[name] = this.#reservedTo[node]!
      const end = first + this.#ownBlocks(name)
      for (let group = first >> GROUP_BITS; group * GROUP < end; group++) this.#live(group)
    }
    this.#taken.eachTaken(slot => {
      const node = this.#lastNode[slot]!
      if (node >= 0) this.#lastNode[slot] = renamed[node]!
    })
  }
}
