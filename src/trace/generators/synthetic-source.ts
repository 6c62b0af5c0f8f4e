import type {SyntheticSpec} from '../../config/scenario.ts'
import {hasSessions} from '../../config/synthetic-fields.ts'
import {ok, type Result} from '../../core/result.ts'
import type {RequestSource} from '../request-source.ts'
import {findProblem, type SyntheticOptions} from './synthetic.ts'

/** The requests of `createSyntheticWorkload` in 1.2.1, one by one. */
class SyntheticSource implements RequestSource {
  readonly requestCount: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly largest: RequestSource['largest']
  readonly nextInputLength: number
  readonly nextOutputLength: number
  readonly #intervalMs: number
  readonly #ratio: number
  #index = 0

  constructor(spec: SyntheticSpec, options: SyntheticOptions) {
    this.requestCount = spec.request_count
    this.inputTokens = spec.request_count * spec.input_tokens
    this.outputTokens = spec.request_count * spec.output_tokens
    this.nextInputLength = spec.input_tokens
    this.nextOutputLength = spec.output_tokens
    this.largest = {
      requestCount: 1,
      inputLength: Int32Array.of(spec.input_tokens),
      outputLength: Int32Array.of(spec.output_tokens),
    }
    // In a closed loop all are there from the beginning.
    this.#intervalMs = options.closedLoop ? 0 : spec.arrival_interval_ms
    this.#ratio = options.arrivalSpeedupRatio
  }

  get lastArrivalMs(): number {
    return this.#arrivalOf(this.requestCount - 1)
  }

  get nextMs(): number {
    return this.#index < this.requestCount ? this.#arrivalOf(this.#index) : Number.POSITIVE_INFINITY
  }

  skip(): void {
    this.#index++
  }

  #arrivalOf(index: number): number {
    return (index * this.#intervalMs) / this.#ratio
  }
}

/** Makes the source of traffic whose requests have nothing in common, for one run each time; null for any other traffic. */
export function createSyntheticSource(
  spec: SyntheticSpec,
  options: SyntheticOptions,
): Result<(() => RequestSource) | null> {
  const problem = findProblem(spec, options)
  if (problem !== null) return problem
  if (options.release === '1.6.1' || hasSessions(spec)) return ok(null)
  return ok(() => new SyntheticSource(spec, options))
}
