import type {EngineArgs} from '../../config/scenario.ts'
import {scaledDurationMs} from '../../core/duration.ts'
import {RunError} from '../../core/result.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import {ArrayPool} from '../array-pool.ts'
import {BlockLog} from '../block-log.ts'
import type {RouterListener} from '../generation.ts'
import type {Prompts} from '../prompts.ts'
import type {PassObserver, PassOutcome, Scheduler, SteadyPassObserver} from '../scheduler.ts'
import {runSteadyPasses, type SteadyBatch} from '../steady-passes.ts'
import {KvCache, UNCHAINED} from './kv-cache.ts'
import {FINISHED, mostUnits, PREEMPTED, RUNNING, Sequence} from './sequence.ts'
import {WaitingQueue} from './waiting-queue.ts'

const SCHEDULED = 0
const BLOCKED = 1
const CURRENT_PREEMPTED = 2

/**
 * Continuous batching as vLLM does it: one token budget per pass, running requests first, then admissions; prompt
 * chunks and single decode tokens share the budget; a request short of KV blocks pre-empts another (engine.md 5).
 */
export class VllmScheduler implements Scheduler {
  readonly #args: EngineArgs
  readonly #perf: PerfModel
  readonly #prompts: Prompts
  readonly #observer: PassObserver
  readonly #kv: KvCache
  readonly #listener: RouterListener | null
  readonly #log: BlockLog | null
  readonly #blockSize: number
  readonly #budget: number
  readonly #maxRunning: number
  readonly #decodeRatio: number
  readonly #prefillWorker: boolean
  readonly #decodeWorker: boolean
  readonly #capacityTokens: number

  readonly #arrays = new ArrayPool()
  readonly #waiting = new WaitingQueue()
  #running: Sequence[] = []
  #runningStale = false
  #requests = 0
  #freshBlock: number

  // The pass under way.
  #pass = 0
  #passStartMs = 0
  #remaining = 0
  #preemptedAny = false
  #batchSize = 0
  #batchIsl = 0
  #batchPrefix = 0
  readonly #outcome: MutableOutcome = {
    endMs: 0,
    completedCount: 0,
    signals: [],
    signalCompleted: [],
    numPrefillRequests: 0,
    sumPrefillTokens: 0,
    numDecodeRequests: 0,
    sumDecodeKvTokens: 0,
    numQueuedPrefill: 0,
    sumQueuedPrefillTokens: 0,
    numQueuedDecode: 0,
    sumQueuedDecodeKvTokens: 0,
  }
  #ready: Sequence[] = []
  #lastDecodeMs = Number.NaN
  #lastDecodeDurationMs = 0
  readonly notice = null
  readonly #steady: SteadyBatch

  /** @param listener a router that keeps an index of its own, because prefix caching is off */
  constructor(
    args: EngineArgs,
    perf: PerfModel,
    prompts: Prompts,
    observer: PassObserver,
    listener: RouterListener | null = null,
  ) {
    this.#args = args
    this.#perf = perf
    this.#prompts = prompts
    this.#observer = observer
    this.#steady = {
      observer,
      decodeMs: (count, total) => this.#decodeMs(count, total),
      passes: 0,
      lastStartMs: 0,
    }
    this.#listener = listener
    this.#log = listener === null ? null : new BlockLog()
    this.#kv = new KvCache(args.num_gpu_blocks, this.#log)
    this.#blockSize = args.block_size
    this.#budget = args.max_num_batched_tokens ?? Number.POSITIVE_INFINITY
    this.#maxRunning = args.max_num_seqs ?? Number.POSITIVE_INFINITY
    this.#decodeRatio = args.speedup_ratio * args.decode_speedup_ratio
    this.#prefillWorker = args.worker_type === 'prefill'
    this.#decodeWorker = args.worker_type === 'decode'
    this.#capacityTokens = args.num_gpu_blocks * args.block_size
    this.#freshBlock = prompts.blockCount
  }

  get steadyPasses(): number {
    return this.#steady.passes
  }

  get hasRequests(): boolean {
    return this.#requests > 0
  }

  receive(request: number, maxOutput: number): void {
    const {inputLength, blockStart} = this.#prompts
    const from = blockStart[request]!
    const promptBlocks = blockStart[request + 1]! - from
    const prompt = inputLength[request]!
    const most = mostUnits(prompt, maxOutput, this.#blockSize)
    const blocks = this.#arrays.take(most)
    for (let i = 0; i < promptBlocks; i++) {
      blocks[i] = this.#args.enable_prefix_caching ? this.#prompts.blocks[from + i]! : this.#freshBlock++
    }
    const lengths = {prompt, maxOutput, promptBlocks}
    const sequence = new Sequence(request, lengths, blocks, this.#arrays.take(most), this.#blockSize)
    this.#requests++
    this.#waiting.pushBack(sequence)
  }

  cachedBlocks(request: number): number {
    if (this.#listener !== null) return this.#listener.index.cachedBlocks(request, this.#listener.instance)
    const {blockStart, blocks} = this.#prompts
    const from = blockStart[request]!
    const to = blockStart[request + 1]!
    return this.#kv.countRegistered(blocks.subarray(from, to), to - from)
  }

  get kvShare(): number {
    return this.#kv.activeBlocks / this.#kv.capacity
  }

  get runningRequests(): number {
    return this.#running.length
  }

  get waitingRequests(): number {
    return this.#requests - this.#running.length
  }

  get residentRequests(): number {
    return this.#running.length + this.#waiting.countHolding()
  }

  executePass(nowMs: number): PassOutcome {
    this.#beginPass(nowMs)
    this.#scheduleRunning()
    this.#admit(nowMs)
    const decodeStart = nowMs + this.#prefillMs()
    if (this.#batchSize > 0) this.#tellChunks(decodeStart)
    const decodeMs = this.#emitTokens(decodeStart)
    this.#compactRunning()
    this.#fillOutcome(decodeStart + decodeMs)
    return this.#outcome
  }

  runSteadyPasses(nowMs: number, horizonMs: number, observer: SteadyPassObserver | null): number {
    const limit = this.#steadyLimit()
    this.#steady.passes = 0
    if (limit === 0) return nowMs
    const end = runSteadyPasses(this.#steady, this.#running, limit, nowMs, horizonMs, observer)
    if (end > nowMs) this.#advanceRunning(this.#steady.passes, end)
    return end
  }

  // --- scheduling ---

  /** Passes that can run before one of them admits, completes or needs a block; 0 if the batch is not steady. */
  #steadyLimit(): number {
    const running = this.#running
    if (running.length === 0 || running.length > this.#budget || this.#prefillWorker) return 0
    if (running.length >= this.#maxRunning ? !this.#waiting.isEmpty : this.#waiting.peek() !== null) return 0
    let limit = Number.POSITIVE_INFINITY
    for (let i = 0; i < running.length; i++) {
      const sequence = running[i]!
      if (sequence.computed + 1 !== sequence.length || sequence.allocated < sequence.length) return 0
      const toBlockEnd = this.#blockSize - ((sequence.length - 1) % this.#blockSize) - 1
      limit = Math.min(limit, toBlockEnd, sequence.maxOutput - sequence.generated - 1)
      if (limit === 0) return 0
    }
    return limit
  }

  #advanceRunning(passes: number, nowMs: number): void {
    const running = this.#running
    for (let i = 0; i < running.length; i++) {
      const sequence = running[i]!
      sequence.length += passes
      sequence.generated += passes
      sequence.computed += passes
      sequence.allocated = sequence.length
      if (passes > 1) this.#observer.tokensUntil(sequence.request, passes - 1, nowMs)
    }
  }

  #beginPass(nowMs: number): void {
    this.#pass++
    this.#passStartMs = nowMs
    this.#remaining = this.#budget
    this.#preemptedAny = false
    this.#batchSize = 0
    this.#batchIsl = 0
    this.#batchPrefix = 0
    const outcome = this.#outcome
    outcome.numPrefillRequests = 0
    outcome.sumPrefillTokens = 0
    outcome.numDecodeRequests = 0
    outcome.sumDecodeKvTokens = 0
    this.#compactRunning()
  }

  #scheduleRunning(): void {
    const running = this.#running
    let i = 0
    while (i < running.length && this.#remaining > 0) {
      const outcome = this.#schedule(running[i]!)
      if (outcome === BLOCKED) return
      if (outcome === SCHEDULED) i++
    }
  }

  #admit(nowMs: number): void {
    while (!this.#preemptedAny && this.#running.length < this.#maxRunning) {
      const sequence = this.#waiting.peek()
      if (sequence === null) return
      const reused = this.#cachedTokensForAdmission(sequence)
      if (reused < 0 || this.#schedule(sequence, reused) !== SCHEDULED) return
      this.#moveToRunning(sequence)
      this.#observer.admitted(sequence.request, nowMs, reused)
      if (sequence.passUsed === 0 && this.#remaining === 0) return
    }
  }

  /**
   * Cached prefix of a sequence about to be admitted; -1 when it is certain to be blocked. Without budget only a fully
   * cached prompt can go on, which a prompt with a partial block never is, so its prefix need not be looked up.
   */
  #cachedTokensForAdmission(sequence: Sequence): number {
    if (sequence.computed > 0) return 0
    if (this.#remaining === 0 && sequence.length % this.#blockSize !== 0) return -1
    return this.#cachedPrefixTokens(sequence)
  }

  #moveToRunning(sequence: Sequence): void {
    this.#waiting.leave(sequence)
    this.#waiting.setStatus(sequence, RUNNING)
    this.#running.push(sequence)
  }

  /** Gives the sequence as many tokens of this pass as budget and blocks allow (engine.md 5.3). */
  #schedule(
    sequence: Sequence,
    cached = sequence.computed === 0 ? this.#cachedPrefixTokens(sequence) : 0,
  ): number {
    const length = sequence.length
    const promptLength = sequence.promptLength
    const before = sequence.computed + cached
    const prefix = Math.min(before, promptLength)
    const remaining = Math.max(length - before, 0)
    if (!this.#args.enable_chunked_prefill && promptLength - prefix > this.#remaining) return BLOCKED
    const want = Math.min(remaining, this.#remaining)
    if (want === 0 && remaining > 0) return BLOCKED
    const after = before + want > sequence.allocated ? this.#allocate(sequence, before + want) : before + want
    if (after < 0) return CURRENT_PREEMPTED
    sequence.computed = after
    const used = Math.max(after - before, 0)
    if (used === 0 && after < length) return BLOCKED
    sequence.passUsed = used
    sequence.passPrefix = prefix
    sequence.passPromptTokens = Math.max(Math.min(after, promptLength) - prefix, 0)
    this.#countScheduled(sequence)
    this.#remaining -= used
    return SCHEDULED
  }

  /**
   * Gets blocks up to `target` tokens, pre-empting others if it must.
   * @returns tokens that count as computed, or -1 if the sequence itself was pre-empted
   */
  #allocate(sequence: Sequence, target: number): number {
    const blockSize = this.#blockSize
    const units = sequence.units
    let after = target
    for (;;) {
      if (target <= sequence.allocated) return after
      const from = Math.min(Math.ceil(sequence.allocated / blockSize), units)
      const to = Math.min(Math.ceil(target / blockSize), units)
      if (from === to) {
        sequence.allocated = target
        return after
      }
      const got = this.#useUnits(sequence, from, to)
      const committed = got === to ? target : got * blockSize
      sequence.allocated = Math.min(committed, target)
      after = Math.min(target, committed)
      if (got === to) return after
      const victim = this.#preempt()
      if (victim === null) return after
      this.#preemptedAny = true
      this.#undoScheduled(victim)
      if (victim === sequence) return -1
      after = target
    }
  }

  /** Takes units [from, to) in order; returns the first one not obtained, `to` if all were. */
  #useUnits(sequence: Sequence, from: number, to: number): number {
    const got = this.#takeUnits(sequence, from, to)
    this.#tellRouter(sequence)
    return got
  }

  #tellRouter(sequence: Sequence): void {
    if (this.#listener !== null) this.#listener.index.apply(this.#listener.instance, sequence, this.#log!)
  }

  #takeUnits(sequence: Sequence, from: number, to: number): number {
    const {blocks, slots, fullUnits} = sequence
    const chained = this.#args.enable_prefix_caching
    if (from < fullUnits) {
      const full = Math.min(to, fullUnits)
      const parent = chained && from > 0 ? slots[from - 1]! : -1
      const got = this.#kv.use(blocks, slots, from, full, chained ? parent : UNCHAINED)
      if (got < full) return got
    }
    if (to > fullUnits && !this.#kv.takePartial()) return fullUnits
    return to
  }

  #countScheduled(sequence: Sequence): void {
    sequence.passScheduled = this.#pass
    sequence.passLength = sequence.length
    const outcome = this.#outcome
    if (sequence.passPromptTokens === 0) {
      outcome.numDecodeRequests++
      outcome.sumDecodeKvTokens += sequence.length
      return
    }
    outcome.numPrefillRequests++
    outcome.sumPrefillTokens += sequence.passUsed
    if (this.#decodeWorker) return
    this.#batchSize++
    this.#batchIsl += sequence.passPrefix + sequence.passPromptTokens
    this.#batchPrefix += sequence.passPrefix
  }

  #undoScheduled(victim: Sequence): void {
    if (victim.passScheduled !== this.#pass) return
    victim.passScheduled = -1
    this.#remaining += victim.passUsed
    const outcome = this.#outcome
    if (victim.passPromptTokens === 0) {
      outcome.numDecodeRequests--
      outcome.sumDecodeKvTokens -= victim.passLength
      return
    }
    outcome.numPrefillRequests--
    outcome.sumPrefillTokens -= victim.passUsed
    if (this.#decodeWorker) return
    this.#batchSize = Math.max(this.#batchSize - 1, 0)
    this.#batchIsl = Math.max(this.#batchIsl - victim.passPrefix - victim.passPromptTokens, 0)
    this.#batchPrefix = Math.max(this.#batchPrefix - victim.passPrefix, 0)
  }

  /** Leading tokens of the prompt whose blocks are registered (engine.md 6.4). */
  #cachedPrefixTokens(sequence: Sequence): number {
    if (!this.#args.enable_prefix_caching) return 0
    const count = this.#kv.countRegistered(sequence.blocks, sequence.fullUnits)
    return Math.min(count * this.#blockSize, sequence.promptLength)
  }

  /** Takes the newest (lifo) or oldest (fifo) running sequence off the batch and frees its blocks (engine.md 5.4). */
  #preempt(): Sequence | null {
    const running = this.#running
    for (;;) {
      const victim = this.#args.preemption_mode === 'lifo' ? running.pop() : running.shift()
      if (victim === undefined) return null
      if (victim.status !== RUNNING) continue
      this.#waiting.setStatus(victim, PREEMPTED)
      victim.computed = 0
      this.#releaseUnits(victim, Math.ceil(victim.allocated / this.#blockSize))
      victim.allocated = 0
      if (!victim.inWaiting) this.#waiting.pushFront(victim)
      this.#observer.preempted(victim.request, this.#passStartMs)
      return victim
    }
  }

  #releaseUnits(sequence: Sequence, count: number): void {
    const {slots, fullUnits} = sequence
    if (count > fullUnits) this.#kv.releasePartial()
    for (let i = Math.min(count, fullUnits) - 1; i >= 0; i--) this.#kv.release(slots[i]!)
  }

  // --- time and tokens ---

  #prefillMs(): number {
    const n = this.#batchSize
    if (n === 0) return 0
    const isl = Math.floor(this.#batchIsl / n)
    const prefix = Math.floor(this.#batchPrefix / n)
    const ms = Math.max(this.#perf.prefillMs(n, Math.max(isl - prefix, 0), prefix), 0)
    return this.#duration(ms, this.#args.speedup_ratio)
  }

  /** Prompt chunks of the pass; those of requests pre-empted since are gone from the batch. */
  #tellChunks(endMs: number): void {
    for (const {request, passScheduled, passPromptTokens} of this.#running) {
      if (passScheduled !== this.#pass || passPromptTokens === 0) continue
      this.#observer.prefillChunk(request, this.#passStartMs, endMs, passPromptTokens)
    }
  }

  #duration(ms: number, ratio: number): number {
    if (!Number.isFinite(ms))
      throw new RunError(`the ${this.#perf.timing} timing gave a pass time of ${ms} ms`)
    return scaledDurationMs(ms, ratio)
  }

  /** Emits one token for each sequence whose tokens are all computed; returns the duration of the step (engine.md 5.5). */
  #emitTokens(decodeStart: number): number {
    const outcome = this.#outcome
    outcome.completedCount = 0
    outcome.signals.length = 0
    outcome.signalCompleted.length = 0
    const ready = this.#ready
    let count = 0
    let totalLength = 0
    for (const sequence of this.#running) {
      if (sequence.computed < sequence.length || sequence.generated >= sequence.maxOutput) continue
      ready[count++] = sequence
      totalLength += sequence.length
    }
    if (count === 0) return 0
    const decodeMs = this.#decodeMs(count, totalLength)
    const tokenTime = decodeStart + decodeMs
    let emitted = false
    for (let i = 0; i < count; i++) {
      const sequence = ready[i]!
      if (!this.#appendToken(sequence)) continue
      emitted = true
      this.#observer.token(sequence.request, tokenTime)
      const completed = sequence.generated === sequence.maxOutput
      if (completed || sequence.generated === 1) {
        outcome.signals.push(sequence.request)
        outcome.signalCompleted.push(completed)
      }
      if (completed) this.#finish(sequence)
    }
    return emitted ? decodeMs : 0
  }

  #decodeMs(count: number, totalLength: number): number {
    if (this.#prefillWorker) return 0
    const activeTokens = this.#kv.activeBlocks * this.#blockSize
    const context = Math.floor(totalLength / count)
    const ms = Math.max(this.#perf.decodeMs(count, activeTokens, context, this.#capacityTokens), 1)
    // Most steps of a steady batch take as long as the one before, and rounding to nanoseconds costs more than asking.
    if (ms !== this.#lastDecodeMs) {
      this.#lastDecodeDurationMs = this.#duration(ms, this.#decodeRatio)
      this.#lastDecodeMs = ms
    }
    return this.#lastDecodeDurationMs
  }

  /** False when the sequence lost its place for want of a block. */
  #appendToken(sequence: Sequence): boolean {
    for (;;) {
      if (sequence.status !== RUNNING) return false
      sequence.length++
      sequence.generated++
      if (sequence.length % this.#blockSize !== 1 || this.#startBlock(sequence)) {
        if (sequence.generated < sequence.maxOutput) sequence.allocated = sequence.length
        return true
      }
      sequence.length--
      sequence.generated--
      const victim = this.#preempt()
      if (victim === null || victim === sequence) return false
    }
  }

  /** The new token opens a block: the full one before it gets its identity, and a partial one is taken. */
  #startBlock(sequence: Sequence): boolean {
    if (sequence.hasPartialUnit) {
      const at = sequence.fullUnits++
      const block = this.#freshBlock++
      const parent = this.#args.enable_prefix_caching && at > 0 ? sequence.slots[at - 1]! : UNCHAINED
      sequence.blocks[at] = block
      sequence.slots[at] = this.#kv.promotePartial(block, parent)
      sequence.hasPartialUnit = false
    }
    sequence.hasPartialUnit = this.#kv.takePartial()
    this.#tellRouter(sequence)
    return sequence.hasPartialUnit
  }

  #finish(sequence: Sequence): void {
    this.#releaseUnits(sequence, sequence.units)
    this.#arrays.give(sequence.blocks)
    this.#arrays.give(sequence.slots)
    this.#waiting.setStatus(sequence, FINISHED)
    sequence.inWaiting = false
    this.#runningStale = true
    this.#requests--
    this.#outcome.completedCount++
  }

  #compactRunning(): void {
    if (!this.#runningStale) return
    const running = this.#running
    let kept = 0
    for (const sequence of running) if (sequence.status === RUNNING) running[kept++] = sequence
    running.length = kept
    this.#runningStale = false
  }

  #fillOutcome(endMs: number): void {
    const outcome = this.#outcome
    outcome.endMs = endMs
    outcome.numQueuedPrefill = this.#waiting.waitingCount
    outcome.sumQueuedPrefillTokens = this.#waiting.waitingTokens
    outcome.numQueuedDecode = this.#waiting.preemptedCount
    outcome.sumQueuedDecodeKvTokens = this.#waiting.preemptedTokens
  }
}

type MutableOutcome = {-readonly [K in keyof PassOutcome]: PassOutcome[K]} & {
  signals: number[]
  signalCompleted: boolean[]
}
