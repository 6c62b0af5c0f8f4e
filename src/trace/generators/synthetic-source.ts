import type {SyntheticSpec} from '../../config/scenario.ts'
import {hasSessions} from '../../config/synthetic-fields.ts'
import {ok, type Result} from '../../core/result.ts'
import type {RequestSource} from '../streamed/request-source.ts'
import {findProblem, type SyntheticOptions} from './synthetic.ts'
import {groups16, nextArrival16, sharedBlocks} from './synthetic-1.6.ts'

/** The requests of `createSyntheticWorkload`, one by one. */
class SyntheticSource implements RequestSource {
  readonly requestCount: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly largest: RequestSource['largest']
  readonly nextInputLength: number
  readonly nextOutputLength: number
  readonly lastArrivalMs: number
  readonly prefixes: SyntheticPrefixes | null
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
    this.prefixes = prefixesOf(spec, options)
    this.#next = arrivalsOf(spec, options)
    this.#left = spec.request_count
    this.#nextMs = this.#next()
  }

  get nextMs(): number {
    return this.#left > 0 ? this.#nextMs : Number.POSITIVE_INFINITY
  }

  skip(): void {
    this.#left--
    this.prefixes?.skip()
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
  if (hasSessions(spec)) return sessionArrivals(spec, ratio)
  let index = 0
  return () => (index++ * spec.arrival_interval_ms) / ratio
}

/** As `createSyntheticWorkload` has it: the reference turns the interval into a rate and back, and adds up gaps. */
function sessionArrivals({arrival_interval_ms: interval}: SyntheticSpec, ratio: number): () => number {
  const gapMs = interval > 0 ? 1000 / (1000 / interval) : 0
  let clock = -gapMs
  return () => {
    clock = clock < 0 ? 0 : clock + gapMs
    return clock / ratio
  }
}

/** Hash ids of sessions of one turn: first those of its group, then ones that nobody else has. */
class SyntheticPrefixes {
  readonly traceBlockSize: number
  readonly hashIds: Uint32Array
  readonly nextHash = 0
  readonly #shared: number
  readonly #nextGroup: () => number
  #fresh: number

  constructor(spec: SyntheticSpec, {blockSize, release}: SyntheticOptions) {
    const blocks = Math.ceil(spec.input_tokens / blockSize)
    this.traceBlockSize = blockSize
    this.hashIds = new Uint32Array(blocks)
    this.#shared = sharedBlocks(spec, blocks)
    const is16 = release === '1.6.1'
    this.#nextGroup = is16 ? groups16(spec) : () => 0
    this.#fresh = is16 ? spec.num_prefix_groups * this.#shared : 1
    this.skip()
  }

  skip(): void {
    const first = this.#nextGroup() * this.#shared
    for (let i = 0; i < this.hashIds.length; i++)
      this.hashIds[i] = i < this.#shared ? first + i : this.#fresh++
  }
}

/** null where no two prompts have a block in common. */
function prefixesOf(spec: SyntheticSpec, options: SyntheticOptions): SyntheticPrefixes | null {
  const blocks = Math.ceil(spec.input_tokens / options.blockSize)
  return sharedBlocks(spec, blocks) === 0 ? null : new SyntheticPrefixes(spec, options)
}

/** Where the gaps are drawn, the time at which it is expected. */
function lastArrival(
  {request_count: count, request_rate: rate, arrival_interval_ms: interval}: SyntheticSpec,
  {arrivalSpeedupRatio: ratio, closedLoop}: SyntheticOptions,
): number {
  const gapMs = rate === undefined ? interval : 1000 / rate
  return closedLoop ? 0 : ((count - 1) * gapMs) / ratio
}

/** Makes the source of traffic each of whose requests is a session of its own, for one run each time; null for any other traffic. */
export function createSyntheticSource(
  spec: SyntheticSpec,
  options: SyntheticOptions,
): Result<(() => RequestSource) | null> {
  const problem = findProblem(spec, options)
  if (problem !== null) return problem
  if (spec.turns_per_session > 1) return ok(null)
  return ok(() => new SyntheticSource(spec, options))
}
