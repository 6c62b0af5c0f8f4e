import type {EngineArgs} from '../../config/scenario.ts'
import type {OutsideTally} from '../../perf/perf-model.ts'
import type {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {PassTimes16} from '../pass-times-1.6.ts'
import type {PassObserver, PlanBounds, PlannedPasses} from '../scheduler.ts'
import {SteadyRun} from '../steady-run.ts'
import {batchOf} from '../stretch/batch-in-step.ts'
import type {MomentLog} from '../stretch/moment-log.ts'
import {PassTiming} from '../stretch/pass-timing.ts'
import type {StopLog} from '../stretch/stop-log.ts'
import type {Admission, Occupants} from './admission.ts'
import {BlockEdges} from './block-edges.ts'
import type {Sequence} from './sequence.ts'
import type {TokenEmission} from './token-emission.ts'

interface DecodingRunInputs {
  readonly args: EngineArgs
  readonly occupants: Occupants
  readonly admission: Admission
  readonly emission: TokenEmission
  readonly times: PassTimes16
  readonly tally: OutsideTally | undefined
  readonly observer: PassObserver
  readonly outcome: OutcomeRow16
}

/**
 * Passes in which every request of the batch gets one more token and nobody comes in. They are not written down request
 * by request: before anybody looks at lengths of sequences in the batch the run has to be settled. Only the blocks that a
 * sequence holds, and `allocated`, are right up to a block at any time. A pass in which blocks are completed or taken, or
 * requests complete, is run alone and does not end the run; where it might pre-empt or admit somebody, it is left to the
 * scheduler, which finds the same blocks taken that it would take.
 */
export class DecodingRun implements PlannedPasses {
  readonly #occupants: Occupants
  readonly #admission: Admission
  readonly #emission: TokenEmission
  readonly #observer: PassObserver
  readonly #outcome: OutcomeRow16
  readonly #budget: number
  readonly #isPrefill: boolean
  readonly #steady: SteadyRun
  readonly #edges: BlockEdges
  /** Passes of the run before the next one with an edge of a block, and before the next in which a request completes. */
  #beforeEdge = 0
  #beforeCompletion = 0

  constructor({args, occupants, admission, emission, times, tally, observer, outcome}: DecodingRunInputs) {
    this.#occupants = occupants
    this.#admission = admission
    this.#emission = emission
    this.#observer = observer
    this.#outcome = outcome
    this.#budget = args.max_num_batched_tokens ?? Number.POSITIVE_INFINITY
    this.#isPrefill = args.worker_type === 'prefill'
    const timing = new PassTiming((count, total) => times.decodeMs(count, total), {tally})
    this.#steady = new SteadyRun(observer, timing)
    this.#edges = new BlockEdges(args.block_size)
  }

  /** Passes of the last call of `run`, and when the last of them began. */
  get passes(): number {
    return this.#steady.passes
  }

  get lastStartMs(): number {
    return this.#steady.lastStartMs
  }

  get stops(): number {
    return this.#steady.stops
  }

  get plannedFromMs(): number {
    return this.#steady.plannedFromMs
  }

  get plannedToMs(): number {
    return this.#steady.plannedToMs
  }

  get stopsMs(): Float64Array {
    return this.#steady.stopsMs
  }

  stopsUntil(nowMs: number): number {
    return this.#steady.stopsUntil(nowMs)
  }

  findStops(moments: MomentLog, nowMs: number, later: ((ms: number) => number) | null): void {
    this.#steady.findStops(moments, nowMs, later)
  }

  /** Plans passes up to the next in which something happens; false if that is the next one. */
  plan(nowMs: number, bounds: PlanBounds): boolean {
    if (!this.#goesOn() && !this.#open()) return false
    if (this.#steady.beforeOpening === 0) return false
    return this.#steady.plan(this.#occupants.running.sequences, nowMs, bounds) > 0
  }

  tell(stops: number, rank: number): void {
    this.#steady.tell(stops, rank, null)
    this.#fillOutcome(this.#steady.endMs)
  }

  /** As `Scheduler16.runSteadyPasses`. */
  run(nowMs: number, horizonMs: number): number {
    if (!this.#goesOn() && !this.#open()) return nowMs
    if (this.#steady.beforeOpening === 0) return this.#runAlone(nowMs)
    const endMs = this.#steady.run(this.#occupants.running.sequences, nowMs, horizonMs, null)
    if (endMs > nowMs) this.#fillOutcome(endMs)
    return endMs
  }

  /** As `Scheduler16.runThrough`. */
  runThrough(stops: StopLog): boolean {
    if (!this.#goesOn() && !this.#open()) return false
    const steady = this.#steady
    if (steady.beforeOpening === 0) {
      // What a completion gives to others is theirs when the pass ends.
      if (this.#beforeCompletion === steady.done || !steady.isOverBefore(stops)) return false
      if (this.#runAlone(stops.nowMs) === stops.nowMs) return false
      steady.tellStop(stops)
    }
    if (steady.beforeOpening > 0) steady.runThrough(this.#occupants.running.sequences, stops, null)
    if (stops.count === 0) return false
    this.#fillOutcome(stops.nowMs)
    this.#outcome.decodeTokens = stops.passes * steady.count
    return true
  }

  /** Ends the run and writes down what its passes did to the sequences. */
  settle(): void {
    const passes = this.#steady.close()
    if (passes === 0) return
    const {sequences} = this.#occupants.running
    for (let i = 0; i < sequences.length; i++) this.#write(sequences[i]!, passes)
  }

  #write(sequence: Sequence, passes: number): void {
    sequence.length += passes
    sequence.generated += passes
    sequence.computed += passes
    // Blocks of a pass that is left to the scheduler may be taken already.
    sequence.allocated = Math.max(sequence.allocated, sequence.computed)
    if (passes > 1) this.#observer.tokensUntil(sequence.request, passes - 1, this.#steady.endMs)
  }

  /** The run under way goes on without another look at the batch: nobody has come who might be admitted. */
  #goesOn(): boolean {
    return this.#steady.isOpen && !this.#occupants.destination?.mayReserve && this.#admission.mustAllWait()
  }

  #open(): boolean {
    this.settle()
    if (!this.#isSteady()) return false
    this.#steady.open(batchOf(this.#occupants.running.sequences))
    this.#lookForCompletion()
    this.#lookAhead()
    return true
  }

  /** The next pass gives every request of the batch one more token and admits nobody. */
  #isSteady(): boolean {
    const {running, destination} = this.#occupants
    const {sequences} = running
    if (sequences.length === 0 || sequences.length > this.#budget || this.#isPrefill) return false
    for (let i = 0; i < sequences.length; i++) {
      const sequence = sequences[i]!
      if (sequence.computed + 1 !== sequence.length || sequence.isComplete) return false
      // The last token of a prompt is prefilled still, however alone it is.
      if (sequence.computed < sequence.promptLength) return false
    }
    return !destination?.mayReserve && this.#admission.mustAllWait()
  }

  /** Looks for the next pass in which something happens. */
  #lookAhead(): void {
    const {done} = this.#steady
    this.#beforeEdge = done + this.#edges.look(this.#occupants.running.sequences, done)
    this.#steady.beforeOpening = Math.min(this.#beforeEdge, this.#beforeCompletion) - done
  }

  #lookForCompletion(): void {
    let left = Number.POSITIVE_INFINITY
    for (const {maxOutput, generated} of this.#occupants.running.sequences)
      left = Math.min(left, maxOutput - generated)
    this.#beforeCompletion = left - 1
  }

  /** Runs the next pass, in which something happens; the time it ends, or `nowMs` if it is left to the scheduler. */
  #runAlone(nowMs: number): number {
    const steady = this.#steady
    const {sequences} = this.#occupants.running
    const isLast = this.#beforeCompletion === steady.done
    if (this.#beforeEdge === steady.done && !this.#passEdges()) return nowMs
    if (!steady.planOne(sequences, nowMs)) return nowMs
    steady.tell(1, 0, null)
    this.#fillOutcome(steady.endMs)
    if (isLast) this.#complete()
    if (steady.isOpen) this.#lookAhead()
    return steady.endMs
  }

  /** Completes and takes the blocks of the next pass; false if it might pre-empt somebody, or then admit. */
  #passEdges(): boolean {
    const {blocks, running} = this.#occupants
    if (this.#edges.taken > blocks.free) return false
    this.#edges.pass(running.sequences, this.#steady.done, blocks)
    return this.#admission.mustAllWait()
  }

  /** Lets those go that got their last token. */
  #complete(): void {
    const steady = this.#steady
    const {running} = this.#occupants
    const {sequences} = running
    const passes = steady.done
    let count = 0
    let tokens = 0
    for (let i = 0; i < sequences.length; i++) {
      const sequence = sequences[i]!
      if (sequence.generated + passes < sequence.maxOutput) continue
      this.#write(sequence, passes)
      this.#emission.complete(sequence)
      count++
      tokens += sequence.length
    }
    running.compact()
    steady.leave(count, tokens)
    if (sequences.length === 0) steady.close()
    else this.#lookForCompletion()
  }

  #fillOutcome(endMs: number): void {
    const outcome = this.#outcome
    const {passes, count, total} = this.#steady
    outcome.clearCounts()
    outcome.clearSignals()
    outcome.endMs = endMs
    outcome.decodeTokens = passes * count
    outcome.numDecodeRequests = count
    // The newest token of each is not computed yet.
    outcome.sumDecodeKvTokens = total - count
    this.#occupants.waiting.countIn(outcome, this.#occupants.destination)
  }
}
