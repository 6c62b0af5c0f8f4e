import {DecodeDurations, passDurationMs} from '../../perf/pass-duration.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import type {SglangSetup} from '../generation.ts'
import {OutcomeRow} from '../pass-outcome.ts'
import type {PassObserver, PassOutcome, Scheduler, SteadyPassObserver} from '../scheduler.ts'
import {deadlock} from './deadlock.ts'
import {NewTokenRatio} from './new-token-ratio.ts'
import {PromptBatch} from './prompt-batch.ts'
import {indexOfLeastOutput, swapRemove} from './retraction.ts'
import {type SglangParameters, sglangParameters} from './sglang-parameters.ts'
import {longestPrefixFirst, MOST_ORDERED} from './sglang-policy.ts'
import {SglangQueue} from './sglang-queue.ts'
import {SglangSequence} from './sglang-sequence.ts'
import {createSteadyBatch, runSteadyPasses, type SteadyBatch} from './steady-passes.ts'
import {createTokenRuns, type TokenRuns} from './token-runs.ts'
import {TokenSlots} from './token-slots.ts'

/**
 * Continuous batching as SGLang does it (engine.md 7): each pass first computes prompt chunks of waiting requests, then
 * one token for every running one. Memory is a pool of token slots shared with a radix tree of prefixes; when it runs
 * short, running requests with little output are retracted.
 *
 * Here is the order of a pass. Its state lies with what it is about: who waits (`SglangQueue`), the prompt chunks of this
 * pass (`PromptBatch`), the slots and the tree (`TokenSlots`).
 *
 * The reference loses slots (`TokenSlots` says how). Sooner or later an idle instance finds no memory for the request at
 * the head of its queue, and the reference stands still there for ever. From that moment on the slots are mended.
 */
export class SglangScheduler implements Scheduler {
  readonly #parameters: SglangParameters
  readonly #perf: PerfModel
  readonly #inputLength: Int32Array
  readonly #observer: PassObserver
  readonly #tokens: TokenRuns
  readonly #slots: TokenSlots
  readonly #prefillRatio: number
  readonly #decodeDurations: DecodeDurations
  /** The prompt has been computed elsewhere. */
  readonly #isDecodeOnly: boolean

  readonly #waiting = new SglangQueue()
  readonly #running: SglangSequence[] = []
  readonly #newTokenRatio: NewTokenRatio
  #stalledMs: number | null = null

  // The pass under way.
  readonly #prompts = new PromptBatch<SglangSequence>()
  readonly #outcome = new OutcomeRow()
  #passStartMs = 0
  #hasRunOut = false
  #emitted = 0
  readonly #steady: SteadyBatch

  constructor({args, perf, workload, prompts, observer}: SglangSetup) {
    this.#parameters = sglangParameters(args)
    this.#perf = perf
    this.#inputLength = workload.inputLength
    this.#observer = observer
    this.#steady = createSteadyBatch(observer, (count, total) => this.#decodeMs(count, total))
    this.#tokens = createTokenRuns(workload, prompts)
    this.#slots = new TokenSlots(this.#parameters, this.#tokens)
    this.#newTokenRatio = new NewTokenRatio(this.#parameters)
    this.#prefillRatio = args.speedup_ratio
    const {pool} = this.#parameters
    this.#decodeDurations = new DecodeDurations(perf, args, {leastMs: 1, capacityTokens: pool})
    this.#isDecodeOnly = args.worker_type === 'decode'
  }

  /** When the reference would have come to a stand here; null while it would not. */
  get stalledMs(): number | null {
    return this.#stalledMs
  }

  get notice(): string | null {
    if (this.#stalledMs === null) return null
    return (
      `from ${(this.#stalledMs / 1000).toFixed(1)} s on the reference would stand still for want of evictable KV slots ` +
      '(num_gpu_blocks x block_size); from there the pool is accounted as SGLang itself does'
    )
  }

  get steadyPasses(): number {
    return this.#steady.passes
  }

  get hasRequests(): boolean {
    return this.#running.length > 0 || this.#waiting.length > 0
  }

  receive(request: number, maxOutput: number): void {
    const named = {request, name: this.#tokens.nameOf(request)}
    this.#waiting.pushBack(new SglangSequence(named, this.#inputLength[request]!, maxOutput))
  }

  /**
   * The reference's SGLang engine tells a router of its cache token by token, under hashes of eight bytes where the
   * router looks for hashes of four bytes per token: whatever is cached here, no router ever learns of it. (Zeros alone
   * could match, under a page of two tokens; that is left out.)
   */
  cachedBlocks(): number {
    return 0
  }

  get kvShare(): number {
    return this.#slots.share
  }

  get runningRequests(): number {
    return this.#running.length
  }

  get waitingRequests(): number {
    return this.#waiting.length
  }

  get residentRequests(): number {
    return this.#running.length + this.#waiting.countHolding()
  }

  executePass(nowMs: number): PassOutcome {
    this.#beginPass(nowMs)
    this.#orderWaiting()
    this.#admit(nowMs)
    const decodeStart = nowMs + this.#prefillMs()
    if (!this.#isDecodeOnly) this.#tellChunks(decodeStart)
    this.#settlePrompts()
    const end = decodeStart + this.#decode(decodeStart)
    if (this.#isStuck()) this.#leaveStall(nowMs)
    if (this.#hasRunOut) this.#newTokenRatio.reset()
    this.#newTokenRatio.decay(1)
    this.#fillOutcome(end)
    return this.#outcome
  }

  runSteadyPasses(nowMs: number, horizonMs: number, observer: SteadyPassObserver | null): number {
    const limit = this.#steadyLimit()
    this.#steady.passes = 0
    if (limit <= 0) return nowMs
    const end = runSteadyPasses(this.#steady, this.#running, limit, nowMs, horizonMs, observer)
    if (end > nowMs) this.#advanceRunning(this.#steady.passes, end)
    return end
  }

  // --- passes that only decode ---

  /** Passes that can run before one of them admits, completes, evicts, retracts or adds a node; 0 if none. */
  #steadyLimit(): number {
    const running = this.#running
    const count = running.length
    if (count === 0 || this.#waiting.length > 0) return 0
    let limit = this.#slots.steadyRoom(count)
    for (let i = 0; i < count && limit > 0; i++) {
      const sequence = running[i]!
      const toCompletion = sequence.maxOutput - sequence.generated - 1
      limit = Math.min(limit, toCompletion, this.#slots.steadyTokens(sequence))
    }
    return limit
  }

  #advanceRunning(passes: number, nowMs: number): void {
    this.#slots.advance(this.#running, passes)
    this.#newTokenRatio.decay(passes)
    if (passes === 1) return
    for (const {request} of this.#running) this.#observer.tokensUntil(request, passes - 1, nowMs)
  }

  // --- prompts ---

  #beginPass(nowMs: number): void {
    this.#passStartMs = nowMs
    this.#prompts.clear()
    this.#hasRunOut = false
    this.#slots.hasEvicted = false
    this.#emitted = 0
    const outcome = this.#outcome
    outcome.completedCount = 0
    outcome.clearSignals()
    outcome.sumPrefillTokens = 0
  }

  #orderWaiting(): void {
    const {longestPrefixFirst: isOrdered, page} = this.#parameters
    if (!isOrdered || this.#waiting.length < 2 || this.#waiting.length > MOST_ORDERED) return
    const context = {cache: this.#slots.cache, tokens: this.#tokens, page}
    this.#waiting.reorder(sequences => longestPrefixFirst(sequences, context))
  }

  /** Takes waiting requests, in order, as long as there is memory and prompt budget (engine.md 7.3, step 2). */
  #admit(nowMs: number): void {
    if (this.#waiting.length === 0) return
    const {page, maxPrefillTokens, chunkSize} = this.#parameters
    let memoryLeft = this.#memoryForAdmission()
    let inputLeft = maxPrefillTokens
    let chunkLeft = chunkSize
    for (;;) {
      const sequence = this.#waiting.head
      if (sequence === undefined) return
      const extend = sequence.length - sequence.materialized
      if (extend === 0 || extend + this.#outputToCome(sequence) >= memoryLeft) return
      const chunk = extend <= chunkSize ? extend : Math.min(chunkLeft - (chunkLeft % page), extend)
      const charge = Math.ceil(chunk / page) * page
      if (chunk === 0 || charge > inputLeft || charge > chunkLeft) return
      const allocatedBefore = sequence.allocated
      if (!this.#materialize(sequence, chunk, nowMs)) return
      const output = sequence.isMaterialized ? this.#outputToCome(sequence) : 0
      memoryLeft -= sequence.allocated - allocatedBefore + output
      inputLeft -= charge
      chunkLeft -= charge
      if (chunkLeft <= 0) return
    }
  }

  /** Slots an admission may count on: those free or in unlocked leaves, less what running requests will need. */
  #memoryForAdmission(): number {
    // Waiting requests reserve nothing: their chunks so far end at page boundaries.
    const memory = Math.max(this.#slots.available - this.#reserved(), 0)
    const ratio = this.#newTokenRatio.value
    let promised = 0
    for (const sequence of this.#running) promised += this.#outputToCome(sequence) * ratio
    return memory - promised
  }

  #outputToCome(sequence: SglangSequence): number {
    return Math.min(sequence.maxOutput - sequence.generated, this.#parameters.clip)
  }

  /** Slots that running requests have reserved and not filled. */
  #reserved(): number {
    let reserved = 0
    for (const sequence of this.#running) reserved += sequence.allocated - sequence.materialized
    return reserved
  }

  /** Gives the request at the head slots for its next chunk; false when they ran out. */
  #materialize(sequence: SglangSequence, chunk: number, nowMs: number): boolean {
    const end = sequence.materialized + chunk
    this.#slots.makeRoom(chunk)
    const prefix = this.#slots.takePrompt(sequence, end)
    if (prefix === null) {
      this.#hasRunOut = true
      return false
    }
    const {page} = this.#parameters
    sequence.materialized = end
    sequence.allocated = Math.ceil(end / page) * page
    this.#waiting.removeHead()
    this.#prompts.add(sequence, end, prefix)
    this.#outcome.sumPrefillTokens += chunk
    this.#observer.admitted(sequence.request, nowMs, prefix)
    return true
  }

  #tellChunks(endMs: number): void {
    const {sequences, newTokens} = this.#prompts
    for (let i = 0; i < sequences.length; i++) {
      this.#observer.prefillChunk(sequences[i]!.request, this.#passStartMs, endMs, newTokens[i]!)
    }
  }

  /** Requests with their whole prompt computed start to run; the others wait for the next chunk. */
  #settlePrompts(): void {
    for (const sequence of this.#prompts.sequences) {
      if (sequence.isMaterialized) this.#running.push(sequence)
      else {
        this.#slots.cachePrefix(sequence)
        this.#waiting.pushFront(sequence)
      }
    }
  }

  // --- tokens ---

  /** One token for every running request; returns how long it took in ms (engine.md 7.3, step 6). */
  #decode(decodeStart: number): number {
    const running = this.#running
    const total = this.#runningTokens()
    this.#outcome.numPrefillRequests = this.#prompts.size
    this.#outcome.numDecodeRequests = running.length
    this.#outcome.sumDecodeKvTokens = total
    if (running.length === 0) return 0
    const decodeMs = this.#decodeMs(running.length, total)
    const retracted = this.#retractUntilThereIsRoom()
    this.#slots.makeRoom(running.length)
    this.#emitTokens(decodeStart + decodeMs)
    for (let i = retracted.length - 1; i >= 0; i--) this.#waiting.pushFront(retracted[i]!)
    if (retracted.length > 0) this.#hasRunOut = true
    return decodeMs
  }

  #runningTokens(): number {
    let total = 0
    for (const sequence of this.#running) total += sequence.length
    return total
  }

  #retractUntilThereIsRoom(): readonly SglangSequence[] {
    if (this.#hasRoomForTokens()) return NONE
    const retracted: SglangSequence[] = []
    while (this.#running.length > 1 && !this.#hasRoomForTokens()) {
      const at = indexOfLeastOutput(this.#running)
      const sequence = this.#running[at]!
      swapRemove(this.#running, at)
      this.#retract(sequence)
      retracted.push(sequence)
    }
    return retracted
  }

  #hasRoomForTokens(): boolean {
    const {page} = this.#parameters
    const memory = this.#slots.available
    if (memory < this.#running.length) return false
    let newPages = 0
    for (const sequence of this.#running) if (sequence.length + 1 > sequence.allocated) newPages++
    return memory - this.#reserved() - page * newPages > 0
  }

  #retract(sequence: SglangSequence): void {
    this.#slots.retract(sequence)
    this.#observer.preempted(sequence.request, this.#passStartMs)
  }

  #emitTokens(atMs: number): void {
    const running = this.#running
    for (let i = 0; i < running.length; i++) {
      const sequence = running[i]!
      if (!this.#appendToken(sequence)) continue
      this.#emitted++
      this.#observer.token(sequence.request, atMs)
      const isCompleted = sequence.generated >= sequence.maxOutput
      if (isCompleted || sequence.generated === 1) this.#signal(sequence, isCompleted)
      this.#slots.cachePrefix(sequence)
      if (isCompleted) this.#slots.complete(sequence)
    }
    for (let i = running.length - 1; i >= 0; i--) {
      if (running[i]!.generated >= running[i]!.maxOutput) swapRemove(running, i)
    }
  }

  /** False when there was no slot for it. */
  #appendToken(sequence: SglangSequence): boolean {
    if (!this.#slots.takeToken()) return false
    if (sequence.length + 1 > sequence.allocated) sequence.allocated += this.#parameters.page
    sequence.generated++
    sequence.materialized++
    return true
  }

  #signal(sequence: SglangSequence, isCompleted: boolean): void {
    this.#outcome.signal(sequence.request, isCompleted)
    if (isCompleted) this.#outcome.completedCount++
  }

  // --- time ---

  #prefillMs(): number {
    const {size, promptTokens, prefixTokens} = this.#prompts
    if (size === 0 || this.#isDecodeOnly) return 0
    const isl = Math.floor(promptTokens / size)
    const prefix = Math.floor(prefixTokens / size)
    // Prompts can be cached to the last token. GPU tables have no pass without new tokens (the reference ends with an
    // error there); SGLang itself then computes the last token again.
    const newTokens = Math.max(isl - prefix, this.#perf.timing === 'aic' ? 1 : 0)
    const ms = Math.max(this.#perf.prefillMs(size, newTokens, prefix), 0)
    return passDurationMs(this.#perf, ms, this.#prefillRatio)
  }

  #decodeMs(count: number, total: number): number {
    const kvTokens = Math.min(total, this.#parameters.pool)
    return this.#decodeDurations.of(count, kvTokens, Math.floor(total / count))
  }

  // --- the end of a pass ---

  #fillOutcome(endMs: number): void {
    const outcome = this.#outcome
    outcome.endMs = endMs
    outcome.numQueuedPrefill = this.#waiting.promptCount
    outcome.sumQueuedPrefillTokens = this.#waiting.promptTokens
    outcome.numQueuedDecode = this.#waiting.retractedCount
    outcome.sumQueuedDecodeKvTokens = this.#waiting.retractedTokens
  }

  // --- stalls (engine.md 7.6) ---

  /** A pass that takes no request, emits no token and evicts nothing repeats itself for ever. */
  #isStuck(): boolean {
    return this.#prompts.size === 0 && this.#emitted === 0 && !this.#slots.hasEvicted && this.hasRequests
  }

  #leaveStall(nowMs: number): void {
    if (this.#stalledMs !== null) throw deadlock(this.#parameters, this.#running[0] ?? this.#waiting.head)
    this.#stalledMs = nowMs
    this.#slots.mend(this.#running)
  }
}

const NONE: readonly SglangSequence[] = []
