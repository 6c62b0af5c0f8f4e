import type {EngineArgs} from '../../config/scenario.ts'
import type {OutcomeRow16} from '../pass-outcome-1.6.ts'
import type {PassTimes16} from '../pass-times-1.6.ts'
import type {PassObserver} from '../scheduler.ts'
import {COMPLETED, FIRST_TOKEN} from '../scheduler-1.6.ts'
import type {Occupants} from './admission.ts'
import type {PassBatch} from './pass-batch.ts'
import type {Sequence} from './sequence.ts'

interface EmissionInputs {
  readonly args: EngineArgs
  readonly occupants: Omit<Occupants, 'waiting'>
  readonly batch: PassBatch
  readonly times: PassTimes16
  readonly observer: PassObserver
  readonly outcome: OutcomeRow16
}

/**
 * The end of a pass: one token for each sequence whose tokens are all computed, and what becomes of those that then have
 * all they want (engine-1.6.md 5.6). A request that completes leaves at once, with its blocks; on a prefill instance its
 * blocks stay until its destination has them.
 */
export class TokenEmission {
  readonly #occupants: Omit<Occupants, 'waiting'>
  readonly #batch: PassBatch
  readonly #times: PassTimes16
  readonly #observer: PassObserver
  readonly #outcome: OutcomeRow16
  readonly #isPrefill: boolean
  readonly #isDecode: boolean
  /** Of a prefill instance: finished prompts whose KV cache the destination does not have yet. */
  readonly #sources = new Map<number, Sequence>()
  /** Scratch: those that emit a token in this pass, the first so many of them. */
  readonly #emitting: Sequence[] = []

  constructor({args, occupants, batch, times, observer, outcome}: EmissionInputs) {
    this.#occupants = occupants
    this.#batch = batch
    this.#times = times
    this.#observer = observer
    this.#outcome = outcome
    this.#isPrefill = args.worker_type === 'prefill'
    this.#isDecode = args.worker_type === 'decode'
  }

  get sourceCount(): number {
    return this.#sources.size
  }

  /** A destination has the KV cache of a request, or does not want it any more. */
  releaseSource(request: number): void {
    const sequence = this.#sources.get(request)
    if (sequence === undefined) return
    this.#sources.delete(request)
    this.#occupants.blocks.drop(sequence)
    this.#occupants.blocks.recycle(sequence)
  }

  /** Ends the pass whose prompts are computed at `decodeStart`; the outcome has its end and its signals then. */
  emit(decodeStart: number): void {
    const {running} = this.#occupants
    const outcome = this.#outcome
    const emitting = this.#emitting
    outcome.clearSignals()
    let count = 0
    let decoding = 0
    let recomputed = 0
    let decodingLength = 0
    for (const sequence of running.sequences) {
      if (sequence.computed < sequence.length) continue
      if (sequence.isComplete) {
        this.complete(sequence)
        continue
      }
      emitting[count++] = sequence
      const isFromPrompt = this.#batch.prefills(sequence)
      if (isFromPrompt && sequence.generated === 0 && !this.#isDecode) continue
      decoding++
      decodingLength += sequence.length
      // A prompt computed again after a pre-emption gives its next token as a prompt does.
      if (isFromPrompt && sequence.generated > 0) recomputed++
    }
    outcome.decodeTokens = decoding - recomputed
    outcome.endMs =
      decoding === 0 ? decodeStart : decodeStart + this.#times.decodeMs(decoding, decodingLength)
    for (let i = 0; i < count; i++) this.#emitToken(emitting[i]!, outcome.endMs)
    running.compact()
  }

  #emitToken(sequence: Sequence, atMs: number): void {
    sequence.length++
    sequence.generated++
    this.#observer.token(sequence.request, atMs)
    if (sequence.isComplete) this.complete(sequence)
    else if (sequence.generated === 1) this.#outcome.signal(sequence.request, FIRST_TOKEN)
  }

  /** It has its last token, and leaves the batch when that is next made compact. */
  complete(sequence: Sequence): void {
    const {blocks, running, destination} = this.#occupants
    this.#outcome.signal(sequence.request, COMPLETED)
    running.finish(sequence)
    if (this.#isPrefill) {
      this.#sources.set(sequence.request, sequence)
      return
    }
    blocks.drop(sequence)
    blocks.recycle(sequence)
    destination?.spaceChanged()
  }
}
