import type {EngineObservation} from '../../../engine/observation.ts'
import type {ScaleTarget} from '../load-decision.ts'

/** Replicas asked for and not yet all serving; null = none are awaited (planner.md 3.3). */
export class ExpectedReplicas {
  readonly #isDisagg: boolean
  #prefill: number | null = null
  #decode: number | null = null

  constructor(isDisagg: boolean) {
    this.#isDisagg = isDisagg
  }

  get prefill(): number | null {
    return this.#prefill
  }

  get decode(): number | null {
    return this.#decode
  }

  /** After a tick: targets that are reached are forgotten first, then a new one takes their place. */
  update({prefill, decode}: EngineObservation, scaleTo: ScaleTarget | null): void {
    if (this.#prefill === prefill.activeCount) this.#prefill = null
    if (this.#decode === decode.activeCount) this.#decode = null
    const toPrefill = scaleTo?.num_prefill ?? prefill.activeCount
    const toDecode = scaleTo?.num_decode ?? decode.activeCount
    if (this.#isDisagg && toPrefill !== prefill.activeCount) this.#prefill = toPrefill
    if (toDecode !== decode.activeCount) this.#decode = toDecode
  }
}
