import type {SyntheticSpec} from '../../config/scenario.ts'
import {hasSessions} from '../../config/synthetic-fields.ts'
import {ok, type Result} from '../../core/result.ts'
import type {RequestSource} from '../streamed/request-source.ts'
import {findProblem, type SyntheticOptions} from './synthetic.ts'
import {nextArrival16} from './synthetic-1.6.ts'

/** The requests of `createSyntheticWorkload`, one by one. */
class SyntheticSource implements RequestSource {
  readonly requestCount: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly largest: RequestSource['largest']
  readonly nextInputLength: number
  readonly nextOutputLength: number
  readonly lastArrivalMs: number
  readonly prefixes = null
  readonly #next: () => number
  #nextMs: number
  #left: number

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
    this.lastArrivalMs = lastArrival(spec, options)
    this.#next = arrivalsOf(spec, options)
    this.#left = spec.request_count
    this.#nextMs = this.#next()
  }

  get nextMs(): number {
    return this.#left > 0 ? this.#nextMs : Number.POSITIVE_INFINITY
  }

  skip(): void {
    this.#left--
    this.#nextMs = this.#next()
  }
}

function arrivalsOf(
  spec: SyntheticSpec,
  {arrivalSpeedupRatio: ratio, closedLoop, release}: SyntheticOptions,
) {
  // In a closed loop all are there from the beginning.
  if (closedLoop) return () => 0
  if (release === '1.6.1') return nextArrival16(spec, ratio)
  let index = 0
  return () => (index++ * spec.arrival_interval_ms) / ratio
}

/** Where the gaps are drawn, the time at which it is expected. */
function lastArrival(
  {request_count: count, request_rate: rate, arrival_interval_ms: interval}: SyntheticSpec,
  {arrivalSpeedupRatio: ratio, closedLoop}: SyntheticOptions,
): number {
  const gapMs = rate === undefined ? interval : 1000 / rate
  return closedLoop ? 0 : ((count - 1) * gapMs) / ratio
}

/** Makes the source of traffic whose requests have nothing in common, for one run each time; null for any other traffic. */
export function createSyntheticSource(
  spec: SyntheticSpec,
  options: SyntheticOptions,
): Result<(() => RequestSource) | null> {
  const problem = findProblem(spec, options)
  if (problem !== null) return problem
  if (hasSessions(spec)) return ok(null)
  return ok(() => new SyntheticSource(spec, options))
}
