import {assert} from '../../core/assert.ts'
import {ArrayPool} from '../array-pool.ts'
import {BlockLog} from '../block-log.ts'
import type {RouterListener, SchedulerSetup} from '../generation.ts'
import type {Prompts} from '../prompts.ts'
import {FreshIdentities} from './fresh-identities.ts'
import {type Chain, KvCache} from './kv-cache.ts'
import {mostUnits, Sequence} from './sequence.ts'

/**
 * KV blocks of the sequences on one instance: which identities their units have, and getting and giving back the blocks
 * themselves. With prefix caching the blocks of a prompt have the trace's identities, so that prompts share them, and
 * those a request generates have fresh ones. Without, all are fresh, and nobody else finds them. Either way a block is chained to the one before it.
 */
export class SequenceBlocks {
  readonly #cache: KvCache
  readonly #prompts: Prompts
  readonly #isPrefixCached: boolean
  /** Blocks of prompts are numbered here: nobody else has the same. */
  readonly #isFresh: boolean
  readonly #blockSize: number
  readonly #listener: RouterListener | null
  readonly #log: BlockLog | null
  /** Where prompts have no columns. */
  readonly #arrays = new ArrayPool()
  readonly #fresh: FreshIdentities

  constructor({
    args,
    prompts,
    listener,
    holders,
  }: Pick<SchedulerSetup, 'args' | 'prompts' | 'listener' | 'holders'>) {
    this.#prompts = prompts
    this.#isPrefixCached = args.enable_prefix_caching
    this.#isFresh = !args.enable_prefix_caching || prompts.areUnshared
    this.#blockSize = args.block_size
    this.#listener = listener
    this.#log = listener === null ? null : new BlockLog()
    this.#cache = new KvCache(args.num_gpu_blocks, this.#log, holders)
    this.#fresh = new FreshIdentities(prompts.blockCount, this.#cache)
    prompts.living?.addCache(this.#cache)
  }

  get activeBlocks(): number {
    return this.#cache.activeBlocks
  }

  get share(): number {
    return this.#cache.activeBlocks / this.#cache.capacity
  }

  /** So many blocks can be had without a pre-emption: what is registered and not in use can be evicted. */
  hasRoomFor(blocks: number): boolean {
    return this.#cache.activeBlocks + blocks <= this.#cache.capacity
  }

  /** The instance is gone. */
  forgetHeld(): void {
    this.#prompts.living?.dropCache(this.#cache)
    this.#cache.tellAllEvicted()
  }

  createSequence(request: number, maxOutput: number): Sequence {
    const prompt = this.#prompts.inputLength[request]!
    const {blocks, start, known} = this.#promptBlocks(request)
    const fresh = this.#fresh.take(mostUnits(prompt, maxOutput, this.#blockSize) - known)
    const promptBlocks = Math.floor(prompt / this.#blockSize)
    const chain = {blocks, start, known, fresh}
    return new Sequence(request, {prompt, maxOutput, promptBlocks}, chain, this.#blockSize)
  }

  /**
   * The prompt's blocks that have an identity besides the instance's own. What a request had generated before it was sent again is in
   * no other prompt.
   */
  #promptBlocks(request: number): Omit<Chain, 'fresh'> {
    const {living, blockStart, blocks} = this.#prompts
    if (this.#isFresh) return {blocks, start: 0, known: 0}
    if (living === null) {
      const start = blockStart[request]!
      return {blocks, start, known: blockStart[request + 1]! - start}
    }
    const own = this.#arrays.take(Math.floor(this.#prompts.inputLength[request]! / this.#blockSize))
    return {blocks: own, start: 0, known: living.writeBlocks(request, own)}
  }

  /** Gives back all blocks of a sequence that is finished. */
  retire(sequence: Sequence): void {
    this.#release(sequence, sequence.units)
    if (this.#prompts.living !== null && !this.#isFresh) this.#arrays.give(sequence.blocks)
  }

  /** Gives back all blocks of a sequence that will start again. */
  releaseAll(sequence: Sequence): void {
    this.#release(sequence, Math.ceil(sequence.allocated / this.#blockSize))
    sequence.allocated = 0
  }

  /** Leading complete blocks of a prompt that a KV router believes to be here, where no holders say so. */
  cachedBlocks(request: number): number {
    assert(this.#listener !== null, 'a router without holders keeps an index')
    return this.#listener.index.cachedBlocks(request, this.#listener.instance)
  }

  /** Leading tokens of the prompt whose blocks are registered (engine.md 6.4). */
  cachedTokens(sequence: Sequence): number {
    if (!this.#isPrefixCached) return 0
    const count = this.#cache.countRegistered(sequence, sequence.fullUnits)
    return Math.min(count * this.#blockSize, sequence.promptLength)
  }

  /**
   * Gets blocks for the first `target` tokens, as far as there are any; `allocated` says how far that is.
   * @returns whether there were enough
   */
  extend(sequence: Sequence, target: number): boolean {
    if (target <= sequence.allocated) return true
    const {units} = sequence
    const from = Math.min(Math.ceil(sequence.allocated / this.#blockSize), units)
    const to = Math.min(Math.ceil(target / this.#blockSize), units)
    const got = from === to ? to : this.#use(sequence, from, to)
    sequence.allocated = got === to ? target : Math.min(got * this.#blockSize, target)
    return got === to
  }

  /**
   * A new token opens a block: the full one before it gets its identity, and a partial one is taken.
   * @returns whether there was a block
   */
  openBlock(sequence: Sequence): boolean {
    if (sequence.hasPartialUnit) {
      this.#cache.promotePartial(sequence, sequence.fullUnits++)
      sequence.hasPartialUnit = false
    }
    sequence.hasPartialUnit = this.#cache.takePartial()
    this.#tellRouter(sequence)
    return sequence.hasPartialUnit
  }

  /** Takes units [from, to) in order; returns the first one not obtained, `to` if all were. */
  #use(sequence: Sequence, from: number, to: number): number {
    const got = this.#takeUnits(sequence, from, to)
    this.#tellRouter(sequence)
    return got
  }

  #takeUnits(sequence: Sequence, from: number, to: number): number {
    const {fullUnits} = sequence
    if (from < fullUnits) {
      const full = Math.min(to, fullUnits)
      const got = this.#cache.use(sequence, from, full)
      if (got < full) return got
    }
    if (to > fullUnits && !this.#cache.takePartial()) return fullUnits
    return to
  }

  /** Gives back the first `count` units, which are all there are, last one first: so a chain is evicted from its tail. */
  #release(sequence: Sequence, count: number): void {
    if (count > sequence.fullUnits) this.#cache.releasePartial()
    this.#cache.release(sequence)
  }

  #tellRouter(sequence: Sequence): void {
    if (this.#listener !== null) this.#listener.index.apply(this.#listener.instance, sequence, this.#log!)
  }
}
