import {endOfRun} from '../vllm-1.2/block-runs.ts'
import {CopyRuns, NONE} from './copy-runs.ts'
import type {KvEventLog} from './kv-event-log.ts'

/** Who holds blocks: those of its first tokens. */
export interface BlockHolder {
  /** Identities. A row of consecutive ones that it has left does not come again. */
  readonly blocks: Int32Array
  /** Runs of copies held, first to last, each with those it was cut off from; there is room for one for each block. */
  readonly runs: Int32Array
  runCount: number
  /** Leading blocks that are copies; those it holds besides are private. */
  registered: number
}

/**
 * KV blocks of one instance, generation 1.6 (engine-1.6.md 6). A block is free, private to a request, or a cached *copy*
 * of an identity; copies nobody refers to are inactive and are evicted in the order of their release, whatever chain
 * they belong to. Two requests that compute the same block leave two copies; look-ups find the oldest one.
 *
 * Who releases a block releases those before it right after it. So of a prompt the cached blocks always are the first ones, and whoever
 * follows it from its first block comes to every run at its begin.
 */
export class BlockPool {
  readonly capacity: number
  #private = 0
  #cached = 0
  #inactive = 0
  /** Counts what can change a look-up, so that a waiting request is not looked up again for nothing. */
  version = 0
  /** Leading blocks the last `lookUp` found, and how many of them are in use. */
  overlap = 0
  overlapInUse = 0

  readonly #runs = new CopyRuns()
  readonly #log: KvEventLog | null

  /**
   * @param capacity blocks, >= 1
   * @param log where identities that come and go are noted, or null if nobody asks
   */
  constructor(capacity: number, log: KvEventLog | null = null) {
    this.capacity = capacity
    this.#log = log
  }

  /** Blocks that requests hold: private ones and copies in use. */
  get activeBlocks(): number {
    return this.#private + this.#cached - this.#inactive
  }

  /** Calls back for the stretches of identities that are cached. */
  eachStretch(visit: (first: number, count: number) => void): void {
    this.#runs.each(visit)
  }

  /** Follows the blocks of a prompt as far as they are cached; the answer is in `overlap` and `overlapInUse`. */
  lookUp(blocks: Int32Array, count: number): void {
    let inUse = 0
    let i = 0
    while (i < count) {
      const run = this.#runs.find(blocks[i]!)
      if (run === NONE) break
      const found = Math.min(endOfRun(blocks, i, count) - i, this.#runs.live(run))
      if (this.#runs.references(run) > 0) inUse += found
      i += found
    }
    this.overlap = i
    this.overlapInUse = inUse
  }

  /**
   * Takes blocks [from, to) of a request, the first `hits` of them out of the cache, the rest fresh and private: all or
   * none of them (engine-1.6.md 6.3). Only one that holds nothing has hits.
   */
  take(holder: BlockHolder, from: number, to: number, hits: number): boolean {
    const fresh = to - from - hits
    if (hits > 0) this.lookUp(holder.blocks, hits)
    const inactiveHits = hits > 0 ? hits - this.overlapInUse : 0
    const shortage = fresh - (this.capacity - this.#private - this.#cached)
    if (shortage > this.#inactive - inactiveHits) return false
    if (hits > 0) this.#referLeading(holder, hits)
    if (shortage > 0) this.#evict(shortage)
    this.#private += fresh
    return true
  }

  /** Takes one fresh block; `activeBlocks` are fewer than the pool has. */
  takeOne(): void {
    if (this.#private + this.#cached === this.capacity) this.#evict(1)
    this.#private++
  }

  /**
   * Private blocks of a request, up to its block `to`, were computed in full: they become copies that others can hit.
   * @param areOwn nobody else has such blocks
   */
  register(holder: BlockHolder, to: number, areOwn: boolean): void {
    const {blocks} = holder
    let i = holder.registered
    this.#private -= to - i
    this.#cached += to - i
    this.version++
    if (!areOwn) {
      // Others may have computed the same since it was looked up.
      this.lookUp(blocks, to)
      const {overlap} = this
      if (i < overlap) this.#cutBefore(blocks, i)
      while (i < overlap) {
        const run = this.#leading(blocks, i, overlap)
        this.#push(holder, this.#runs.addYounger(run))
        i += this.#runs.live(run)
      }
    }
    while (i < to) {
      const end = endOfRun(blocks, i, to)
      this.#append(holder, blocks[i]!, end - i)
      i = end
    }
    holder.registered = to
  }

  /** Gives back the `count` blocks that a request holds, last to first. */
  release(holder: BlockHolder, count: number): void {
    this.#private -= count - holder.registered
    for (let i = holder.runCount - 1; i >= 0; i--) {
      for (let run = holder.runs[i]!; run !== NONE; run = this.#runs.cutFrom(run)) {
        if (!this.#runs.unrefer(run)) continue
        this.version++
        this.#inactive += this.#runs.live(run)
      }
    }
    holder.runCount = 0
    holder.registered = 0
  }

  #referLeading(holder: BlockHolder, hits: number): void {
    const {blocks} = holder
    for (let i = 0; i < hits; ) {
      const run = this.#leading(blocks, i, hits)
      const live = this.#runs.live(run)
      if (this.#runs.refer(run)) {
        this.version++
        this.#inactive -= live
      }
      this.#push(holder, run)
      i += live
    }
    holder.registered = hits
  }

  /** A run that was cut off from the last one held stands for both. */
  #push(holder: BlockHolder, run: number): void {
    const last = holder.runCount - 1
    const at = last >= 0 && this.#runs.cutFrom(run) === holder.runs[last] ? last : holder.runCount++
    holder.runs[at] = run
  }

  #append(holder: BlockHolder, first: number, count: number): void {
    const last = holder.runCount === 0 ? NONE : holder.runs[holder.runCount - 1]!
    if (last !== NONE && this.#goesOn(last, first)) this.#runs.extend(last, count)
    else this.#push(holder, this.#runs.add(first, count))
    this.#log?.stored(first, first + count)
  }

  /** A run goes on with an identity if only its one holder is there to see. */
  #goesOn(run: number, identity: number): boolean {
    const isNext = this.#runs.first(run) + this.#runs.live(run) === identity
    return isNext && this.#runs.references(run) === 1 && this.#runs.isAlone(run)
  }

  /** The run that begins with block `i`, cut off where it does not go on as the blocks before `to` do. */
  #leading(blocks: Int32Array, i: number, to: number): number {
    const run = this.#runs.find(blocks[i]!)
    const wanted = endOfRun(blocks, i, to) - i
    return wanted < this.#runs.live(run) ? this.#runs.splitHead(run, wanted) : run
  }

  /** Sees to it that a run begins with block `at`, which is cached as are those before it. */
  #cutBefore(blocks: Int32Array, at: number): void {
    let i = 0
    while (i < at) {
      const run = this.#runs.find(blocks[i]!)
      const end = Math.min(endOfRun(blocks, i, at + 1), i + this.#runs.live(run))
      if (end > at) this.#runs.splitHead(run, at - i)
      i = end
    }
  }

  /** Evicts the blocks longest inactive; there are enough. */
  #evict(count: number): void {
    this.version++
    this.#cached -= count
    this.#inactive -= count
    for (let left = count; left > 0; ) {
      const run = this.#runs.oldest
      const live = this.#runs.live(run)
      const gone = Math.min(left, live)
      if (this.#runs.isAlone(run)) {
        const end = this.#runs.first(run) + live
        this.#log?.removed(end - gone, end)
      } else if (gone < live) this.#runs.splitHead(run, live - gone)
      if (gone < this.#runs.live(run)) this.#runs.shorten(run, gone)
      else this.#runs.drop(run)
      left -= gone
    }
  }
}
