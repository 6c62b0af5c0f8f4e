import type {EngineArgs} from '../../config/scenario.ts'
import {empty} from '../../core/empty.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import {OutcomeRow16} from '../pass-outcome-1.6.ts'
import {PassTimes16} from '../pass-times-1.6.ts'
import type {Prompts} from '../prompts.ts'
import type {PassObserver, PlanBounds, PlannedPasses} from '../scheduler.ts'
import {type PassOutcome16, REJECTED, type Scheduler16} from '../scheduler-1.6.ts'
import type {StopLog} from '../stretch/stop-log.ts'
import {RunningSet} from '../vllm-1.2/running-set.ts'
import {Admission} from './admission.ts'
import {DecodingRun} from './decoding-run.ts'
import type {KvEventLog} from './kv-event-log.ts'
import {PassBatch} from './pass-batch.ts'
import type {Sequence} from './sequence.ts'
import {SequenceBlocks} from './sequence-blocks.ts'
import {TokenEmission} from './token-emission.ts'
import {VllmDestination} from './vllm-destination.ts'
import {WaitingQueue} from './waiting-queue.ts'

/** What became of a sequence that a pass tried to schedule. */
type Scheduled = typeof SCHEDULED | typeof BLOCKED | typeof SELF_PREEMPTED
const SCHEDULED = 0
/** Neither budget nor blocks for one more token. */
const BLOCKED = 1
/** The only block left to take was its own. */
const SELF_PREEMPTED = 2

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
 *
 * Here is the order of a pass. Its state lies with what it is about: who waits (`WaitingQueue`), who runs (`RunningSet`),
 * who may come in (`Admission`), what this pass has scheduled (`PassBatch`), who holds which blocks (`SequenceBlocks`), the
 * tokens at its end (`TokenEmission`), and passes that only decode (`DecodingRun`).
 */
export class VllmScheduler implements Scheduler16 {
  readonly #prompts: Prompts
  readonly #observer: PassObserver
  readonly #chunksPrompts: boolean
  /** TensorRT-LLM never pre-empts: a request comes in only when there is room for all it may become. */
  readonly #neverEvicts: boolean
  readonly kvEvents: KvEventLog | null
  readonly destination: VllmDestination | null

  readonly #blocks: SequenceBlocks
  readonly #waiting = new WaitingQueue()
  readonly #running: RunningSet<Sequence>
  readonly #admission: Admission
  readonly #outcome = new OutcomeRow16()
  readonly #batch: PassBatch
  readonly #times: PassTimes16
  readonly #emission: TokenEmission
  readonly #decoding: DecodingRun
  /** Requests that this pass turned away. */
  readonly #rejected: number[] = []

  constructor({args, perf, prompts, observer, kvEvents}: SchedulerInputs) {
    this.#prompts = prompts
    this.#observer = observer
    this.#chunksPrompts = args.enable_chunked_prefill
    this.#neverEvicts = args.engine_type === 'trtllm'
    this.kvEvents = kvEvents
    this.#blocks = new SequenceBlocks(args, prompts, kvEvents)
    this.#running = new RunningSet(args.preemption_mode)
    this.destination = args.worker_type === 'decode' ? this.#createDestination(args.block_size) : null
    const occupants = {
      blocks: this.#blocks,
      waiting: this.#waiting,
      running: this.#running,
      destination: this.destination,
    }
    const outcome = this.#outcome
    const times = new PassTimes16(args, perf, args.num_gpu_blocks * args.block_size)
    const admission = new Admission(args, occupants)
    const batch = new PassBatch(args.max_num_batched_tokens ?? Number.POSITIVE_INFINITY, outcome)
    this.#times = times
    this.#admission = admission
    this.#batch = batch
    const emission = new TokenEmission({args, occupants, batch, times, observer, outcome})
    this.#emission = emission
    const {tally} = perf
    this.#decoding = new DecodingRun({args, occupants, admission, emission, times, tally, observer, outcome})
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
    return this.#running.size > 0 || !this.#waiting.isEmpty
  }

  get isEmpty(): boolean {
    return !this.hasRequests && this.#emission.sourceCount === 0 && (this.destination?.isEmpty ?? true)
  }

  get waitingRequests(): number {
    return this.#waiting.newCount + this.#waiting.decodeCount + (this.destination?.pendingCount ?? 0)
  }

  get runningRequests(): number {
    return this.#running.size
  }

  /** Those whose prompt came from elsewhere hold its blocks while they wait. */
  get residentRequests(): number {
    const held = this.#waiting.handedOffCount + (this.destination?.reservedCount ?? 0)
    return this.#running.size + this.#emission.sourceCount + held
  }

  get kvShare(): number {
    const {activeBlocks, capacity} = this.#blocks.pool
    return activeBlocks / capacity
  }

  receive(request: number, maxOutput: number): void {
    this.#waiting.pushBack(this.#createSequence(request, maxOutput))
  }

  executePass(nowMs: number): PassOutcome16 {
    this.#decoding.settle()
    this.#batch.begin(nowMs)
    empty(this.#rejected)
    this.#scheduleRunning()
    this.#admit(nowMs)
    const {promptCount, promptTokens, prefixTokens} = this.#batch
    const decodeStart = nowMs + this.#times.prefillMs(promptCount, promptTokens, prefixTokens)
    if (promptCount > 0) this.#tellChunks(decodeStart)
    this.#emission.emit(decodeStart)
    this.#finishOutcome()
    return this.#outcome
  }

  runSteadyPasses(nowMs: number, horizonMs: number): number {
    return this.#decoding.run(nowMs, horizonMs)
  }

  runThrough(stops: StopLog): boolean {
    return this.#decoding.runThrough(stops)
  }

  planSteadyPasses(nowMs: number, bounds: PlanBounds): PlannedPasses | null {
    return this.#decoding.plan(nowMs, bounds) ? this.#decoding : null
  }

  retire(): void {
    this.#decoding.settle()
    this.#blocks.forget()
  }

  eachStretch(visit: (first: number, count: number) => void): void {
    this.#blocks.pool.eachStretch(visit)
  }

  releaseSource(request: number): void {
    this.#emission.releaseSource(request)
  }

  #createSequence(request: number, maxOutput: number): Sequence {
    const promptLength = this.#prompts.inputLength[request]!
    return this.#blocks.createSequence(request, this.#admission.mostOutput(promptLength, maxOutput))
  }

  #createDestination(blockSize: number): VllmDestination {
    return new VllmDestination({
      pool: this.#blocks.pool,
      blockSize,
      canRun: () => this.#admission.hasPlace,
      create: (request, maxOutput) => this.#createSequence(request, maxOutput),
      refuses: (request, maxOutput) =>
        this.#admission.isTooLong(this.#prompts.inputLength[request]!, maxOutput),
      sharesCache: !this.#neverEvicts,
      hasRoomFor: sequence => this.#admission.hasRoomToReserve(sequence),
      activate: sequence => this.#activate(sequence),
    })
  }

  /** A prompt has come from a prefill instance: its blocks count as computed here. */
  #activate(sequence: Sequence): void {
    const {promptLength} = sequence
    sequence.isHandedOff = true
    sequence.isMaterialised = true
    sequence.computed = promptLength
    sequence.allocated = promptLength
    this.#blocks.computed(sequence, promptLength)
    this.#waiting.insertByOrdinal(sequence)
  }

  // --- the batch of a pass ---

  #scheduleRunning(): void {
    const running = this.#running.sequences
    let i = 0
    while (i < running.length && this.#batch.tokensLeft > 0) {
      const result = this.#schedule(running[i]!, 0)
      if (result === BLOCKED) return
      // One that pre-empted itself is off the list: the next one has its place.
      if (result === SCHEDULED) i++
    }
  }

  #admit(nowMs: number): void {
    const batch = this.#batch
    while (!batch.hasPreempted && this.#admission.hasPlace) {
      const sequence = this.#admission.candidate()
      if (sequence === null) return
      if (this.#admission.mustReject(sequence)) {
        this.#reject(sequence)
        continue
      }
      const isReady = sequence.isMaterialised
      if (!isReady && !this.#admission.hasRoomFor(sequence)) return
      // Something of it is left to compute, whatever is cached.
      if (batch.tokensLeft === 0 && !isReady && !sequence.isComplete && !this.#neverEvicts) return
      const reused = isReady ? 0 : this.#blocks.lookUp(sequence).cachedTokens
      if (this.#schedule(sequence, reused) !== SCHEDULED) return
      this.#waiting.remove(sequence)
      this.#running.add(sequence)
      batch.hasAdmitted = true
      this.#observer.admitted(sequence.request, nowMs, reused)
      if (sequence.passUsed === 0 && batch.tokensLeft === 0) return
    }
  }

  #reject(sequence: Sequence): void {
    this.#waiting.remove(sequence)
    this.#rejected.push(sequence.request)
    this.#blocks.recycle(sequence)
  }

  /**
   * Gives the sequence as many tokens of this pass as budget and blocks allow (engine-1.6.md 5.3).
   * @param cached leading tokens whose KV is here already, of a sequence that has computed none itself
   */
  #schedule(sequence: Sequence, cached: number): Scheduled {
    const {length, promptLength} = sequence
    const budget = this.#batch.tokensLeft
    const before = sequence.computed + cached
    const prefix = Math.min(before, promptLength)
    const remaining = Math.max(length - before, 0)
    if (!this.#chunksPrompts && promptLength - prefix > budget) return BLOCKED
    const want = Math.min(remaining, budget)
    if (want === 0 && remaining > 0) return BLOCKED
    const after = before + want
    if (after > sequence.allocated) {
      const result = this.#findBlocks(sequence, after, cached)
      if (result !== SCHEDULED) return result
    }
    sequence.computed = after
    this.#blocks.computed(sequence, after)
    sequence.passUsed = want
    sequence.passPrefix = prefix
    sequence.passPromptTokens = Math.max(Math.min(after, promptLength) - prefix, 0)
    this.#batch.add(sequence)
    return SCHEDULED
  }

  /** Gets blocks up to `target` tokens, pre-empting others if it must. */
  #findBlocks(sequence: Sequence, target: number, cached: number): Scheduled {
    while (!this.#blocks.extend(sequence, target, cached)) {
      const victim = this.#preempt()
      if (victim === null) return BLOCKED
      this.#batch.hasPreempted = true
      this.#batch.undo(victim)
      if (victim === sequence) return SELF_PREEMPTED
    }
    return SCHEDULED
  }

  /** Takes a running sequence off the batch and frees its blocks (engine-1.6.md 5.4); null if there is none. */
  #preempt(): Sequence | null {
    const victim = this.#neverEvicts ? null : this.#running.takeVictim()
    if (victim === null) return null
    this.#blocks.drop(victim)
    victim.computed = 0
    victim.isPreempted = true
    victim.isMaterialised = false
    victim.lookedUpAt = -1
    this.#waiting.pushFront(victim)
    this.destination?.spaceChanged()
    this.#observer.preempted(victim.request, this.#batch.startMs)
    return victim
  }

  // --- the end of a pass ---

  /** Prompt chunks of the pass; those of requests pre-empted since are gone from the batch. */
  #tellChunks(endMs: number): void {
    const {startMs} = this.#batch
    for (const sequence of this.#running.sequences) {
      if (!this.#batch.prefills(sequence)) continue
      this.#observer.prefillChunk(sequence.request, startMs, endMs, sequence.passPromptTokens)
    }
  }

  #finishOutcome(): void {
    const outcome = this.#outcome
    const {hasAdmitted, hasPreempted, size} = this.#batch
    for (const request of this.#rejected) outcome.signal(request, REJECTED)
    outcome.hadEffect = hasAdmitted || hasPreempted || size > 0 || outcome.signals.length > 0
    this.#waiting.countIn(outcome, this.destination)
  }
}
