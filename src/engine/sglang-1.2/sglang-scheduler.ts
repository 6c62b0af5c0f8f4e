import type {EngineArgs} from '../../config/scenario.ts'
import {scaledDurationMs} from '../../core/duration.ts'
import {RunError} from '../../core/result.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import type {Workload} from '../../trace/workload.ts'
import type {PassObserver, PassOutcome, Scheduler, SteadyPassObserver} from '../scheduler.ts'
import {runSteadyPasses, type SteadyBatch} from '../steady-passes.ts'
import {RadixCache} from './radix-cache.ts'
import {type SglangParameters, sglangParameters} from './sglang-parameters.ts'
import {longestPrefixFirst, MOST_ORDERED} from './sglang-policy.ts'
import {SglangQueue} from './sglang-queue.ts'
import {SglangSequence} from './sglang-sequence.ts'
import {TokenRuns} from './token-runs.ts'

/**
 * Continuous batching as SGLang does it (engine.md 7): each pass first computes prompt chunks of waiting requests, then
 * one token for every running one. Memory is a pool of token slots shared with a radix tree of prefixes; when it runs
 * short, running requests with little output are retracted.
 *
 * Three faults of the reference are kept. Only leaves of the tree count as memory that can be evicted. Two requests that
 * compute the same prefix at the same time both take slots for it, and the second one's are never given back. A request
 * retracted in the very pass that admitted it gives back the slots of its cached prefix although the tree keeps them.
 * Sooner or later an idle instance finds no memory for the request at the head of its queue, and the reference stands
 * still there for ever. From that moment on the instance accounts as SGLang itself does.
 */
export class SglangScheduler implements Scheduler {
  readonly #parameters: SglangParameters
  readonly #perf: PerfModel
  readonly #inputLength: Int32Array
  readonly #observer: PassObserver
  readonly #tokens: TokenRuns
  readonly #cache: RadixCache
  readonly #prefillRatio: number
  readonly #decodeRatio: number
  readonly #decodeWorker: boolean

  readonly #waiting = new SglangQueue()
  readonly #running: SglangSequence[] = []
  /** Slots neither in the tree nor held by a request, nor lost. */
  #free: number
  #stalledMs: number | null = null
  #newTokenRatio: number

  // The pass under way.
  #passStartMs = 0
  readonly #taken: SglangSequence[] = []
  /** New tokens of each, those found in the cache left out. */
  readonly #takenTokens: number[] = []
  #takenIsl = 0
  #takenPrefix = 0
  #memoryRanOut = false
  #evicted = false
  #emitted = 0
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
  readonly #steady: SteadyBatch

  constructor(args: EngineArgs, perf: PerfModel, workload: Workload, observer: PassObserver) {
    this.#parameters = sglangParameters(args)
    this.#perf = perf
    this.#inputLength = workload.inputLength
    this.#observer = observer
    this.#steady = {
      observer,
      decodeMs: (count, total) => this.#decodeMs(count, total),
      passes: 0,
      lastStartMs: 0,
    }
    this.#tokens = new TokenRuns(workload)
    this.#cache = new RadixCache(this.#parameters.page, this.#tokens)
    this.#prefillRatio = args.speedup_ratio
    this.#decodeRatio = args.speedup_ratio * args.decode_speedup_ratio
    this.#decodeWorker = args.worker_type === 'decode'
    this.#free = this.#parameters.pool
    this.#newTokenRatio = this.#parameters.initialRatio
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
    this.#waiting.pushBack(new SglangSequence(request, this.#inputLength[request]!, maxOutput))
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
    const {pool} = this.#parameters
    return Math.max(pool - this.#free - this.#cache.unlockedTokens, 0) / pool
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
    if (!this.#decodeWorker) this.#tellChunks(decodeStart)
    this.#settleTaken()
    const end = decodeStart + this.#decode(decodeStart)
    if (this.#isStuck()) this.#leaveStall(nowMs)
    if (this.#memoryRanOut) this.#newTokenRatio = this.#parameters.initialRatio
    this.#decayRatio(1)
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
    // Each pass takes a slot per request; two pages per request on top are more than any check asks for.
    const {page} = this.#parameters
    let limit = Math.floor(this.#free / count) - 2 * page - 1
    for (let i = 0; i < count && limit > 0; i++) {
      const sequence = running[i]!
      limit = Math.min(limit, sequence.maxOutput - sequence.generated - 1)
      if (this.#cache.growsInPlace(sequence.node ?? this.#cache.root, sequence.request)) continue
      limit = Math.min(limit, sequence.cached + page - sequence.materialized - 1)
    }
    return limit
  }

  #advanceRunning(passes: number, nowMs: number): void {
    const {page} = this.#parameters
    const running = this.#running
    const count = running.length
    const firstUse = this.#cache.nextOperations(passes * count)
    for (let i = 0; i < count; i++) {
      const sequence = running[i]!
      sequence.generated += passes
      sequence.materialized += passes
      sequence.allocated = Math.max(sequence.allocated, Math.ceil(sequence.materialized / page) * page)
      const past = sequence.materialized % page
      const aligned = sequence.materialized - past
      if (aligned > sequence.cached && sequence.node !== null) {
        this.#cache.grow(sequence.node, aligned)
        sequence.cached = aligned
        sequence.lastUse = firstUse + (passes - 1 - past) * count + i
      }
      if (passes > 1) this.#observer.tokensUntil(sequence.request, passes - 1, nowMs)
    }
    this.#free -= passes * count
    this.#decayRatio(passes)
  }

  // --- prompts ---

  #beginPass(nowMs: number): void {
    this.#passStartMs = nowMs
    this.#taken.length = 0
    this.#takenTokens.length = 0
    this.#takenIsl = 0
    this.#takenPrefix = 0
    this.#memoryRanOut = false
    this.#evicted = false
    this.#emitted = 0
    const outcome = this.#outcome
    outcome.completedCount = 0
    outcome.signals.length = 0
    outcome.signalCompleted.length = 0
    outcome.sumPrefillTokens = 0
  }

  #orderWaiting(): void {
    const {longestPrefixFirst: isOrdered, page} = this.#parameters
    if (!isOrdered || this.#waiting.length < 2 || this.#waiting.length > MOST_ORDERED) return
    const context = {cache: this.#cache, tokens: this.#tokens, page}
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
    const memory = Math.max(this.#available() - this.#reserved(), 0)
    let promised = 0
    for (const sequence of this.#running) promised += this.#outputToCome(sequence) * this.#newTokenRatio
    return memory - promised
  }

  /** Slots free now or after evictions, as far as the accounting knows. */
  #available(): number {
    const {evictableTokens, unlockedTokens} = this.#cache
    return this.#free + (this.#stalledMs === null ? evictableTokens : unlockedTokens)
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
    this.#makeRoom(chunk)
    const prefix = this.#takeSlots(sequence, end)
    if (prefix < 0) {
      this.#memoryRanOut = true
      return false
    }
    const {page} = this.#parameters
    sequence.materialized = end
    sequence.allocated = Math.ceil(end / page) * page
    this.#waiting.removeHead()
    this.#taken.push(sequence)
    this.#takenTokens.push(end - prefix)
    this.#takenIsl += end
    this.#takenPrefix += prefix
    this.#outcome.sumPrefillTokens += chunk
    this.#observer.admitted(sequence.request, nowMs, prefix)
    return true
  }

  /** Returns the tokens before `end` that had slots already, its own or cached ones; -1 when slots ran out. */
  #takeSlots(sequence: SglangSequence, end: number): number {
    if (sequence.materialized > 0) {
      const own = sequence.materialized
      if (end - own > this.#free) return -1
      this.#free -= end - own
      return own
    }
    const node = this.#cache.match(sequence.request, end)
    if (end - node.end > this.#free) return -1
    this.#free -= end - node.end
    this.#cache.lock(node)
    sequence.node = node
    return node.end
  }

  #tellChunks(endMs: number): void {
    for (let i = 0; i < this.#taken.length; i++) {
      this.#observer.prefillChunk(this.#taken[i]!.request, this.#passStartMs, endMs, this.#takenTokens[i]!)
    }
  }

  /** Requests with their whole prompt computed start to run; the others wait for the next chunk. */
  #settleTaken(): void {
    for (const sequence of this.#taken) {
      if (sequence.isMaterialized) this.#running.push(sequence)
      else {
        this.#cachePrefix(sequence)
        this.#waiting.pushFront(sequence)
      }
    }
  }

  /** Hands the slots of its complete pages over to the tree; those for tokens the tree has already are lost. */
  #cachePrefix(sequence: SglangSequence): void {
    const {page} = this.#parameters
    const aligned = sequence.materialized - (sequence.materialized % page)
    if (aligned <= sequence.cached) return
    const node = sequence.node ?? this.#cache.root
    const tokensExpected = this.#cache.tokenCount + aligned - node.end
    sequence.node = this.#cache.insert(node, sequence.request, aligned)
    if (this.#stalledMs !== null) this.#free += tokensExpected - this.#cache.tokenCount
    sequence.cached = aligned
    sequence.matchVersion = -1
    sequence.lastUse = this.#cache.nextOperations(1)
  }

  #makeRoom(wanted: number): void {
    if (this.#free >= wanted) return
    const freed = this.#cache.evict(wanted - this.#free)
    if (freed > 0) this.#evicted = true
    this.#free += freed
  }

  // --- tokens ---

  /** One token for every running request; returns how long it took in ms (engine.md 7.3, step 6). */
  #decode(decodeStart: number): number {
    const running = this.#running
    const total = this.#runningTokens()
    this.#outcome.numPrefillRequests = this.#taken.length
    this.#outcome.numDecodeRequests = running.length
    this.#outcome.sumDecodeKvTokens = total
    if (running.length === 0) return 0
    const decodeMs = this.#decodeMs(running.length, total)
    const retracted = this.#retractUntilThereIsRoom()
    this.#makeRoom(running.length)
    this.#emitTokens(decodeStart + decodeMs)
    for (let i = retracted.length - 1; i >= 0; i--) this.#waiting.pushFront(retracted[i]!)
    if (retracted.length > 0) this.#memoryRanOut = true
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
    const memory = this.#available()
    if (memory < this.#running.length) return false
    let newPages = 0
    for (const sequence of this.#running) if (sequence.length + 1 > sequence.allocated) newPages++
    return memory - this.#reserved() - page * newPages > 0
  }

  #retract(sequence: SglangSequence): void {
    this.#free += sequence.materialized - this.#sharedTokens(sequence)
    this.#release(sequence)
    sequence.materialized = 0
    sequence.cached = 0
    sequence.allocated = 0
    this.#observer.preempted(sequence.request, this.#passStartMs)
  }

  /** Leading tokens whose slots are the tree's; the reference forgets a cached prefix until the request adds to it. */
  #sharedTokens(sequence: SglangSequence): number {
    return this.#stalledMs === null ? sequence.cached : (sequence.node?.end ?? 0)
  }

  #release(sequence: SglangSequence): void {
    if (sequence.node !== null) this.#cache.unlock(sequence.node, sequence.lastUse)
    sequence.node = null
  }

  #emitTokens(atMs: number): void {
    const running = this.#running
    for (let i = 0; i < running.length; i++) {
      const sequence = running[i]!
      if (!this.#appendToken(sequence)) continue
      this.#emitted++
      this.#observer.token(sequence.request, atMs)
      const completed = sequence.generated >= sequence.maxOutput
      if (completed || sequence.generated === 1) this.#signal(sequence, completed)
      this.#cachePrefix(sequence)
      if (completed) this.#complete(sequence)
    }
    for (let i = running.length - 1; i >= 0; i--) {
      if (running[i]!.generated >= running[i]!.maxOutput) swapRemove(running, i)
    }
  }

  /** False when there was no slot for it. */
  #appendToken(sequence: SglangSequence): boolean {
    this.#makeRoom(1)
    if (this.#free <= 0) return false
    this.#free--
    if (sequence.length + 1 > sequence.allocated) sequence.allocated += this.#parameters.page
    sequence.generated++
    sequence.materialized++
    return true
  }

  #signal(sequence: SglangSequence, completed: boolean): void {
    this.#outcome.signals.push(sequence.request)
    this.#outcome.signalCompleted.push(completed)
  }

  /** Its complete pages stay in the tree; the rest is free again. */
  #complete(sequence: SglangSequence): void {
    this.#outcome.completedCount++
    this.#free += sequence.materialized - sequence.cached
    sequence.lastUse = this.#cache.nextOperations(1)
    this.#release(sequence)
  }

  // --- time ---

  #prefillMs(): number {
    const n = this.#taken.length
    if (n === 0 || this.#decodeWorker) return 0
    const isl = Math.floor(this.#takenIsl / n)
    const prefix = Math.floor(this.#takenPrefix / n)
    // Prompts can be cached to the last token. GPU tables have no pass without new tokens (the reference ends with an
    // error there); SGLang itself then computes the last token again.
    const newTokens = Math.max(isl - prefix, this.#perf.timing === 'aic' ? 1 : 0)
    const ms = Math.max(this.#perf.prefillMs(n, newTokens, prefix), 0)
    return this.#duration(ms, this.#prefillRatio)
  }

  #decodeMs(count: number, total: number): number {
    const {pool} = this.#parameters
    const context = Math.floor(total / count)
    const ms = Math.max(this.#perf.decodeMs(count, Math.min(total, pool), context, pool), 1)
    return this.#duration(ms, this.#decodeRatio)
  }

  #duration(ms: number, ratio: number): number {
    if (!Number.isFinite(ms))
      throw new RunError(`the ${this.#perf.timing} timing gave a pass time of ${ms} ms`)
    return scaledDurationMs(ms, ratio)
  }

  // --- the end of a pass ---

  #decayRatio(passes: number): void {
    const {leastRatio, ratioDecay} = this.#parameters
    for (let i = 0; i < passes && this.#newTokenRatio > leastRatio; i++) {
      this.#newTokenRatio = Math.max(this.#newTokenRatio - ratioDecay, leastRatio)
    }
  }

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
    return this.#taken.length === 0 && this.#emitted === 0 && !this.#evicted && this.hasRequests
  }

  /** Gives lost slots back and counts every unlocked token as memory from now on. */
  #leaveStall(nowMs: number): void {
    if (this.#stalledMs !== null) this.#reportDeadlock()
    this.#stalledMs = nowMs
    let held = this.#cache.tokenCount
    for (const sequence of this.#running) held += sequence.materialized - (sequence.node?.end ?? 0)
    this.#free = this.#parameters.pool - held
  }

  #reportDeadlock(): never {
    const {pool, maxPrefillTokens, chunkSize} = this.#parameters
    const sequence = this.#running[0] ?? this.#waiting.head
    const need =
      sequence === undefined ? '' : `, which has ${sequence.promptLength} + ${sequence.maxOutput} tokens`
    throw new RunError(
      `an sglang instance can make no progress: request ${(sequence?.request ?? 0) + 1}${need} does not fit ` +
        `(${pool} token slots = num_gpu_blocks x block_size, chunked_prefill_size ${chunkSize}, ` +
        `max_prefill_tokens ${maxPrefillTokens}), and the reference would loop for ever`,
    )
  }
}

const NONE: readonly SglangSequence[] = []

function indexOfLeastOutput(sequences: readonly SglangSequence[]): number {
  let least = 0
  for (let i = 1; i < sequences.length; i++) {
    if (sequences[i]!.generated < sequences[least]!.generated) least = i
  }
  return least
}

/** Removes one element; the last takes its place. */
function swapRemove(sequences: SglangSequence[], at: number): void {
  const last = sequences.pop()!
  if (at < sequences.length) sequences[at] = last
}

type MutableOutcome = {-readonly [K in keyof PassOutcome]: PassOutcome[K]} & {
  signals: number[]
  signalCompleted: boolean[]
}
