import type {EngineArgs} from '../../config/scenario.ts'
import {ArrayPool} from '../array-pool.ts'
import {type Prompts, writePromptBlocks} from '../prompts.ts'
import {FreshIdentities} from '../vllm-1.2/fresh-identities.ts'
import {BlockPool} from './block-pool.ts'
import type {KvEventLog} from './kv-event-log.ts'
import {mostEntries, Sequence} from './sequence.ts'

/**
 * KV blocks of the sequences on one instance, generation 1.6 (engine-1.6.md 6): what identities they have, and taking and
 * giving back the blocks themselves. At any time a sequence holds the blocks of its first `allocated` tokens, and of
 * those that are computed in full each is a copy which others can hit.
 */
export class SequenceBlocks {
  readonly pool: BlockPool
  readonly #prompts: Prompts
  readonly #blockSize: number
  readonly #isPrefixCached: boolean
  /** TensorRT-LLM takes a prompt's last token out of the cache, too. */
  readonly #reusesAll: boolean
  readonly #arrays = new ArrayPool()
  readonly #fresh: FreshIdentities

  constructor(args: EngineArgs, prompts: Prompts, kvEvents: KvEventLog | null) {
    this.pool = new BlockPool(args.num_gpu_blocks, kvEvents)
    this.#prompts = prompts
    this.#blockSize = args.block_size
    this.#isPrefixCached = args.enable_prefix_caching
    this.#reusesAll = args.engine_type === 'trtllm'
    this.#fresh = new FreshIdentities(prompts.blockCount, this.pool)
    prompts.living?.addCache(this.pool)
  }

  /** The instance is gone. */
  forget(): void {
    this.#prompts.living?.dropCache(this.pool)
  }

  /** Blocks that can be had without a pre-emption: what is cached and not in use can be evicted. */
  get free(): number {
    return this.pool.capacity - this.pool.activeBlocks
  }

  /** Blocks of so many tokens, the last one perhaps incomplete. */
  countFor(tokens: number): number {
    return Math.ceil(tokens / this.#blockSize)
  }

  createSequence(request: number, maxOutput: number): Sequence {
    const prompt = this.#prompts.inputLength[request]!
    const promptBlocks = this.#promptBlocks(request)
    const entries = mostEntries(prompt, maxOutput, this.#blockSize)
    const blocks = this.#arrays.take(entries)
    if (this.#isPrefixCached) this.#writeIdentities(request, blocks, entries)
    return new Sequence(request, {prompt, maxOutput, promptBlocks}, blocks, this.#arrays.take(entries))
  }

  /** What of it is cached (engine-1.6.md 6.4); the last token is always computed, unless there is none to come. */
  lookUp(sequence: Sequence): Sequence {
    const {pool} = this
    if (sequence.lookedUpAt === pool.version) return sequence
    sequence.lookedUpAt = pool.version
    if (!this.#isPrefixCached) return sequence
    const blockSize = this.#blockSize
    pool.lookUp(sequence.blocks, sequence.identified)
    const most =
      sequence.isComplete || this.#reusesAll
        ? sequence.length
        : Math.floor((sequence.length - 1) / blockSize) * blockSize
    sequence.cachedTokens = Math.min(pool.overlap * blockSize, most)
    sequence.cachedInUse = Math.min(pool.overlapInUse * blockSize, most)
    return sequence
  }

  /**
   * Takes the blocks up to `target` tokens, of which `cached` are in the cache: all that are missing or none.
   * @returns whether they were there
   */
  extend(sequence: Sequence, target: number, cached: number): boolean {
    const from = this.countFor(sequence.allocated)
    const hits = Math.max(Math.floor(cached / this.#blockSize) - from, 0)
    if (!this.pool.take(sequence, from, this.countFor(target), hits)) return false
    sequence.allocated = target
    return true
  }

  /** Takes the block that the sequence's token `length` is the first of; there is one, free or to be evicted. */
  openNext(sequence: Sequence, length: number): void {
    this.pool.takeOne()
    sequence.allocated = length
  }

  /** The first `tokens` are computed: blocks complete by now can be hit from here on, by requests of this very pass, too. */
  computed(sequence: Sequence, tokens: number): void {
    const to = Math.floor(tokens / this.#blockSize)
    if (!this.#isPrefixCached || to <= sequence.registered) return
    if (to > sequence.identified) this.#identify(sequence, to)
    const areOwn = sequence.blocks[sequence.registered]! >= this.#prompts.blockCount
    this.pool.register(sequence, to, areOwn)
  }

  /** Gives back all blocks of a sequence. */
  drop(sequence: Sequence): void {
    this.pool.release(sequence, this.countFor(sequence.allocated))
    sequence.allocated = 0
  }

  /** The sequence is not needed any more, and holds no blocks. */
  recycle(sequence: Sequence): void {
    this.#arrays.give(sequence.blocks)
    this.#arrays.give(sequence.runs)
  }

  /** Blocks of generated tokens are nobody else's, unless a later turn sends them as part of its prompt. */
  #identify(sequence: Sequence, to: number): void {
    const {continuedBy, blockStart, blocks} = this.#prompts
    const next = continuedBy === null ? -1 : continuedBy[sequence.request]!
    if (next >= 0) {
      const known = blockStart[next + 1]! - blockStart[next]!
      for (let i = sequence.identified; i < Math.min(to, known); i++)
        sequence.blocks[i] = blocks[blockStart[next]! + i]!
    }
    sequence.identified = to
  }

  #writeIdentities(request: number, blocks: Int32Array, entries: number): void {
    const known = writePromptBlocks(this.#prompts, request, blocks)
    const fresh = this.#fresh.take(entries - known)
    for (let i = known; i < entries; i++) blocks[i] = fresh + i - known
  }

  /** Complete blocks of the prompt that have an identity. */
  #promptBlocks(request: number): number {
    const {areUnshared, living, inputLength, blockStart} = this.#prompts
    if (!this.#isPrefixCached) return 0
    if (areUnshared || living !== null) return Math.floor(inputLength[request]! / this.#blockSize)
    return blockStart[request + 1]! - blockStart[request]!
  }
}
