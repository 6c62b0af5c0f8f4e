import type {EngineArgs} from '../../config/scenario.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import type {Workload} from '../../trace/workload.ts'
import {OutcomeRow16} from '../pass-outcome-1.6.ts'
import {PassTimes16} from '../pass-times-1.6.ts'
import type {Prompts} from '../prompts.ts'
import type {PassObserver} from '../scheduler.ts'
import {type PassOutcome16, REJECTED, type Scheduler16} from '../scheduler-1.6.ts'
import {NewTokenRatio} from '../sglang-1.2/new-token-ratio.ts'
import {PromptBatch} from '../sglang-1.2/prompt-batch.ts'
import {type SglangParameters, sglangParameters} from '../sglang-1.2/sglang-parameters.ts'
import {createTokenRuns, type TokenRuns} from '../sglang-1.2/token-runs.ts'
import {DecodingRun} from './decoding-run.ts'
import {longestPrefixFirst, MOST_ORDERED} from './longest-prefix-first.ts'
import {PromptAdmission} from './prompt-admission.ts'
import {RequestQueue} from './request-queue.ts'
import {Retraction} from './retraction.ts'
import {SglangDestination} from './sglang-destination.ts'
import {SglangSequence} from './sglang-sequence.ts'
import {TokenEmission} from './token-emission.ts'
import {TokenPool} from './token-pool.ts'

export interface SglangInputs {
  readonly args: EngineArgs
  readonly perf: PerfModel
  readonly workload: Workload
  readonly prompts: Pick<Prompts, 'areUnshared'>
  readonly observer: PassObserver
}

/**
 * Continuous batching as SGLang does it, generation 1.6 (sglang-trtllm-1.6.md 1): a pass computes either prompts or one
 * token for every running request, never both; the first token comes out of the prompt's pass. Memory is a pool of token
 * slots shared with a radix tree of prefixes; when it runs short, the requests with the least output are retracted.
 *
 * Here is the order of a pass. Its state lies with what it is about: who waits (`RequestQueue`), whose prompts are taken
 * (`PromptAdmission`), what this pass has of them (`PromptBatch`), the memory (`TokenPool`), who loses it (`Retraction`), the
 * tokens (`TokenEmission`), and passes that only decode (`DecodingRun`).
 */
export class SglangScheduler implements Scheduler16 {
  readonly #parameters: SglangParameters
  readonly #inputLength: Int32Array
  readonly #observer: PassObserver
  readonly #tokens: TokenRuns
  readonly #pool: TokenPool
  readonly #isCaching: boolean
  readonly #maxRunning: number
  readonly #maxModelLength: number
  readonly #decodeInterval: number
  readonly #isDecode: boolean
  readonly kvEvents = null
  readonly destination: SglangDestination | null

  readonly #queue = new RequestQueue()
  readonly #running: SglangSequence[] = []
  readonly #batch = new PromptBatch<SglangSequence>()
  readonly #outcome = new OutcomeRow16()
  readonly #ratio: NewTokenRatio
  readonly #times: PassTimes16
  readonly #admission: PromptAdmission
  readonly #retraction: Retraction
  readonly #emission: TokenEmission
  readonly #decoding: DecodingRun
  /** Passes still to come in which nothing but decoding is done. */
  #decodeRounds = 0

  constructor({args, perf, workload, prompts, observer}: SglangInputs) {
    const parameters = sglangParameters(args)
    const {page, pool: capacity} = parameters
    this.#parameters = parameters
    this.#inputLength = workload.inputLength
    this.#observer = observer
    this.#tokens = createTokenRuns(workload, prompts)
    this.#isCaching = args.enable_prefix_caching
    this.#maxRunning = args.max_num_seqs ?? Number.POSITIVE_INFINITY
    this.#maxModelLength = args.max_model_len ?? Number.POSITIVE_INFINITY
    this.#decodeInterval = args.prefill_decode_interval ?? 0
    this.#isDecode = args.worker_type === 'decode'
    this.#pool = new TokenPool(this.#tokens, {page, capacity, isCaching: this.#isCaching})
    this.#ratio = new NewTokenRatio(parameters)
    this.#times = new PassTimes16(args, perf, capacity)
    this.destination = this.#isDecode ? this.#createDestination() : null
    const parts = {
      parameters,
      isCaching: this.#isCaching,
      isPrefill: args.worker_type === 'prefill',
      maxRunning: this.#maxRunning,
      pool: this.#pool,
      queue: this.#queue,
      running: this.#running,
      batch: this.#batch,
      ratio: this.#ratio,
      times: this.#times,
      destination: this.destination,
      observer,
      outcome: this.#outcome,
    }
    this.#admission = new PromptAdmission(parts)
    this.#retraction = new Retraction(this.#pool, this.#running, this.#ratio, observer)
    this.#emission = new TokenEmission(parts)
    this.#decoding = new DecodingRun(parts)
  }

  get steadyPasses(): number {
    return this.#decoding.passes
  }

  get lastSteadyStartMs(): number {
    return this.#decoding.lastStartMs
  }

  get outcome(): PassOutcome16 {
    return this.#outcome
  }

  get hasRequests(): boolean {
    return this.#running.length > 0 || this.#queue.size > 0 || this.#decodeRounds > 0
  }

  get isEmpty(): boolean {
    return !this.hasRequests && this.#emission.sourceCount === 0 && (this.destination?.isEmpty ?? true)
  }

  get kvShare(): number {
    return (this.#pool.capacity - this.#pool.available) / this.#pool.capacity
  }

  get waitingRequests(): number {
    return this.#queue.size + (this.destination?.pendingCount ?? 0)
  }

  get runningRequests(): number {
    return this.#running.length
  }

  get residentRequests(): number {
    const waiting = this.#queue.countHolding() + (this.destination?.reservedCount ?? 0)
    return this.#running.length + this.#emission.sourceCount + waiting
  }

  receive(request: number, maxOutput: number): void {
    this.#queue.waiting.push(this.#createSequence(request, maxOutput))
  }

  releaseSource(request: number): void {
    this.#emission.releaseSource(request)
  }

  runSteadyPasses(nowMs: number, horizonMs: number): number {
    return this.#decodeRounds > 0 ? nowMs : this.#decoding.run(nowMs, horizonMs)
  }

  executePass(nowMs: number): PassOutcome16 {
    const outcome = this.#outcome
    this.#beginPass(nowMs)
    this.#rejectTooLong()
    this.#startPrebuilt(nowMs)
    this.#orderWaiting()
    const isInterval = this.#decodeRounds > 0
    if (!isInterval && this.#queue.prebuilt.length === 0 && !this.destination?.isBlocking)
      this.#admission.take(nowMs)
    const isPrefillPass = this.#batch.size > 0
    const retracted = isPrefillPass ? NONE : this.#decode(nowMs)
    if (isPrefillPass) this.#prefill(nowMs)
    for (const sequence of retracted) this.#queue.waiting.push(sequence)
    if (retracted.length === 0 && !isPrefillPass) this.#decayRatio(isInterval)
    this.#countRounds(isInterval)
    if (outcome.signals.length > 0) outcome.hadEffect = true
    this.#queue.countIn(outcome, this.destination)
    return outcome
  }

  #createSequence(request: number, maxOutput: number): SglangSequence {
    const prompt = this.#inputLength[request]!
    const most = Math.max(Math.min(maxOutput, this.#maxModelLength - prompt), 0)
    return new SglangSequence({request, name: this.#tokens.nameOf(request)}, prompt, most)
  }

  #createDestination(): SglangDestination {
    return new SglangDestination({
      pool: this.#pool,
      create: (request, maxOutput) => this.#createSequence(request, maxOutput),
      refuses: request => this.#isTooLong(this.#inputLength[request]!),
      activate: sequence => this.#queue.prebuilt.push(sequence),
    })
  }

  #isTooLong(promptLength: number): boolean {
    return promptLength >= this.#maxModelLength || this.#pool.pagesFor(promptLength) > this.#pool.capacity
  }

  // --- the beginning of a pass ---

  #beginPass(nowMs: number): void {
    const outcome = this.#outcome
    this.#batch.clear()
    outcome.endMs = nowMs
    outcome.hadEffect = false
    outcome.decodeTokens = 0
    outcome.clearSignals()
    outcome.clearCounts()
  }

  #rejectTooLong(): void {
    if (this.#maxModelLength === Number.POSITIVE_INFINITY) return
    for (const {request} of this.#queue.takeTooLong(this.#maxModelLength))
      this.#outcome.signal(request, REJECTED)
  }

  #startPrebuilt(nowMs: number): void {
    const {prebuilt} = this.#queue
    while (prebuilt.length > 0 && this.#running.length < this.#maxRunning) {
      const sequence = prebuilt.shift()!
      this.#running.push(sequence)
      this.#observer.admitted(sequence.request, nowMs, 0)
      this.#outcome.hadEffect = true
    }
  }

  #orderWaiting(): void {
    const {waiting} = this.#queue
    if (!this.#parameters.longestPrefixFirst || !this.#isCaching) return
    if (waiting.length < 2 || waiting.length > MOST_ORDERED) return
    this.#queue.waiting = longestPrefixFirst(waiting, {pool: this.#pool, tokens: this.#tokens})
  }

  // --- a pass of prompts ---

  /** Computes the prompts taken; those that are complete get their first token (sglang-trtllm-1.6.md 1.5). */
  #prefill(nowMs: number): void {
    const {size, promptTokens, prefixTokens, sequences} = this.#batch
    const endMs = nowMs + this.#times.prefillMs(size, promptTokens, prefixTokens)
    this.#outcome.endMs = endMs
    const unfinished: SglangSequence[] = []
    const finished: SglangSequence[] = []
    for (const sequence of sequences) {
      if (!this.#isDecode) this.#observer.prefillChunk(sequence.request, nowMs, endMs, sequence.materialized)
      if (sequence.materialized === sequence.length) finished.push(sequence)
      else {
        this.#pool.cachePrefix(sequence)
        unfinished.push(sequence)
      }
    }
    this.#queue.waiting.unshift(...unfinished)
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
        if (hasRoom) this.#emission.emit(sequence, endMs)
        this.#running.push(sequence)
        continue
      }
      if (sequence.left === 1) this.#emission.emitOnly(sequence, endMs)
      this.#emission.complete(sequence)
    }
  }

  // --- a pass of tokens (sglang-trtllm-1.6.md 1.7) ---

  /** One token for every running request; returns those it had to retract. */
  #decode(nowMs: number): readonly SglangSequence[] {
    const running = this.#running
    const outcome = this.#outcome
    for (const {left, length} of running) {
      if (left === 0) continue
      outcome.numDecodeRequests++
      outcome.sumDecodeKvTokens += length
    }
    this.#completeFinished()
    if (running.length === 0) return NONE
    const retracted = this.#retraction.makeRoom(nowMs)
    if (retracted.length > 0) {
      outcome.hadEffect = true
      this.destination?.spaceChanged()
    }
    const grow = this.#retraction.growth()
    if (grow > this.#pool.available) return retracted
    this.#pool.makeRoom(grow)
    let total = 0
    for (const {length} of running) total += length
    outcome.endMs = nowMs + this.#times.decodeMs(running.length, total)
    outcome.decodeTokens = running.length
    outcome.hadEffect = true
    this.#emitTokens(outcome.endMs)
    return retracted
  }

  /** Those that want no token more, as they came. */
  #completeFinished(): void {
    const running = this.#running
    let kept = 0
    for (const sequence of running) {
      if (sequence.left > 0) running[kept++] = sequence
      else this.#emission.complete(sequence)
    }
    if (kept < running.length) running.length = kept
  }

  #emitTokens(atMs: number): void {
    const running = this.#running
    let kept = 0
    for (const sequence of running) {
      this.#emission.emit(sequence, atMs)
      if (sequence.left > 0) running[kept++] = sequence
      else this.#emission.complete(sequence)
    }
    if (kept < running.length) running.length = kept
  }

  // --- the end of a pass ---

  /** Falls in passes that computed no prompt, but for those that only wait for an interval to pass. */
  #decayRatio(isInterval: boolean): void {
    if (isInterval && !this.#outcome.hadEffect) return
    // A pass that does nothing else is repeated until this one stands still.
    if (this.#ratio.decay(1)) this.#outcome.hadEffect = true
  }

  #countRounds(isInterval: boolean): void {
    const outcome = this.#outcome
    if (outcome.sumPrefillTokens > 0) this.#decodeRounds = this.#decodeInterval
    else if (this.#decodeRounds > 0) {
      if (isInterval && !outcome.hadEffect) this.#ratio.reset()
      this.#decodeRounds--
      outcome.hadEffect = true
    }
  }
}

const NONE: readonly SglangSequence[] = []
