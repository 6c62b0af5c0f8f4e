import {messageOf} from '../../../core/message-of.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {isSavedOutcome, type PackedRun, restoredOutcome} from '../../../store/saved-run.ts'
import type {RunOutcome} from '../../../worker/protocol.ts'

interface Sources {
  /** The heavy part of a run as it is stored. */
  readonly body: (id: string) => Promise<Result<PackedRun>>
  readonly unpack: (packed: PackedRun) => Promise<Result<unknown>>
}

/** Reads kept runs with their columns; one of them ahead of time, when a hand comes to what opens it. */
export class RunReader {
  readonly #sources: Sources
  /** Held until that run is opened, or another is likely to be. */
  #ahead: {readonly id: string; readonly outcome: Promise<Result<RunOutcome>>} | null = null

  constructor(sources: Sources) {
    this.#sources = sources
  }

  /** Begins to read a run that somebody is likely to open next. Nobody is told if it fails: whoever opens it asks again. */
  prepare(id: string): void {
    if (this.#ahead?.id !== id) this.#ahead = {id, outcome: this.#read(id)}
  }

  async read(id: string): Promise<Result<RunOutcome>> {
    const ahead = this.#ahead?.id === id ? this.#ahead.outcome : null
    this.#ahead = null
    const outcome = await ahead
    return outcome?.ok ? outcome : this.#read(id)
  }

  async unpack(packed: PackedRun): Promise<Result<unknown>> {
    try {
      return await this.#sources.unpack(packed)
    } catch (error) {
      return fail(messageOf(error))
    }
  }

  async #read(id: string): Promise<Result<RunOutcome>> {
    const body = await this.#sources.body(id)
    const unpacked = body.ok ? await this.unpack(body.value) : body
    if (!unpacked.ok) return unpacked
    return isSavedOutcome(unpacked.value) ? ok(restoredOutcome(unpacked.value)) : fail('it is damaged.')
  }
}
