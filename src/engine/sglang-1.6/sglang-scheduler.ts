import type {EngineArgs} from '../../config/scenario.ts'
import {scaledDurationMs} from '../../core/duration.ts'
import {RunError} from '../../core/result.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import type {Workload} from '../../trace/workload.ts'
import {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {PassObserver} from '../scheduler.ts'
import {COMPLETED, FIRST_TOKEN, type PassOutcome16, REJECTED, type Scheduler16} from '../scheduler-1.6.ts'
import {type SglangParameters, sglangParameters} from '../sglang-1.2/sglang-parameters.ts'
import {runSteadyPasses, type SteadyBatch} from '../sglang-1.2/steady-passes.ts'
import {TokenRuns} from '../sglang-1.2/token-runs.ts'
import {longestPrefixFirst, MOST_ORDERED} from './longest-prefix-first.ts'
import {SglangDestination} from './sglang-destination.ts'
import {SglangSequence} from './sglang-sequence.ts'
import {TokenPool} from './token-pool.ts'

export interface SglangInputs {
  readonly args: EngineArgs
  readonly perf: PerfModel
  readonly workload: Workload
  readonly observer: PassObserver
}

/**
 * Continuous batching as SGLang does it, generation 1.6 (sglang-trtllm-1.6.md 1): a pass computes either prompts or one
 * token for every running request, never both; the first token comes out of the prompt's pass. Memory is a pool of token
 * slots shared with a radix tree of prefixes; when it runs short, the requests with the least output are retracted.
 */
export class SglangScheduler implements Scheduler16 {
  readonly #parameters: SglangParameters
  readonly #perf: PerfModel
  readonly #inputLength: Int32Array
  readonly #observer: PassObserver
  readonly #tokens: TokenRuns
  readonly #pool: TokenPool
  readonly #isCaching: boolean
  readonly #maxRunning: number
  readonly #maxModelLength: number
  readonly #decodeInterval: number
  readonly #prefillRatio: number
  readonly #decodeRatio: number
  readonly #leastDecodeMs: number
  readonly #isPrefill: boolean
  readonly #isDecode: boolean
  readonly kvEvents = null
  readonly destination: SglangDestination | null

  #waiting: SglangSequence[] = []
  #running: SglangSequence[] = []
  /** Of a decode instance: activated, and not running yet. */
  readonly #prebuilt: SglangSequence[] = []
  /** Of a prefill instance: finished prompts whose KV cache the destination does not have yet. */
  readonly #sources = new Map<number, SglangSequence>()
  #ratio: number
  /** Passes still to come in which nothing but decoding is done. */
  #decodeRounds = 0

  // The pass under way.
  #passStartMs = 0
  readonly #taken: SglangSequence[] = []
  #takenIsl = 0
  #takenPrefix = 0
  #didSomething = false
  readonly #outcome = new OutcomeRow16()
  readonly #steady: SteadyBatch

  constructor({args, perf, workload, observer}: SglangInputs) {
    this.#parameters = sglangParameters(args)
    this.#perf = perf
    this.#inputLength = workload.inputLength
    this.#observer = observer
    this.#tokens = new TokenRuns(workload)
    this.#isCaching = args.enable_prefix_caching
    const {page, pool, initialRatio} = this.#parameters
    this.#pool = new TokenPool(this.#tokens, {page, capacity: pool, isCaching: this.#isCaching})
    this.#maxRunning = args.max_num_seqs ?? Number.POSITIVE_INFINITY
    this.#maxModelLength = args.max_model_len ?? Number.POSITIVE_INFINITY
    this.#decodeInterval = args.prefill_decode_interval ?? 0
    this.#prefillRatio = args.speedup_ratio
    this.#decodeRatio = args.speedup_ratio * args.decode_speedup_ratio
    this.#leastDecodeMs = perf.timing === 'fixed' ? 0 : 1
    this.#isPrefill = args.worker_type === 'prefill'
    this.#isDecode = args.worker_type === 'decode'
    this.#ratio = initialRatio
    this.#steady = {
      observer,
      decodeMs: (count, total) => this.#decodeMs(count, total),
      passes: 0,
      lastStartMs: 0,
    }
    this.destination = this.#isDecode
      ? new SglangDestination({
          pool: this.#pool,
          create: (request, maxOutput) => this.#createSequence(request, maxOutput),
          refuses: request => this.#isTooLong(this.#inputLength[request]!),
          activate: sequence => this.#prebuilt.push(sequence),
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
    return (
      this.#running.length > 0 ||
      this.#waiting.length > 0 ||
      this.#prebuilt.length > 0 ||
      this.#decodeRounds > 0
    )
  }

  get isEmpty(): boolean {
    return !this.hasRequests && this.#sources.size === 0 && (this.destination?.isEmpty ?? true)
  }

  get kvShare(): number {
    return (this.#pool.capacity - this.#pool.available) / this.#pool.capacity
  }

  get waitingRequests(): number {
    return this.#waiting.length + this.#prebuilt.length + (this.destination?.pendingCount ?? 0)
  }

  get runningRequests(): number {
    return this.#running.length
  }

  get residentRequests(): number {
    let holding = this.#running.length + this.#prebuilt.length + this.#sources.size
    for (const sequence of this.#waiting) if (sequence.materialized > 0) holding++
    return holding + (this.destination?.reservedCount ?? 0)
  }

  receive(request: number, maxOutput: number): void {
    this.#waiting.push(this.#createSequence(request, maxOutput))
  }

  releaseSource(request: number): void {
    const sequence = this.#sources.get(request)
    if (sequence === undefined) return
    this.#sources.delete(request)
    this.#pool.finish(sequence)
  }

  executePass(nowMs: number): PassOutcome16 {
    this.#beginPass(nowMs)
    this.#rejectTooLong()
    this.#startPrebuilt(nowMs)
    this.#orderWaiting()
    const isInterval = this.#decodeRounds > 0
    if (!isInterval && this.#prebuilt.length === 0 && !this.destination?.isBlocking) this.#admit(nowMs)
    const isPrefillPass = this.#taken.length > 0
    const retracted = isPrefillPass ? NONE : this.#decode(nowMs)
    if (isPrefillPass) this.#prefill(nowMs)
    for (const sequence of retracted) this.#waiting.push(sequence)
    if (retracted.length === 0 && !isPrefillPass) this.#decayRatio(1, isInterval)
    this.#countRounds(isInterval)
    this.#outcome.hadEffect = this.#didSomething || this.#outcome.signals.length > 0
    this.#countQueue()
    return this.#outcome
  }

  #createSequence(request: number, maxOutput: number): SglangSequence {
    const prompt = this.#inputLength[request]!
    const most = Math.max(Math.min(maxOutput, this.#maxModelLength - prompt), 0)
    return new SglangSequence(request, prompt, most)
  }

  #isTooLong(promptLength: number): boolean {
    return promptLength >= this.#maxModelLength || this.#pool.pagesFor(promptLength) > this.#pool.capacity
  }

  // --- passes that only decode ---

  runSteadyPasses(nowMs: number, horizonMs: number): number {
    this.#steady.passes = 0
    const limit = this.#steadyLimit()
    if (limit <= 0) return nowMs
    const batch = this.#steadyBatch
    batch.length = 0
    for (const {request, length} of this.#running) batch.push({request, length})
    const end = runSteadyPasses(this.#steady, batch, limit, nowMs, horizonMs, null)
    if (end > nowMs) this.#advanceRunning(this.#steady.passes, end)
    return end
  }

  readonly #steadyBatch: {request: number; length: number}[] = []

  /** Passes that can run before one of them admits, completes, evicts, retracts or adds a node; 0 if none. */
  #steadyLimit(): number {
    const running = this.#running
    const count = running.length
    if (count === 0 || this.#waiting.length > 0 || this.#prebuilt.length > 0 || this.#decodeRounds > 0)
      return 0
    if (this.destination?.mayReserve || this.destination?.isBlocking) return 0
    const {page} = this.#parameters
    let limit = page === 1 ? Math.floor(this.#pool.free / count) - 1 : Number.POSITIVE_INFINITY
    for (let i = 0; i < count && limit > 0; i++) {
      const sequence = running[i]!
      if (sequence.materialized !== sequence.length) return 0
      limit = Math.min(limit, sequence.left - 1)
      if (page > 1) {
        // The pass that opens a page takes it, the one that fills it puts it into the tree.
        const inPage = sequence.materialized % page
        limit = Math.min(limit, inPage === 0 ? 0 : page - 1 - inPage)
      } else if (this.#isCaching) {
        const {node} = sequence
        const grows =
          sequence.cached === sequence.materialized &&
          node !== null &&
          this.#pool.tree.growsInPlace(node, sequence.request)
        if (!grows) return 0
      }
    }
    return limit
  }

  #advanceRunning(passes: number, endMs: number): void {
    const running = this.#running
    const count = running.length
    const {page} = this.#parameters
    const firstUse = this.#pool.tree.nextOperations(passes * count)
    let kvTokens = 0
    for (let i = 0; i < count; i++) {
      const sequence = running[i]!
      sequence.generated += passes
      sequence.materialized += passes
      kvTokens += sequence.length - 1
      if (page === 1) {
        sequence.allocated += passes
        if (this.#isCaching) {
          this.#pool.tree.grow(sequence.node!, sequence.materialized)
          sequence.cached = sequence.materialized
          sequence.lastUse = firstUse + (passes - 1) * count + i
        }
      }
      if (passes > 1) this.#observer.tokensUntil(sequence.request, passes - 1, endMs)
    }
    if (page === 1) this.#pool.takeSteady(passes * count)
    this.#decayRatio(passes, false)
    const outcome = this.#outcome
    outcome.clearCounts()
    outcome.clearSignals()
    outcome.endMs = endMs
    outcome.decodeTokens = passes * count
    outcome.numDecodeRequests = count
    outcome.sumDecodeKvTokens = kvTokens
    this.#countQueue()
  }

  // --- the beginning of a pass ---

  #beginPass(nowMs: number): void {
    this.#passStartMs = nowMs
    this.#taken.length = 0
    this.#takenIsl = 0
    this.#takenPrefix = 0
    this.#didSomething = false
    const outcome = this.#outcome
    outcome.endMs = nowMs
    outcome.signals.length = 0
    outcome.signalKinds.length = 0
    outcome.completedCount = 0
    outcome.decodeTokens = 0
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

  #rejectTooLong(): void {
    if (this.#maxModelLength === Number.POSITIVE_INFINITY) return
    const kept: SglangSequence[] = []
    for (const sequence of this.#waiting) {
      if (sequence.promptLength < this.#maxModelLength) kept.push(sequence)
      else this.#signal(sequence.request, REJECTED)
    }
    this.#waiting = kept
  }

  #startPrebuilt(nowMs: number): void {
    while (this.#prebuilt.length > 0 && this.#running.length < this.#maxRunning) {
      const sequence = this.#prebuilt.shift()!
      this.#running.push(sequence)
      this.#observer.admitted(sequence.request, nowMs, 0)
      this.#didSomething = true
    }
  }

  #orderWaiting(): void {
    if (!this.#parameters.longestPrefixFirst || !this.#isCaching) return
    if (this.#waiting.length < 2 || this.#waiting.length > MOST_ORDERED) return
    this.#waiting = longestPrefixFirst(this.#waiting, {pool: this.#pool, tokens: this.#tokens})
  }

  // --- prompts (sglang-trtllm-1.6.md 1.4) ---

  /** Takes waiting requests, in order, as long as there is memory and prompt budget. */
  #admit(nowMs: number): void {
    if (this.#waiting.length === 0) return
    const {maxPrefillTokens, chunkSize} = this.#parameters
    const most = Math.max(this.#maxRunning - this.#running.length, 0)
    let memoryLeft = this.#memoryForAdmission()
    let inputLeft = maxPrefillTokens
    let chunkLeft = chunkSize
    let next = 0
    while (this.#taken.length < most && next < this.#waiting.length && chunkLeft > 0) {
      const sequence = this.#waiting[next]!
      const chunk = this.#nextChunk(sequence, chunkLeft)
      if (chunk === null) break
      const {end, charge, reserve} = chunk
      if (charge + reserve >= memoryLeft || charge > inputLeft || charge > chunkLeft) break
      if (!this.#materialize(sequence, end, nowMs)) break
      next++
      memoryLeft -= charge + reserve
      inputLeft -= charge
      chunkLeft -= charge
    }
    if (next > 0) this.#waiting.splice(0, next)
  }

  /** Free and unlocked memory, less what running requests may still need. */
  #memoryForAdmission(): number {
    let promised = 0
    for (const sequence of this.#running)
      promised += Math.min(sequence.left, this.#parameters.clip) * this.#ratio
    return this.#pool.available - promised
  }

  #nextChunk(sequence: SglangSequence, chunkLeft: number) {
    const {page, clip} = this.#parameters
    const {materialized, length, left, maxOutput} = sequence
    const lookedUp =
      materialized === 0
        ? this.#pool.cachedTokens(sequence.request, maxOutput === 0 ? length : length - 1)
        : 0
    const start = Math.max(materialized, lookedUp)
    const extend = length - start
    if (extend === 0 && materialized > 0) return null
    const whole = Math.ceil(extend / page) * page <= chunkLeft
    const size = whole ? extend : Math.min(chunkLeft - (chunkLeft % page), extend)
    if (size === 0 && !whole) return null
    const charge = Math.ceil(size / page) * page
    return {end: start + size, charge, reserve: size < extend ? 0 : Math.min(left, clip)}
  }

  /** Gives a request the pages of its next chunk; false when they are not there. */
  #materialize(sequence: SglangSequence, end: number, nowMs: number): boolean {
    const isFirst = sequence.materialized === 0
    if (isFirst) this.#pool.attach(sequence, end)
    const prefix = isFirst ? sequence.cached : sequence.materialized
    if (!this.#pool.extend(sequence, end)) {
      if (isFirst) this.#pool.drop(sequence)
      return false
    }
    sequence.materialized = end
    this.#taken.push(sequence)
    this.#takenIsl += end
    this.#takenPrefix += prefix
    if (end > prefix) {
      this.#outcome.numPrefillRequests++
      this.#outcome.sumPrefillTokens += end - prefix
      this.#outcome.sumPrefillKvTokens += prefix
    }
    if (isFirst) this.#observer.admitted(sequence.request, nowMs, prefix)
    this.#didSomething = true
    return true
  }

  /** Computes the prompts taken; those that are complete get their first token (sglang-trtllm-1.6.md 1.5). */
  #prefill(nowMs: number): void {
    const endMs = nowMs + this.#prefillMs()
    this.#outcome.endMs = endMs
    const unfinished: SglangSequence[] = []
    const finished: SglangSequence[] = []
    for (const sequence of this.#taken) {
      if (!this.#isDecode) this.#observer.prefillChunk(sequence.request, nowMs, endMs, sequence.materialized)
      if (sequence.materialized === sequence.length) finished.push(sequence)
      else {
        this.#pool.cachePrefix(sequence)
        unfinished.push(sequence)
      }
    }
    this.#waiting.unshift(...unfinished)
    this.#emitFirstTokens(finished, endMs)
  }

  #emitFirstTokens(finished: readonly SglangSequence[], endMs: number): void {
    let grow = 0
    for (const {left, length, allocated} of finished)
      if (left > 1) grow += Math.max(this.#pool.pagesFor(length + 1) - allocated, 0)
    const hasRoom = grow <= this.#pool.available
    if (hasRoom) this.#pool.makeRoom(grow)
    for (const sequence of finished) {
      if (sequence.left > 1) {
        if (hasRoom) this.#emit(sequence, endMs)
        this.#running.push(sequence)
        continue
      }
      // The last token takes no slot.
      if (sequence.left === 1) {
        sequence.generated++
        this.#observer.token(sequence.request, endMs)
      }
      this.#complete(sequence)
    }
  }

  // --- tokens (sglang-trtllm-1.6.md 1.7) ---

  /** One token for every running request; returns those it had to retract. */
  #decode(nowMs: number): readonly SglangSequence[] {
    this.#outcome.endMs = nowMs
    for (const {left, length} of this.#running) {
      if (left === 0) continue
      this.#outcome.numDecodeRequests++
      this.#outcome.sumDecodeKvTokens += length
    }
    this.#completeWithoutTokens()
    if (this.#running.length === 0) return NONE
    const retracted = this.#retractUntilThereIsRoom()
    const grow = this.#growth()
    if (grow > this.#pool.available) return retracted
    this.#pool.makeRoom(grow)
    const running = this.#running
    let total = 0
    for (const {length} of running) total += length
    const endMs = nowMs + this.#decodeMs(running.length, total)
    this.#outcome.endMs = endMs
    this.#outcome.decodeTokens = running.length
    this.#didSomething = true
    const kept: SglangSequence[] = []
    for (const sequence of running) {
      this.#emit(sequence, endMs)
      if (sequence.left === 0) this.#complete(sequence)
      else kept.push(sequence)
    }
    this.#running = kept
    return retracted
  }

  #completeWithoutTokens(): void {
    if (this.#running.every(({left}) => left > 0)) return
    for (const sequence of this.#running) if (sequence.left === 0) this.#complete(sequence)
    this.#running = this.#running.filter(({left}) => left > 0)
  }

  /** Pages the next token of every running request takes, in tokens. */
  #growth(): number {
    let grow = 0
    for (const {length, left, allocated} of this.#running)
      grow += Math.max(this.#pool.pagesFor(length + Math.min(1, left)) - allocated, 0)
    return grow
  }

  #retractUntilThereIsRoom(): readonly SglangSequence[] {
    if (this.#growth() <= this.#pool.available) return NONE
    const retracted: SglangSequence[] = []
    while (this.#running.length > 1 && this.#growth() > this.#pool.available) {
      const at = indexOfLeastOutput(this.#running)
      const [sequence] = this.#running.splice(at, 1) as [SglangSequence]
      this.#pool.drop(sequence)
      sequence.isRetracted = true
      this.#observer.preempted(sequence.request, this.#passStartMs)
      retracted.push(sequence)
    }
    if (retracted.length === 0) return NONE
    this.#didSomething = true
    this.destination?.spaceChanged()
    let generated = 0
    let most = 0
    for (const sequence of this.#running) {
      generated += sequence.generated
      most += sequence.maxOutput
    }
    this.#ratio = Math.min((generated + 20 * this.#running.length) / (most + 1), 1)
    return retracted
  }

  #emit(sequence: SglangSequence, atMs: number): void {
    this.#pool.extend(sequence, sequence.length + 1)
    sequence.generated++
    sequence.materialized++
    this.#observer.token(sequence.request, atMs)
    if (sequence.left === 0) return
    if (sequence.generated === 1) this.#signal(sequence.request, FIRST_TOKEN)
    this.#pool.cachePrefix(sequence)
  }

  #complete(sequence: SglangSequence): void {
    this.#signal(sequence.request, COMPLETED)
    if (this.#isPrefill) {
      this.#sources.set(sequence.request, sequence)
      return
    }
    this.#pool.finish(sequence)
    this.destination?.spaceChanged()
  }

  #signal(request: number, kind: number): void {
    this.#outcome.signals.push(request)
    this.#outcome.signalKinds.push(kind)
    if (kind !== FIRST_TOKEN) this.#outcome.completedCount++
  }

  // --- time ---

  #prefillMs(): number {
    const n = this.#taken.length
    if (n === 0 || this.#isDecode) return 0
    const prefix = Math.floor(this.#takenPrefix / n)
    const newTokens = Math.floor(this.#takenIsl / n) - prefix
    if (newTokens <= 0) return 0
    return this.#duration(Math.max(this.#perf.prefillMs(n, newTokens, prefix), 0), this.#prefillRatio)
  }

  #decodeMs(count: number, total: number): number {
    if (this.#isPrefill) return 0
    const context = Math.floor(total / count)
    const ms = this.#perf.decodeMs(count, total, context, this.#pool.capacity)
    return this.#duration(Math.max(ms, this.#leastDecodeMs), this.#decodeRatio)
  }

  #duration(ms: number, ratio: number): number {
    if (!Number.isFinite(ms))
      throw new RunError(`the ${this.#perf.timing} timing gave a pass time of ${ms} ms`)
    return scaledDurationMs(ms, ratio)
  }

  // --- the end of a pass ---

  /** Falls in passes that computed no prompt, but for those that only wait for an interval to pass. */
  #decayRatio(passes: number, isInterval: boolean): void {
    const {leastRatio, ratioDecay} = this.#parameters
    if (isInterval && !this.#didSomething) return
    for (let i = 0; i < passes && this.#ratio > leastRatio; i++) {
      this.#ratio = Math.max(this.#ratio - ratioDecay, leastRatio)
      // A pass that does nothing else is repeated until this one stands still.
      this.#didSomething = true
    }
  }

  #countRounds(isInterval: boolean): void {
    if (this.#outcome.sumPrefillTokens > 0) this.#decodeRounds = this.#decodeInterval
    else if (this.#decodeRounds > 0) {
      if (isInterval && !this.#didSomething) this.#ratio = this.#parameters.initialRatio
      this.#decodeRounds--
      this.#didSomething = true
    }
  }

  #countQueue(): void {
    const outcome = this.#outcome
    outcome.numQueuedPrefill = 0
    outcome.sumQueuedPrefillTokens = 0
    outcome.numQueuedDecode = this.destination?.pendingCount ?? 0
    outcome.sumQueuedDecodeKvTokens = this.destination?.pendingTokens ?? 0
    for (const sequence of this.#waiting) {
      if (sequence.generated > 0 || sequence.isHandedOff) {
        outcome.numQueuedDecode++
        outcome.sumQueuedDecodeKvTokens += sequence.length
      } else {
        outcome.numQueuedPrefill++
        outcome.sumQueuedPrefillTokens += sequence.promptLength
      }
    }
    for (const {length} of this.#prebuilt) {
      outcome.numQueuedDecode++
      outcome.sumQueuedDecodeKvTokens += length
    }
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
