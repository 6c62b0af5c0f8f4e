import type {EngineArgs} from '../../config/scenario.ts'
import {scaledDurationMs} from '../../core/duration.ts'
import {empty} from '../../core/empty.ts'
import {RunError} from '../../core/result.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import {ArrayPool} from '../array-pool.ts'
import {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {Prompts} from '../prompts.ts'
import type {PassObserver} from '../scheduler.ts'
import {COMPLETED, FIRST_TOKEN, type PassOutcome16, REJECTED, type Scheduler16} from '../scheduler-1.6.ts'
import {SteadyRun} from '../steady-run.ts'
import {BlockPool, PRIVATE} from './block-pool.ts'
import type {KvEventLog} from './kv-event-log.ts'
import {mostEntries, Sequence} from './sequence.ts'
import {VllmDestination} from './vllm-destination.ts'
import {WaitingQueue} from './waiting-queue.ts'

const SCHEDULED = 0
const BLOCKED = 1
const CURRENT_PREEMPTED = 2

export interface SchedulerInputs {
  readonly args: EngineArgs
  readonly perf: PerfModel
  readonly prompts: Prompts
  readonly observer: PassObserver
  /** A KV router wants to hear what comes into the cache and goes. */
  readonly kvEvents: KvEventLog | null
}

/**
 * Continuous batching as vLLM does it, generation 1.6 (engine-1.6.md 5). Against 1.2: the first token comes out of the
 * prompt's own pass; a request is admitted only when there is room for all that is known of it, and rejected when there
 * never can be; no block is needed to emit a token, only to compute it in the next pass.
 */
export class VllmScheduler implements Scheduler16 {
  readonly #args: EngineArgs
  readonly #perf: PerfModel
  readonly #prompts: Prompts
  readonly #observer: PassObserver
  readonly #pool: BlockPool
  readonly #blockSize: number
  readonly #budget: number
  readonly #maxRunning: number
  readonly #maxModelLength: number
  readonly #decodeRatio: number
  readonly #leastDecodeMs: number
  readonly #isPrefill: boolean
  readonly #isDecode: boolean
  readonly #isLifo: boolean
  /** TensorRT-LLM: a request comes in only when there is room for all it may become, and is never pre-empted. */
  readonly #neverEvicts: boolean
  readonly #capacityTokens: number
  readonly kvEvents: KvEventLog | null
  readonly destination: VllmDestination | null

  readonly #arrays = new ArrayPool()
  readonly #waiting = new WaitingQueue()
  readonly #running: Sequence[] = []
  /** Of a prefill instance: finished prompts whose KV cache the destination does not have yet. */
  readonly #sources = new Map<number, Sequence>()
  #freshBlock: number

  // The pass under way.
  #pass = 0
  #passStartMs = 0
  #remaining = 0
  #preemptedAny = false
  #scheduledCount = 0
  #admittedAny = false
  #batchSize = 0
  #batchIsl = 0
  #batchPrefix = 0
  readonly #ready: Sequence[] = []
  readonly #rejected: number[] = []
  readonly #outcome = new OutcomeRow16()
  #lastDecodeMs = Number.NaN
  #lastDecodeDurationMs = 0
  readonly #steady: SteadyRun

  constructor({args, perf, prompts, observer, kvEvents}: SchedulerInputs) {
    this.#args = args
    this.#perf = perf
    this.#prompts = prompts
    this.#observer = observer
    this.kvEvents = kvEvents
    this.#steady = new SteadyRun(observer, (count, total) => this.#decodeMs(count, total), perf.tally ?? null)
    this.#pool = new BlockPool(args.num_gpu_blocks, kvEvents)
    this.#blockSize = args.block_size
    this.#budget = args.max_num_batched_tokens ?? Number.POSITIVE_INFINITY
    this.#maxRunning = args.max_num_seqs ?? Number.POSITIVE_INFINITY
    this.#maxModelLength = args.max_model_len ?? Number.POSITIVE_INFINITY
    this.#decodeRatio = args.speedup_ratio * args.decode_speedup_ratio
    // A fixed time is taken as it is given; all other timings take at least a millisecond (engine-1.6.md 4.3).
    this.#leastDecodeMs = perf.timing === 'fixed' ? 0 : 1
    this.#isPrefill = args.worker_type === 'prefill'
    this.#isDecode = args.worker_type === 'decode'
    this.#isLifo = args.preemption_mode === 'lifo'
    this.#neverEvicts = args.engine_type === 'trtllm'
    this.#capacityTokens = args.num_gpu_blocks * args.block_size
    this.#freshBlock = prompts.blockCount
    this.destination = this.#isDecode
      ? new VllmDestination({
          pool: this.#pool,
          blockSize: this.#blockSize,
          canRun: () => this.#running.length < this.#maxRunning,
          create: (request, maxOutput) => this.#createSequence(request, maxOutput),
          refuses: (request, maxOutput) => this.#isTooLong(this.#prompts.inputLength[request]!, maxOutput),
          sharesCache: !this.#neverEvicts,
          hasRoomFor: sequence => !this.#neverEvicts || this.#blocksToEnd(sequence) <= this.#available(null),
          activate: sequence => this.#activate(sequence),
        })
      : null
  }

  get steadyPasses(): number {
    return this.#steady.passes
  }

  get lastSteadyStartMs(): number {
    return this.#steady.lastStartMs
  }

  get outcome(): PassOutcome16 {
    return this.#outcome
  }

  get hasRequests(): boolean {
    return this.#running.length > 0 || !this.#waiting.isEmpty
  }

  get isEmpty(): boolean {
    return !this.hasRequests && this.#sources.size === 0 && (this.destination?.isEmpty ?? true)
  }

  get waitingRequests(): number {
    return this.#waiting.newCount + this.#waiting.decodeCount + (this.destination?.pendingCount ?? 0)
  }

  get runningRequests(): number {
    return this.#running.length
  }

  /** Those whose prompt came from elsewhere hold its blocks while they wait. */
  get residentRequests(): number {
    const held = this.#waiting.handedOffCount + (this.destination?.reservedCount ?? 0)
    return this.#running.length + this.#sources.size + held
  }

  get kvShare(): number {
    return this.#pool.activeBlocks / this.#pool.capacity
  }

  receive(request: number, maxOutput: number): void {
    this.#waiting.pushBack(this.#createSequence(request, maxOutput))
  }

  executePass(nowMs: number): PassOutcome16 {
    this.#settle()
    this.#beginPass(nowMs)
    this.#scheduleRunning()
    this.#admit(nowMs)
    const decodeStart = nowMs + this.#prefillMs()
    if (this.#outcome.numPrefillRequests > 0) this.#tellChunks(decodeStart)
    this.#emitTokens(decodeStart)
    this.#finishOutcome()
    return this.#outcome
  }

  runSteadyPasses(nowMs: number, horizonMs: number): number {
    const steady = this.#steady
    if (!this.#staysSteady()) {
      this.#settle()
      const limit = this.#steadyLimit()
      if (limit === 0) return nowMs
      steady.open(this.#running, limit)
    }
    const endMs = steady.run(this.#running, nowMs, horizonMs, null)
    if (endMs > nowMs) this.#fillSteadyOutcome(endMs)
    return endMs
  }

  retire(): void {
    this.#settle()
  }

  releaseSource(request: number): void {
    const sequence = this.#sources.get(request)
    if (sequence === undefined) return
    this.#sources.delete(request)
    this.#dropBlocks(sequence)
    this.#recycle(sequence)
  }

  #createSequence(request: number, maxOutput: number): Sequence {
    const {inputLength, blockStart, blocks: all} = this.#prompts
    const from = blockStart[request]!
    const prompt = inputLength[request]!
    const promptBlocks = this.#args.enable_prefix_caching ? blockStart[request + 1]! - from : 0
    const most = this.#mostOutput(prompt, maxOutput)
    const entries = mostEntries(prompt, most, this.#blockSize)
    const blocks = this.#arrays.take(entries)
    for (let i = 0; i < promptBlocks; i++) blocks[i] = all[from + i]!
    const lengths = {prompt, maxOutput: most, promptBlocks}
    return new Sequence(request, lengths, blocks, this.#arrays.take(entries))
  }

  /** A prompt beyond the model's length is never admitted, so what it may generate does not matter. */
  #mostOutput(prompt: number, maxOutput: number): number {
    const most = Math.max(Math.min(maxOutput, this.#maxModelLength - prompt), 0)
    // TensorRT-LLM takes on no more than fits into the pool, unless the prompt alone does not.
    const room = this.#capacityTokens - prompt
    return this.#neverEvicts && room > 0 ? Math.min(most, room) : most
  }

  /** It can never be admitted. */
  #isTooLong(promptLength: number, maxOutput: number): boolean {
    if (promptLength >= this.#maxModelLength) return true
    const most = this.#neverEvicts ? this.#mostOutput(promptLength, maxOutput) : 0
    return Math.ceil((promptLength + most) / this.#blockSize) > this.#pool.capacity
  }

  // --- passes in which every request gets one more token and nothing else happens ---

  /** Passes that can run before one of them admits, completes, takes or completes a block; 0 if the batch is not steady. */
  #steadyLimit(): number {
    const running = this.#running
    if (running.length === 0 || running.length > this.#budget || this.#isPrefill) return 0
    const blockSize = this.#blockSize
    let limit = Number.POSITIVE_INFINITY
    for (let i = 0; i < running.length; i++) {
      const sequence = running[i]!
      const inBlock = sequence.length % blockSize
      if (inBlock < 2 || sequence.computed + 1 !== sequence.length) return 0
      // The last token of a prompt is prefilled still, however alone it is.
      if (sequence.computed < sequence.promptLength) return 0
      limit = Math.min(limit, blockSize - inBlock, sequence.maxOutput - sequence.generated - 1)
      if (limit === 0) return 0
    }
    if (this.destination?.mayReserve || !this.#mustAllWait()) return 0
    return limit
  }

  /** Nobody who waits can be admitted or rejected as long as the blocks in use stay as they are. */
  #mustAllWait(): boolean {
    if (this.#waiting.isEmpty || this.#running.length >= this.#maxRunning) return true
    const sequence = this.#candidate()
    if (sequence === null) return true
    return !sequence.isMaterialised && !this.#mustReject(sequence) && !this.#hasRoomFor(sequence)
  }

  /** The run under way goes on without another look at the batch: nobody has come who might be admitted. */
  #staysSteady(): boolean {
    if (!this.#steady.isOpen || this.destination?.mayReserve) return false
    return this.#waiting.isEmpty || this.#running.length >= this.#maxRunning
  }

  /** Writes down what steady passes did to the sequences. */
  #settle(): void {
    const passes = this.#steady.close()
    if (passes === 0) return
    const running = this.#running
    const {endMs} = this.#steady
    for (let i = 0; i < running.length; i++) {
      const sequence = running[i]!
      sequence.length += passes
      sequence.generated += passes
      sequence.computed += passes
      sequence.allocated = sequence.computed
      if (passes > 1) this.#observer.tokensUntil(sequence.request, passes - 1, endMs)
    }
  }

  #fillSteadyOutcome(endMs: number): void {
    const outcome = this.#outcome
    const {passes, count, total} = this.#steady
    this.#clearCounts()
    empty(outcome.signals)
    empty(outcome.signalKinds)
    outcome.completedCount = 0
    outcome.endMs = endMs
    outcome.decodeTokens = passes * count
    outcome.numDecodeRequests = count
    // The newest token of each is not computed yet.
    outcome.sumDecodeKvTokens = total - count
    this.#countQueue()
  }

  // --- scheduling ---

  #beginPass(nowMs: number): void {
    this.#pass++
    this.#passStartMs = nowMs
    this.#remaining = this.#budget
    this.#preemptedAny = false
    this.#admittedAny = false
    this.#scheduledCount = 0
    this.#batchSize = 0
    this.#batchIsl = 0
    this.#batchPrefix = 0
    empty(this.#rejected)
    this.#clearCounts()
  }

  #clearCounts(): void {
    const outcome = this.#outcome
    outcome.numPrefillRequests = 0
    outcome.sumPrefillTokens = 0
    outcome.sumPrefillKvTokens = 0
    outcome.numDecodeRequests = 0
    outcome.sumDecodeKvTokens = 0
  }

  #scheduleRunning(): void {
    const running = this.#running
    let i = 0
    while (i < running.length && this.#remaining > 0) {
      const outcome = this.#schedule(running[i]!, 0)
      if (outcome === BLOCKED) return
      if (outcome === SCHEDULED) i++
    }
  }

  #admit(nowMs: number): void {
    while (!this.#preemptedAny && this.#running.length < this.#maxRunning) {
      const sequence = this.#candidate()
      if (sequence === null) return
      if (this.#mustReject(sequence)) {
        this.#reject(sequence)
        continue
      }
      const isReady = sequence.isMaterialised
      if (!isReady && !this.#hasRoomFor(sequence)) return
      // Something of it is left to compute, whatever is cached.
      if (this.#remaining === 0 && !isReady && !sequence.isComplete && !this.#neverEvicts) return
      const reused = isReady ? 0 : this.#lookUp(sequence).cachedTokens
      if (this.#schedule(sequence, reused) !== SCHEDULED) return
      this.#waiting.remove(sequence)
      this.#running.push(sequence)
      this.#admittedAny = true
      this.#observer.admitted(sequence.request, nowMs, reused)
      if (sequence.passUsed === 0 && this.#remaining === 0) return
    }
  }

  /**
   * The next to admit. While a decode instance has accepted requests it has no blocks for yet, nobody comes in who needs
   * blocks, too (disagg-1.6.md 4.3).
   */
  #candidate(): Sequence | null {
    return this.destination?.isBlocking ? this.#waiting.firstMaterialised : this.#waiting.first
  }

  #mustReject(sequence: Sequence): boolean {
    if (sequence.promptLength >= this.#maxModelLength) return true
    if (this.#neverEvicts) return this.#blocksOf(sequence) > this.#pool.capacity
    return !sequence.isPreempted && Math.ceil(sequence.length / this.#blockSize) > this.#pool.capacity
  }

  #reject(sequence: Sequence): void {
    this.#waiting.remove(sequence)
    this.#rejected.push(sequence.request)
    this.#recycle(sequence)
  }

  /** Blocks of prompt and output together. */
  #blocksOf(sequence: Sequence): number {
    return Math.ceil((sequence.promptLength + sequence.maxOutput) / this.#blockSize)
  }

  /** Blocks it will still take (sglang-trtllm-1.6.md 2). */
  #blocksToEnd(sequence: Sequence): number {
    const {allocated} = sequence
    const has =
      allocated === 0
        ? Math.floor(this.#lookUp(sequence).cachedInUse / this.#blockSize)
        : Math.ceil(allocated / this.#blockSize)
    return Math.max(this.#blocksOf(sequence) - has, 0)
  }

  /** Blocks nobody has and none of those admitted will need. */
  #available(candidate: Sequence | null): number {
    let free = Math.max(this.#pool.capacity - this.#pool.activeBlocks, 0)
    for (const sequence of this.#running) free -= this.#blocksToEnd(sequence)
    free = Math.max(free, 0)
    for (const sequence of this.destination?.reservedSequences ?? []) {
      const reserved = Math.ceil(sequence.promptLength / this.#blockSize)
      free -= Math.max(this.#blocksOf(sequence) - reserved, 0)
    }
    for (const sequence of this.#waiting)
      if (sequence.isMaterialised && sequence !== candidate) free -= this.#blocksToEnd(sequence)
    return Math.max(free, 0)
  }

  /** Room for all its known tokens; blocks that others hold already cost nothing, those merely cached do. */
  #hasRoomFor(sequence: Sequence): boolean {
    if (this.#neverEvicts) return this.#blocksToEnd(sequence) <= this.#available(sequence)
    const blockSize = this.#blockSize
    const wanted = Math.ceil(sequence.length / blockSize)
    const free = this.#pool.capacity - this.#pool.activeBlocks
    if (wanted <= free) return true
    return wanted - Math.floor(this.#lookUp(sequence).cachedInUse / blockSize) <= free
  }

  /** What of it is cached (engine-1.6.md 6.4); the last token is always computed, unless there is none to come. */
  #lookUp(sequence: Sequence): Sequence {
    const pool = this.#pool
    if (sequence.lookedUpAt === pool.version) return sequence
    sequence.lookedUpAt = pool.version
    if (!this.#args.enable_prefix_caching) return sequence
    const blockSize = this.#blockSize
    pool.lookUp(sequence.blocks, sequence.identified)
    const most =
      sequence.isComplete || this.#neverEvicts
        ? sequence.length
        : Math.floor((sequence.length - 1) / blockSize) * blockSize
    sequence.cachedTokens = Math.min(pool.overlap * blockSize, most)
    sequence.cachedInUse = Math.min(pool.overlapInUse * blockSize, most)
    return sequence
  }

  /** Gives the sequence as many tokens of this pass as budget and blocks allow (engine-1.6.md 5.3). */
  #schedule(sequence: Sequence, cached: number): number {
    const {length, promptLength} = sequence
    const before = sequence.computed + cached
    const prefix = Math.min(before, promptLength)
    const remaining = Math.max(length - before, 0)
    if (!this.#args.enable_chunked_prefill && promptLength - prefix > this.#remaining) return BLOCKED
    const want = Math.min(remaining, this.#remaining)
    if (want === 0 && remaining > 0) return BLOCKED
    let after = before + want
    if (after > sequence.allocated) {
      const got = this.#allocate(sequence, after, cached)
      if (got < 0) return CURRENT_PREEMPTED
      after = got === 0 ? before : after
      if (got > 0) sequence.computed = after
    } else sequence.computed = after
    if (after === before && after < length) return BLOCKED
    if (this.#args.enable_prefix_caching) this.#registerComplete(sequence, before, after)
    sequence.passUsed = after - before
    sequence.passPrefix = prefix
    sequence.passPromptTokens = Math.max(Math.min(after, promptLength) - prefix, 0)
    this.#countScheduled(sequence)
    this.#remaining -= sequence.passUsed
    return SCHEDULED
  }

  /**
   * Gets blocks up to `target` tokens, pre-empting others if it must: 1 if it got them, 0 if not, -1 if the sequence
   * itself was pre-empted.
   */
  #allocate(sequence: Sequence, target: number, cached: number): number {
    const blockSize = this.#blockSize
    const from = Math.ceil(sequence.allocated / blockSize)
    const to = Math.ceil(target / blockSize)
    const hits = Math.max(Math.floor(cached / blockSize) - from, 0)
    while (!this.#pool.take(sequence.blocks, sequence.copies, from, to, hits)) {
      const victim = this.#preempt()
      if (victim === null) return 0
      this.#preemptedAny = true
      this.#undoScheduled(victim)
      if (victim === sequence) return -1
    }
    sequence.allocated = target
    return 1
  }

  /** Blocks computed in full can be hit from now on, by requests of this very pass, too. */
  #registerComplete(sequence: Sequence, before: number, after: number): void {
    const blockSize = this.#blockSize
    const to = Math.floor(after / blockSize)
    for (let i = Math.floor(before / blockSize); i < to; i++) {
      if (sequence.copies[i] !== PRIVATE) continue
      if (i >= sequence.identified) {
        sequence.blocks[i] = this.#generatedBlock(sequence.request, i)
        sequence.identified = i + 1
      }
      sequence.copies[i] = this.#pool.register(sequence.blocks[i]!)
    }
  }

  /** Identity of a block with generated tokens: nobody else's, unless a later turn sends them as part of its prompt. */
  #generatedBlock(request: number, index: number): number {
    const {continuedBy, blockStart, blocks} = this.#prompts
    const next = continuedBy === null ? -1 : continuedBy[request]!
    const at = next < 0 ? 0 : blockStart[next]! + index
    return next >= 0 && at < blockStart[next + 1]! ? blocks[at]! : this.#freshBlock++
  }

  #countScheduled(sequence: Sequence): void {
    sequence.passScheduled = this.#pass
    sequence.passLength = sequence.length
    this.#scheduledCount++
    const outcome = this.#outcome
    if (sequence.passPromptTokens === 0) {
      if (sequence.isComplete) return
      outcome.numDecodeRequests++
      outcome.sumDecodeKvTokens += sequence.length
      return
    }
    outcome.numPrefillRequests++
    outcome.sumPrefillTokens += sequence.passUsed
    outcome.sumPrefillKvTokens += sequence.passPrefix
    this.#batchSize++
    this.#batchIsl += sequence.passPrefix + sequence.passPromptTokens
    this.#batchPrefix += sequence.passPrefix
  }

  #undoScheduled(victim: Sequence): void {
    if (victim.passScheduled !== this.#pass) return
    victim.passScheduled = -1
    this.#scheduledCount--
    this.#remaining += victim.passUsed
    const outcome = this.#outcome
    if (victim.passPromptTokens === 0) {
      outcome.numDecodeRequests--
      outcome.sumDecodeKvTokens -= victim.passLength
      return
    }
    outcome.numPrefillRequests--
    outcome.sumPrefillTokens -= victim.passUsed
    outcome.sumPrefillKvTokens -= victim.passPrefix
    this.#batchSize--
    this.#batchIsl -= victim.passPrefix + victim.passPromptTokens
    this.#batchPrefix -= victim.passPrefix
  }

  /** Takes the newest (lifo) or oldest (fifo) running sequence off the batch and frees its blocks (engine-1.6.md 5.4). */
  #preempt(): Sequence | null {
    if (this.#neverEvicts) return null
    const victim = this.#isLifo ? this.#running.pop() : this.#running.shift()
    if (victim === undefined) return null
    this.#dropBlocks(victim)
    victim.computed = 0
    victim.isPreempted = true
    victim.isMaterialised = false
    victim.lookedUpAt = -1
    this.#waiting.pushFront(victim)
    this.destination?.spaceChanged()
    this.#observer.preempted(victim.request, this.#passStartMs)
    return victim
  }

  #dropBlocks(sequence: Sequence): void {
    this.#pool.release(sequence.copies, 0, Math.ceil(sequence.allocated / this.#blockSize))
    sequence.allocated = 0
  }

  #recycle(sequence: Sequence): void {
    this.#arrays.give(sequence.blocks)
    this.#arrays.give(sequence.copies)
  }

  /** A prompt has come from a prefill instance: its blocks count as computed here. */
  #activate(sequence: Sequence): void {
    sequence.isHandedOff = true
    sequence.isMaterialised = true
    sequence.computed = sequence.promptLength
    sequence.allocated = sequence.promptLength
    if (this.#args.enable_prefix_caching) this.#registerComplete(sequence, 0, sequence.promptLength)
    this.#waiting.insertByOrdinal(sequence)
  }

  // --- time and tokens ---

  #prefillMs(): number {
    const n = this.#batchSize
    if (n === 0 || this.#isDecode) return 0
    const prefix = Math.floor(this.#batchPrefix / n)
    const newTokens = Math.floor(this.#batchIsl / n) - prefix
    if (newTokens <= 0) return 0
    const ms = Math.max(this.#perf.prefillMs(n, newTokens, prefix), 0)
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

  #decodeMs(count: number, totalLength: number): number {
    if (this.#isPrefill) return 0
    const context = Math.floor(totalLength / count)
    const ms = Math.max(
      this.#perf.decodeMs(count, totalLength, context, this.#capacityTokens),
      this.#leastDecodeMs,
    )
    // Most steps of a steady batch take as long as the one before, and rounding to nanoseconds costs more than asking.
    if (ms !== this.#lastDecodeMs) {
      this.#lastDecodeDurationMs = this.#duration(ms, this.#decodeRatio)
      this.#lastDecodeMs = ms
    }
    return this.#lastDecodeDurationMs
  }

  /** Emits one token for each sequence whose tokens are all computed, at the end of the pass (engine-1.6.md 5.6). */
  #emitTokens(decodeStart: number): void {
    const outcome = this.#outcome
    const ready = this.#ready
    empty(outcome.signals)
    empty(outcome.signalKinds)
    outcome.completedCount = 0
    let count = 0
    let decoding = 0
    let recomputed = 0
    let decodingLength = 0
    let anyLeft = false
    for (const sequence of this.#running) {
      if (sequence.computed < sequence.length) continue
      if (sequence.isComplete) {
        this.#signal(sequence.request, COMPLETED)
        this.#finish(sequence)
        anyLeft = true
        continue
      }
      ready[count++] = sequence
      if (!this.#isDecode && this.#getsTokenFromPrompt(sequence)) continue
      decoding++
      decodingLength += sequence.length
      // A prompt computed again after a pre-emption gives its next token as a prompt does.
      if (sequence.passScheduled === this.#pass && sequence.passPromptTokens > 0 && sequence.generated > 0)
        recomputed++
    }
    outcome.decodeTokens = decoding - recomputed
    outcome.endMs = decoding === 0 ? decodeStart : decodeStart + this.#decodeMs(decoding, decodingLength)
    for (let i = 0; i < count; i++) if (this.#emit(ready[i]!, outcome.endMs)) anyLeft = true
    if (anyLeft) this.#compactRunning()
    for (const request of this.#rejected) this.#signal(request, REJECTED)
  }

  #getsTokenFromPrompt(sequence: Sequence): boolean {
    return sequence.generated === 0 && sequence.passScheduled === this.#pass && sequence.passPromptTokens > 0
  }

  /** True when it was the last token. */
  #emit(sequence: Sequence, atMs: number): boolean {
    sequence.length++
    sequence.generated++
    this.#observer.token(sequence.request, atMs)
    if (sequence.isComplete) {
      this.#signal(sequence.request, COMPLETED)
      this.#finish(sequence)
      return true
    }
    if (sequence.generated === 1) this.#signal(sequence.request, FIRST_TOKEN)
    return false
  }

  #signal(request: number, kind: number): void {
    this.#outcome.signals.push(request)
    this.#outcome.signalKinds.push(kind)
    if (kind !== FIRST_TOKEN) this.#outcome.completedCount++
  }

  /** Leaves the batch (`compactRunning` follows); a prefill instance keeps the blocks until the destination has them. */
  #finish(sequence: Sequence): void {
    sequence.passScheduled = FINISHED
    if (this.#isPrefill) {
      this.#sources.set(sequence.request, sequence)
      return
    }
    this.#dropBlocks(sequence)
    this.#recycle(sequence)
    this.destination?.spaceChanged()
  }

  #compactRunning(): void {
    const running = this.#running
    let kept = 0
    for (const sequence of running) if (sequence.passScheduled !== FINISHED) running[kept++] = sequence
    running.length = kept
  }

  #finishOutcome(): void {
    this.#outcome.hadEffect =
      this.#admittedAny || this.#preemptedAny || this.#scheduledCount > 0 || this.#outcome.signals.length > 0
    this.#countQueue()
  }

  #countQueue(): void {
    const outcome = this.#outcome
    const waiting = this.#waiting
    const pending = this.destination
    outcome.numQueuedPrefill = waiting.newCount
    outcome.sumQueuedPrefillTokens = waiting.newTokens
    outcome.numQueuedDecode = waiting.decodeCount + (pending?.pendingCount ?? 0)
    outcome.sumQueuedDecodeKvTokens = waiting.decodeTokens + (pending?.pendingTokens ?? 0)
  }
}

const FINISHED = -2
