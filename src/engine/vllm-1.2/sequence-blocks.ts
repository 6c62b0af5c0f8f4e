import type {ArrayPool} from '../array-pool.ts'
import {BlockLog} from '../block-log.ts'
import type {RouterListener, SchedulerSetup} from '../generation.ts'
import type {Prompts} from '../prompts.ts'
import {FreshIdentities} from './fresh-identities.ts'
import {KvCache, UNCHAINED} from './kv-cache.ts'
import {mostUnits, Sequence} from './sequence.ts'

/**
 * KV blocks of the sequences on one instance: which identities their units have, and getting and giving back the blocks
 * themselves. With prefix caching the blocks of a prompt have the trace's identities, so that prompts share them, and
 * each block is chained to the one before it. Without, every block is its own: a fresh identity and no parent.
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
  readonly #arrays: ArrayPool
  readonly #fresh: FreshIdentities

  constructor({
    args,
    prompts,
    arrays,
    listener,
    holders,
  }: Pick<SchedulerSetup, 'args' | 'prompts' | 'arrays' | 'listener' | 'holders'>) {
    this.#arrays = arrays
    this.#prompts = prompts
    this.#isPrefixCached = args.enable_prefix_caching
    this.#isFresh = !args.enable_prefix_caching || prompts.areUnshared
    this.#blockSize = args.block_size
    this.#listener = listener
    this.#log = listener === null ? null : new BlockLog()
    this.#cache = new KvCache(args.num_gpu_blocks, this.#log, holders)
    this.#fresh = new FreshIdentities(prompts.blockCount, group => this.#cache.hasGroup(group))
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
    this.#cache.tellAllEvicted()
  }

  createSequence(request: number, maxOutput: number): Sequence {
    const {inputLength, blockStart, blocks: identities} = this.#prompts
    const prompt = inputLength[request]!
    const from = this.#isFresh ? 0 : blockStart[request]!
    // What a request had generated before it was sent again is in no other prompt.
    const known = this.#isFresh ? 0 : blockStart[request + 1]! - from
    const promptBlocks = Math.floor(prompt / this.#blockSize)
    const most = mostUnits(prompt, maxOutput, this.#blockSize)
    const blocks = this.#arrays.take(most)
    for (let i = 0; i < promptBlocks; i++) {
      blocks[i] = i < known ? identities[from + i]! : this.#fresh.take()
    }
    const lengths = {prompt, maxOutput, promptBlocks}
    return new Sequence(request, lengths, blocks, this.#arrays.take(most), this.#blockSize)
  }

  /** Gives back all blocks of a sequence that is finished. */
  retire(sequence: Sequence): void {
    this.#release(sequence, sequence.units)
    this.#arrays.give(sequence.blocks)
    this.#arrays.give(sequence.slots)
  }

  /** Gives back all blocks of a sequence that will start again. */
  releaseAll(sequence: Sequence): void {
    this.#release(sequence, Math.ceil(sequence.allocated / this.#blockSize))
    sequence.allocated = 0
  }

  /** Leading complete blocks of a prompt that a KV router believes to be here. */
  cachedBlocks(request: number): number {
    if (this.#listener !== null) return this.#listener.index.cachedBlocks(request, this.#listener.instance)
    const {blockStart, blocks} = this.#prompts
    const from = blockStart[request]!
    const to = blockStart[request + 1]!
    return this.#cache.countRegistered(blocks.subarray(from, to), to - from)
  }

  /** Leading tokens of the prompt whose blocks are registered (engine.md 6.4). */
  cachedTokens(sequence: Sequence): number {
    if (!this.#isPrefixCached) return 0
    const count = this.#cache.countRegistered(sequence.blocks, sequence.fullUnits)
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
      const at = sequence.fullUnits++
      const block = this.#fresh.take()
      sequence.blocks[at] = block
      sequence.slots[at] = this.#cache.promotePartial(block, this.#parentOf(sequence, at))
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
    const {blocks, slots, fullUnits} = sequence
    if (from < fullUnits) {
      const full = Math.min(to, fullUnits)
      const parent = from === 0 && this.#isPrefixCached ? CHAIN_ROOT : this.#parentOf(sequence, from)
      const got = this.#cache.use(blocks, slots, from, full, parent)
      if (got < full) return got
    }
    if (to > fullUnits && !this.#cache.takePartial()) return fullUnits
    return to
  }

  /** Slot of the block before the given unit; a generated block at the head of a sequence belongs to no chain. */
  #parentOf({slots}: Sequence, unit: number): number {
    return this.#isPrefixCached && unit > 0 ? slots[unit - 1]! : UNCHAINED
  }

  /** Gives back the first `count` units, last one first: so a chain is evicted from its tail. */
  #release({slots, fullUnits}: Sequence, count: number): void {
    if (count > fullUnits) this.#cache.releasePartial()
    this.#cache.release(slots, Math.min(count, fullUnits))
  }

  #tellRouter(sequence: Sequence): void {
    if (this.#listener !== null) this.#listener.index.apply(this.#listener.instance, sequence, this.#log!)
  }
}

const CHAIN_ROOT = -1
