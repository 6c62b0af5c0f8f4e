import {EarliestHeap} from '../../core/queues/earliest-heap.ts'
import type {BlockLog} from '../block-log.ts'
import type {HolderListener} from '../generation.ts'
import {
  ACTIVE,
  BlockRuns,
  endOfRun,
  FIELDS,
  INACTIVE_CHILDREN,
  LIVE,
  PARENT,
  REFERENCES,
} from './block-runs.ts'

/** A chain of blocks: the first `known` have the identities `blocks[start .. start + known)`, those after them `fresh`, `fresh + 1`, … */
export interface Chain {
  readonly blocks: Int32Array
  readonly start: number
  readonly known: number
  readonly fresh: number
}

/** Who holds the first blocks of a chain. */
export interface ChainHolder extends Chain {
  /** Run of the last block held, `NO_RUN` while there is none. */
  tail: number
}

export const NO_RUN = -1

/**
 * KV blocks of one vLLM-style instance (engine.md 6).
 *
 * A block is either free, active (referenced), or inactive: unreferenced but still registered under its identity, so
 * that a later prompt can hit it until it is evicted. Partial blocks have no identity and are only counted. Identities are small
 * integers from the trace's block table, or fresh ones above it for blocks that no other prompt has. An identity stands for the
 * whole prefix, so a block has one parent, and who holds it holds that. Blocks that only ever are held together are one run.
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

  readonly #runs = new BlockRuns()
  /** Runs whose last block can be evicted, by its release order; some have changed since. */
  readonly #evictable = new EarliestHeap<number>()
  /** A run with an evictable block kept out of the heap because that is probably the next to go; NO_RUN if there is none. */
  #nextVictim = NO_RUN
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

  /** Calls back for the stretches of identities that are registered. */
  eachStretch(visit: (first: number, count: number) => void): void {
    for (let run = 0; run < this.#runs.count; run++)
      if (this.#runs.live(run) > 0) visit(this.#runs.first(run), this.#runs.live(run))
  }

  /** The cache is gone: nothing is here any more for those who are told. */
  tellAllEvicted(): void {
    if (this.#told === null) return
    const {holders, lane} = this.#told
    this.eachStretch((first, count) => holders.evicted(first, first + count, lane))
  }

  /** Leading blocks, of the first `count`, that are registered, active or inactive. */
  countRegistered(chain: Chain, count: number): number {
    let i = 0
    while (i < count) {
      const run = this.#runs.find(identityAt(chain, i))
      if (run < 0) return i
      i = Math.min(i + this.#runs.live(run), endOfStretch(chain, i, count))
    }
    return count
  }

  /**
   * Takes a reference on the holder's blocks [from .. to), which come after those it has, allocating those not registered.
   * @returns the first index not obtained because no block is free or evictable, `to` if all were
   */
  use(holder: ChainHolder, from: number, to: number): number {
    let i = from
    while (i < to) {
      const run = this.#runs.find(identityAt(holder, i))
      // Along a chain all blocks after the first one missing are missing.
      if (run < 0) return this.#allocate(holder, i, i + this.#makeRoom(to - i))
      const wanted = Math.min(endOfStretch(holder, i, to) - i, this.#runs.live(run))
      holder.tail = wanted < this.#runs.live(run) ? this.#runs.splitHead(run, wanted) : run
      this.#refer(holder.tail)
      i += wanted
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

  /** A partial block became full: it keeps its memory, gets the identity of the chain's block `at`, and comes after all that the holder has. */
  promotePartial(holder: ChainHolder, at: number): void {
    this.#partials--
    this.#append(holder, identityAt(holder, at), 1)
  }

  /** Gives back all that a holder has, last one first; at no reference left a block stays registered as inactive, newest in release order. */
  release(holder: ChainHolder): void {
    let run = holder.tail
    holder.tail = NO_RUN
    while (run >= 0) {
      this.#releaseRun(run)
      run = this.#runs.facts[run * FIELDS + PARENT]!
    }
  }

  // --- taking and giving back ---

  #refer(run: number): void {
    const {facts} = this.#runs
    const at = run * FIELDS
    const references = facts[at + REFERENCES]!
    facts[at + REFERENCES] = references + 1
    if (references > 0) return
    if (this.#nextVictim === run) this.#nextVictim = NO_RUN
    this.#inactive -= facts[at + LIVE]!
    this.#loseInactiveChild(facts[at + PARENT]!, ACTIVE)
  }

  /** Registers blocks [from .. to), for which there is room. */
  #allocate(holder: ChainHolder, from: number, to: number): number {
    for (let i = from; i < to; ) {
      const end = endOfStretch(holder, i, to)
      this.#append(holder, identityAt(holder, i), end - i)
      i = end
    }
    return to
  }

  #append(holder: ChainHolder, first: number, count: number): void {
    if (!this.#canGrow(holder.tail, first)) holder.tail = this.#runs.add(first, holder.tail)
    this.#runs.facts[holder.tail * FIELDS + LIVE]! += count
    this.#registered += count
    this.#tellRegistered(first, first + count)
  }

  /** A run goes on with a block if only its one holder is there to see: others end with it, or go on otherwise. */
  #canGrow(run: number, identity: number): boolean {
    if (run < 0) return false
    const {facts} = this.#runs
    const at = run * FIELDS
    return (
      facts[at + REFERENCES] === 1 &&
      facts[at + INACTIVE_CHILDREN] === 0 &&
      this.#runs.first(run) + facts[at + LIVE]! === identity
    )
  }

  #releaseRun(run: number): void {
    const {facts} = this.#runs
    const at = run * FIELDS
    if (--facts[at + REFERENCES]! > 0) return
    const live = facts[at + LIVE]!
    const tailOrder = this.#nextRelease
    this.#nextRelease += live
    this.#runs.firstOrder[run] = tailOrder + live - 1
    this.#inactive += live
    const parent = facts[at + PARENT]!
    if (parent >= 0) facts[parent * FIELDS + INACTIVE_CHILDREN]!++
    if (facts[at + INACTIVE_CHILDREN] === 0) this.#pushEvictable(tailOrder, run)
  }

  // --- eviction ---

  /** Sees to it that up to `wanted` more blocks can be taken, evicting if needed; @returns how many can */
  #makeRoom(wanted: number): number {
    let free = this.capacity - this.#registered - this.#partials
    while (free < wanted) {
      const victim = this.#takeVictim()
      if (victim < 0) return free
      free += this.#evict(victim, wanted - free)
    }
    return wanted
  }

  /** Evicts up to `most` blocks of a run from its tail on: nothing else was released between them. @returns how many */
  #evict(run: number, most: number): number {
    const {facts} = this.#runs
    const at = run * FIELDS
    const live = facts[at + LIVE]!
    const count = Math.min(most, live)
    const left = live - count
    const first = this.#runs.first(run)
    this.#tellEvicted(first + left, first + live)
    facts[at + LIVE] = left
    this.#inactive -= count
    this.#registered -= count
    if (left > 0) this.#nextVictim = run
    else {
      this.#loseInactiveChild(facts[at + PARENT]!, this.#runs.firstOrder[run]!)
      this.#runs.drop(run)
    }
    return count
  }

  /** The run whose last block is the next to be evicted, or NO_RUN. */
  #takeVictim(): number {
    const heap = this.#evictable
    const known = this.#nextVictim
    if (known >= 0) {
      this.#nextVictim = NO_RUN
      const order = this.#runs.tailOrder(known)
      if (heap.size === 0 || order < heap.topKey) return known
      this.#pushEvictable(order, known)
    }
    while (heap.size > 0) {
      const order = heap.topKey
      const run = heap.pop()
      if (this.#isEvictable(order, run)) return run
    }
    return NO_RUN
  }

  #pushEvictable(order: number, run: number): void {
    // Stale entries pile up while nothing is evicted; sweep them when they outnumber what can be valid.
    if (this.#evictable.size > 2 * this.#runs.count + 64)
      this.#evictable.keepIf((t, other) => this.#isEvictable(t, other))
    this.#evictable.push(order, run)
  }

  #isEvictable(order: number, run: number): boolean {
    return this.#runs.tailOrder(run) === order && this.#runs.facts[run * FIELDS + INACTIVE_CHILDREN] === 0
  }

  /** @param order that of the first block of the child that was evicted; ACTIVE when that is in use again */
  #loseInactiveChild(parent: number, order: number): void {
    if (parent < 0 || --this.#runs.facts[parent * FIELDS + INACTIVE_CHILDREN]! > 0) return
    const parentOrder = this.#runs.tailOrder(parent)
    if (parentOrder === ACTIVE) return
    // A chain is released from tail to root, so the parent's order is mostly the next one, and the heap can be spared.
    if (parentOrder === order + 1 && order !== ACTIVE) this.#nextVictim = parent
    else this.#pushEvictable(parentOrder, parent)
  }

  #tellRegistered(from: number, to: number): void {
    this.#told?.holders.registered(from, to, this.#told.lane)
    if (this.#log === null) return
    for (let identity = from; identity < to; identity++) this.#log.registered.push(identity)
  }

  /** Last one first. */
  #tellEvicted(from: number, to: number): void {
    this.#told?.holders.evicted(from, to, this.#told.lane)
    if (this.#log === null) return
    for (let identity = to - 1; identity >= from; identity--) this.#log.evicted.push(identity)
  }
}

function identityAt({blocks, start, known, fresh}: Chain, i: number): number {
  return i < known ? blocks[start + i]! : fresh + i - known
}

/** End of the blocks from `i` on, before `to`, whose identities follow each other. */
function endOfStretch({blocks, start, known}: Chain, i: number, to: number): number {
  return i < known ? endOfRun(blocks, start + i, start + Math.min(to, known)) - start : to
}
