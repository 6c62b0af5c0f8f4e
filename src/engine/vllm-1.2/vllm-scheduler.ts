import {DecodeDurations, passDurationMs} from '../../perf/pass-duration.ts'
import type {PerfModel} from '../../perf/perf-model.ts'
import type {SchedulerSetup} from '../generation.ts'
import {OutcomeRow} from '../pass-outcome.ts'
import type {
  PassObserver,
  PassOutcome,
  PlanBounds,
  PlannedPasses,
  Scheduler,
  SteadyPassObserver,
} from '../scheduler.ts'
import {SteadyRun} from '../steady-run.ts'
import {PassTiming} from '../stretch/pass-timing.ts'
import type {StopLog} from '../stretch/stop-log.ts'
import {Lockstep} from './lockstep.ts'
import {PassBatch} from './pass-batch.ts'
import {PreemptionLoop} from './preemption-loop.ts'
import {RunningSet} from './running-set.ts'
import {FINISHED, RUNNING, type Sequence} from './sequence.ts'
import {SequenceBlocks} from './sequence-blocks.ts'
import {WaitingQueue} from './waiting-queue.ts'

/** What became of a sequence that a pass tried to schedule: the last two end or skip its turn. */
type Scheduled = typeof SCHEDULED | typeof BLOCKED | typeof SELF_PREEMPTED
const SCHEDULED = 0
/** Neither budget nor blocks for one more token. */
const BLOCKED = 1
/** The only block left to take was its own. */
const SELF_PREEMPTED = 2

/**
 * Continuous batching as vLLM does it: one token budget per pass, running requests first, then admissions; prompt
 * chunks and single decode tokens share the budget; a request short of KV blocks pre-empts another (engine.md 5).
 *
 * Here is the order of a pass. Its state lies with what it is about: who waits (`WaitingQueue`), who runs (`RunningSet`),
 * what this pass has scheduled (`PassBatch`), who holds which blocks (`SequenceBlocks`).
 */
export class VllmScheduler implements Scheduler {
  readonly #isChunked: boolean
  readonly #speedup: number
  readonly #perf: PerfModel
  readonly #observer: PassObserver
  readonly #blocks: SequenceBlocks
  readonly #blockSize: number
  readonly #maxRunning: number
  readonly #isPrefillOnly: boolean
  readonly #decodeDurations: DecodeDurations

  readonly #waiting = new WaitingQueue()
  readonly #running: RunningSet<Sequence>
  /** Requests received and not finished. */
  #requests = 0

  readonly #outcome = new OutcomeRow()
  readonly #batch: PassBatch
  readonly #preemptions: PreemptionLoop
  /** Scratch: the sequences that emit a token in this pass, `count` of them. */
  readonly #emitting: Sequence[] = []
  readonly #steady: SteadyRun
  readonly #lockstep: Lockstep
  readonly notice = null

  constructor(setup: Omit<SchedulerSetup, 'workload'>) {
    const {args, perf, observer} = setup
    this.#isChunked = args.enable_chunked_prefill
    this.#speedup = args.speedup_ratio
    this.#perf = perf
    this.#observer = observer
    this.#blocks = new SequenceBlocks(setup)
    this.#blockSize = args.block_size
    this.#maxRunning = args.max_num_seqs ?? Number.POSITIVE_INFINITY
    this.#isPrefillOnly = args.worker_type === 'prefill'
    const capacityTokens = args.num_gpu_blocks * args.block_size
    this.#decodeDurations = new DecodeDurations(perf, args, {leastMs: 1, capacityTokens})
    this.#running = new RunningSet(args.preemption_mode)
    this.#batch = new PassBatch(args, this.#outcome)
    this.#preemptions = new PreemptionLoop(args)
    this.#lockstep = new Lockstep(this.#running.sequences, this.#blocks, {
      blockSize: args.block_size,
      observer,
      onEnd: sequence => this.#finish(sequence),
    })
    this.#steady = new SteadyRun(observer, new PassTiming(this.#decodeMs, perf))
  }

  get steadyPasses(): number {
    return this.#steady.passes
  }

  get hasRequests(): boolean {
    return this.#requests > 0
  }

  receive(request: number, maxOutput: number): void {
    this.#requests++
    this.#waiting.pushBack(this.#blocks.createSequence(request, maxOutput))
  }

  cachedBlocks(request: number): number {
    return this.#blocks.cachedBlocks(request)
  }

  retire(): void {
    this.#settle()
    this.#lockstep.dissolve(this.#batch)
    this.#blocks.forgetHeld()
  }

  get kvShare(): number {
    return this.#blocks.share
  }

  get runningRequests(): number {
    return this.#running.size
  }

  get waitingRequests(): number {
    return this.#requests - this.#running.size
  }

  get residentRequests(): number {
    return this.#running.size + this.#waiting.countHolding()
  }

  executePass(nowMs: number): PassOutcome {
    this.#settle()
    this.#batch.begin(nowMs)
    this.#running.compact()
    this.#scheduleRunning()
    this.#admit(nowMs)
    const decodeStart = nowMs + this.#prefillMs()
    if (this.#batch.promptCount > 0) this.#tellChunks(decodeStart)
    const decodeMs = this.#emitTokens(decodeStart)
    if (this.#outcome.completedCount > 0) this.#lockstep.compact()
    this.#running.compact()
    this.#lockstep.grow()
    this.#outcome.endMs = decodeStart + decodeMs
    this.#waiting.countIn(this.#outcome)
    return this.#outcome
  }

  planSteadyPasses(nowMs: number, bounds: PlanBounds): PlannedPasses | null {
    if (!this.#isSteady()) return null
    if (this.#steady.beforeOpening === 0) return this.#planOpening(nowMs) ? this.#steady : null
    return this.#steady.plan(this.#running.sequences, nowMs, bounds) > 0 ? this.#steady : null
  }

  runSteadyPasses(nowMs: number, horizonMs: number, observer: SteadyPassObserver | null): number {
    if (!this.#isSteady()) return nowMs
    if (this.#steady.beforeOpening > 0)
      return this.#steady.run(this.#running.sequences, nowMs, horizonMs, observer)
    if (!this.#planOpening(nowMs)) return nowMs
    this.#steady.tell(1, 0, observer)
    return this.#steady.endMs
  }

  runThrough(stops: StopLog, observer: SteadyPassObserver | null): boolean {
    if (!this.#isSteady()) return false
    const steady = this.#steady
    if (steady.beforeOpening === 0) {
      if (!steady.isOverBefore(stops) || !this.#planOpening(stops.nowMs)) return false
      steady.tell(1, 0, observer)
      steady.tellStop(stops)
    }
    // Blocks that an opening takes are in use up to the next.
    steady.runThrough(this.#running.sequences, stops, observer)
    return stops.count > 0
  }

  // --- passes that only decode ---

  /** The next pass only decodes: the run over such passes is open. */
  #isSteady(): boolean {
    if (this.#steady.isOpen) return !this.#mayAdmit()
    this.#settle()
    const limit = this.#steadyLimit()
    if (limit === 0) return false
    this.#steady.open(this.#lockstep, limit)
    this.#steady.beforeOpening = this.#lockstep.beforeOpening
    return true
  }

  /** Somebody waits that the next pass would take in, or have in its queue. */
  #mayAdmit(): boolean {
    return this.#running.size >= this.#maxRunning ? !this.#waiting.isEmpty : this.#waiting.peek() !== null
  }

  /** Passes that can run before one of them admits or completes; 0 if the batch is not steady. */
  #steadyLimit(): number {
    const {size} = this.#running
    if (size === 0 || size > this.#batch.budget || this.#isPrefillOnly) return 0
    return this.#lockstep.size < size || this.#mayAdmit() ? 0 : this.#lockstep.beforeEnd
  }

  /** Plans the pass that is next, and takes the blocks that its tokens need; false if one might need a pre-emption. */
  #planOpening(nowMs: number): boolean {
    const {done} = this.#steady
    if (!this.#blocks.hasRoomFor(this.#lockstep.openings)) return false
    if (!this.#steady.planOne(this.#running.sequences, nowMs)) return false
    this.#lockstep.openBlocks(done)
    this.#steady.beforeOpening = this.#lockstep.beforeOpening - done
    return true
  }

  /** Ends the run over passes that only decode. */
  #settle(): void {
    const passes = this.#steady.close()
    if (passes > 0) this.#lockstep.moveOn(passes, this.#steady.endMs)
  }

  // --- the batch of a pass ---

  #scheduleRunning(): void {
    const running = this.#running.sequences
    this.#lockstep.schedule(this.#batch)
    let i = this.#lockstep.size
    while (i < running.length && this.#batch.tokensLeft > 0) {
      const sequence = running[i]!
      const cached = sequence.computed === 0 ? this.#blocks.cachedTokens(sequence) : 0
      const result = this.#schedule(sequence, cached)
      if (result === BLOCKED) return
      // One that pre-empted itself is off the list: the next one has its place.
      if (result === SCHEDULED) i++
    }
  }

  #admit(nowMs: number): void {
    const batch = this.#batch
    while (!batch.hasPreempted && this.#running.size < this.#maxRunning) {
      const sequence = this.#waiting.peek()
      if (sequence === null || this.#isCertainlyBlocked(sequence)) return
      const reused = sequence.computed === 0 ? this.#blocks.cachedTokens(sequence) : 0
      if (this.#schedule(sequence, reused) !== SCHEDULED) return
      this.#waiting.leave(sequence)
      this.#waiting.setStatus(sequence, RUNNING)
      this.#running.add(sequence)
      this.#observer.admitted(sequence.request, nowMs, reused)
      if (sequence.passUsed === 0 && batch.tokensLeft === 0) return
    }
  }

  /**
   * Without budget only a fully cached prompt can go on, which a prompt with a partial block never is: so its prefix need
   * not be looked up, which costs more than all the rest of a pass that admits nobody.
   */
  #isCertainlyBlocked(sequence: Sequence): boolean {
    return sequence.computed === 0 && this.#batch.tokensLeft === 0 && sequence.length % this.#blockSize !== 0
  }

  /**
   * Gives the sequence as many tokens of this pass as budget and blocks allow (engine.md 5.3).
   * @param cached leading tokens whose KV is here already, of a sequence that has computed none itself
   */
  #schedule(sequence: Sequence, cached: number): Scheduled {
    const {length, promptLength} = sequence
    const budget = this.#batch.tokensLeft
    const before = sequence.computed + cached
    const prefix = Math.min(before, promptLength)
    const remaining = Math.max(length - before, 0)
    if (!this.#isChunked && promptLength - prefix > budget) return BLOCKED
    const want = Math.min(remaining, budget)
    if (want === 0 && remaining > 0) return BLOCKED
    const target = before + want
    if (target > sequence.allocated && !this.#findBlocks(sequence, target)) return SELF_PREEMPTED
    const after = Math.min(target, sequence.allocated)
    sequence.computed = after
    const used = Math.max(after - before, 0)
    if (used === 0 && after < length) return BLOCKED
    sequence.passUsed = used
    sequence.passPrefix = prefix
    sequence.passPromptTokens = Math.max(Math.min(after, promptLength) - prefix, 0)
    this.#batch.add(sequence)
    return SCHEDULED
  }

  /**
   * Gets blocks up to `target` tokens, or as many as there are, pre-empting others if it must.
   * @returns false if the sequence itself was pre-empted
   */
  #findBlocks(sequence: Sequence, target: number): boolean {
    while (!this.#blocks.extend(sequence, target)) {
      const victim = this.#preempt()
      if (victim === null) return true
      this.#batch.hasPreempted = true
      this.#batch.undo(victim)
      if (victim === sequence) return false
    }
    return true
  }

  /** Takes a running sequence off the batch and frees its blocks (engine.md 5.4); null if there is none. */
  #preempt(): Sequence | null {
    this.#lockstep.dissolve(this.#batch)
    const victim = this.#running.takeVictim()
    if (victim === null) return null
    victim.computed = 0
    this.#blocks.releaseAll(victim)
    this.#waiting.takeBack(victim)
    this.#observer.preempted(victim.request, this.#batch.startMs)
    this.#preemptions.preempted(victim.request)
    return victim
  }

  // --- time ---

  /** The prompts of a pass are priced as so many equal ones of their mean length and prefix. */
  #prefillMs(): number {
    const {promptCount, promptTokens, prefixTokens} = this.#batch
    if (promptCount === 0) return 0
    const isl = Math.floor(promptTokens / promptCount)
    const prefix = Math.floor(prefixTokens / promptCount)
    const ms = Math.max(this.#perf.prefillMs(promptCount, Math.max(isl - prefix, 0), prefix), 0)
    return passDurationMs(this.#perf, ms, this.#speedup)
  }

  readonly #decodeMs = (count: number, totalLength: number): number => {
    if (this.#isPrefillOnly) return 0
    const context = Math.floor(totalLength / count)
    const kvTokens = this.#blocks.activeBlocks * this.#blockSize
    return this.#decodeDurations.of(count, kvTokens, context)
  }

  // --- tokens ---

  /** Prompt chunks of the pass; those of requests pre-empted since are gone from the batch. */
  #tellChunks(endMs: number): void {
    const {startMs} = this.#batch
    const running = this.#running.sequences
    for (let i = this.#lockstep.size; i < running.length; i++) {
      const sequence = running[i]!
      if (sequence.passPromptTokens === 0 || !this.#batch.holds(sequence)) continue
      this.#observer.prefillChunk(sequence.request, startMs, endMs, sequence.passPromptTokens)
    }
  }

  /** Emits one token for each sequence whose tokens are all computed; returns the duration of the step (engine.md 5.5). */
  #emitTokens(decodeStart: number): number {
    this.#outcome.completedCount = 0
    this.#outcome.clearSignals()
    const lockstep = this.#lockstep
    if (lockstep.beforeOpening === 0 && !this.#blocks.hasRoomFor(lockstep.openings))
      lockstep.dissolve(this.#batch)
    const inStep = lockstep.size
    let totalLength = lockstep.total
    const emitting = this.#emitting
    const running = this.#running.sequences
    let others = 0
    for (let i = inStep; i < running.length; i++) {
      const sequence = running[i]!
      if (sequence.computed < sequence.length || sequence.generated >= sequence.maxOutput) continue
      emitting[others++] = sequence
      totalLength += sequence.length
    }
    if (inStep + others === 0) return 0
    const decodeMs = this.#decodeMs(inStep + others, totalLength)
    const tokenTime = decodeStart + decodeMs
    if (inStep > 0) lockstep.emit(tokenTime)
    let hasEmitted = inStep > 0
    for (let i = 0; i < others; i++) {
      const sequence = emitting[i]!
      if (!this.#appendToken(sequence)) continue
      hasEmitted = true
      this.#observer.token(sequence.request, tokenTime)
      if (sequence.generated === sequence.maxOutput) this.#finish(sequence)
      else if (sequence.generated === 1) this.#outcome.signal(sequence.request, false)
    }
    if (!hasEmitted) return 0
    this.#preemptions.tokenCame()
    return decodeMs
  }

  /** False when the sequence lost its place for want of a block. */
  #appendToken(sequence: Sequence): boolean {
    for (;;) {
      if (sequence.status !== RUNNING) return false
      sequence.length++
      sequence.generated++
      if (sequence.length % this.#blockSize !== 1 || this.#blocks.openBlock(sequence)) {
        if (sequence.generated < sequence.maxOutput) sequence.allocated = sequence.length
        return true
      }
      sequence.length--
      sequence.generated--
      const victim = this.#preempt()
      if (victim === null || victim === sequence) return false
    }
  }

  /** It has all its tokens. */
  #finish(sequence: Sequence): void {
    this.#outcome.signal(sequence.request, true)
    this.#blocks.retire(sequence)
    this.#waiting.setStatus(sequence, FINISHED)
    sequence.inWaiting = false
    this.#running.finish(sequence)
    this.#requests--
    this.#outcome.completedCount++
  }
}
