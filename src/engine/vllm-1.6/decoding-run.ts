import type {EngineArgs} from '../../config/scenario.ts'
import type {OutsideTally} from '../../perf/perf-model.ts'
import type {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {PassTimes16} from '../pass-times-1.6.ts'
import type {PassObserver} from '../scheduler.ts'
import {SteadyRun} from '../steady-run.ts'
import type {Admission, Occupants} from './admission.ts'

interface DecodingRunInputs {
  readonly args: EngineArgs
  readonly occupants: Occupants
  readonly admission: Admission
  readonly times: PassTimes16
  readonly tally: OutsideTally | null
  readonly observer: PassObserver
  readonly outcome: OutcomeRow16
}

/**
 * Passes in which every request of the batch gets one more token and nothing else happens. They are not written down
 * request by request: before anybody looks at lengths of sequences in the batch the run has to be settled.
 */
export class DecodingRun {
  readonly #occupants: Occupants
  readonly #admission: Admission
  readonly #observer: PassObserver
  readonly #outcome: OutcomeRow16
  readonly #blockSize: number
  readonly #budget: number
  readonly #isPrefill: boolean
  readonly #steady: SteadyRun

  constructor({args, occupants, admission, times, tally, observer, outcome}: DecodingRunInputs) {
    this.#occupants = occupants
    this.#admission = admission
    this.#observer = observer
    this.#outcome = outcome
    this.#blockSize = args.block_size
    this.#budget = args.max_num_batched_tokens ?? Number.POSITIVE_INFINITY
    this.#isPrefill = args.worker_type === 'prefill'
    this.#steady = new SteadyRun(observer, (count, total) => times.decodeMs(count, total), tally)
  }

  /** Passes of the last call of `run`, and when the last of them began. */
  get passes(): number {
    return this.#steady.passes
  }

  get lastStartMs(): number {
    return this.#steady.lastStartMs
  }

  /** As `Scheduler16.runSteadyPasses`. */
  run(nowMs: number, horizonMs: number): number {
    const {sequences} = this.#occupants.running
    if (!this.#goesOn()) {
      this.settle()
      const limit = this.#limit()
      if (limit === 0) return nowMs
      this.#steady.open(sequences, limit)
    }
    const endMs = this.#steady.run(sequences, nowMs, horizonMs, null)
    if (endMs > nowMs) this.#fillOutcome(endMs)
    return endMs
  }

  /** Ends the run and writes down what its passes did to the sequences. */
  settle(): void {
    const passes = this.#steady.close()
    if (passes === 0) return
    const {sequences} = this.#occupants.running
    const {endMs} = this.#steady
    for (let i = 0; i < sequences.length; i++) {
      const sequence = sequences[i]!
      sequence.length += passes
      sequence.generated += passes
      sequence.computed += passes
      sequence.allocated = sequence.computed
      if (passes > 1) this.#observer.tokensUntil(sequence.request, passes - 1, endMs)
    }
  }

  /** The run under way goes on without another look at the batch: nobody has come who might be admitted. */
  #goesOn(): boolean {
    return this.#steady.isOpen && !this.#occupants.destination?.mayReserve && this.#admission.isIdle
  }

  /** Passes that can run before one of them admits, completes, takes or completes a block; 0 if the batch is not steady. */
  #limit(): number {
    const {running, destination} = this.#occupants
    const {sequences} = running
    if (sequences.length === 0 || sequences.length > this.#budget || this.#isPrefill) return 0
    const blockSize = this.#blockSize
    let limit = Number.POSITIVE_INFINITY
    for (let i = 0; i < sequences.length; i++) {
      const sequence = sequences[i]!
      const inBlock = sequence.length % blockSize
      if (inBlock < 2 || sequence.computed + 1 !== sequence.length) return 0
      // The last token of a prompt is prefilled still, however alone it is.
      if (sequence.computed < sequence.promptLength) return 0
      limit = Math.min(limit, blockSize - inBlock, sequence.maxOutput - sequence.generated - 1)
      if (limit === 0) return 0
    }
    if (destination?.mayReserve || !this.#admission.mustAllWait()) return 0
    return limit
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
