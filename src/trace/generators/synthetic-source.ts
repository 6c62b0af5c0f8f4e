import type {SyntheticSpec} from '../../config/scenario.ts'
import {hasSessions} from '../../config/synthetic-fields.ts'
import {ok, type Result} from '../../core/result.ts'
import type {LaterTurns, NextPrefix, RequestSource} from '../streamed/request-source.ts'
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
  readonly sessions: number
  readonly #turns: SyntheticTurns
  readonly #next: () => number
  readonly #nextGroup: () => number
  readonly #lastSession: number
  #nextMs: number
  #session = 0
  #group: number

  constructor(spec: SyntheticSpec, options: SyntheticOptions) {
    const turns = spec.turns_per_session
    this.requestCount = spec.request_count * turns
    this.inputTokens = this.requestCount * spec.input_tokens
    this.outputTokens = this.requestCount * spec.output_tokens
    this.sessions = turns > 1 ? spec.request_count : 0
    this.nextInputLength = spec.input_tokens
    this.nextOutputLength = spec.output_tokens
    this.largest = {
      requestCount: 1,
      inputLength: Int32Array.of(spec.input_tokens),
      outputLength: Int32Array.of(spec.output_tokens),
    }
    this.lastArrivalMs = lastArrival(spec, options)
    this.#turns = new SyntheticTurns(spec, options)
    this.#next = arrivalsOf(spec, options)
    this.#nextGroup = options.release === '1.6.1' ? groups16(spec) : () => 0
    this.#lastSession = spec.request_count - 1
    this.#nextMs = this.#next()
    this.#group = this.#nextGroup()
  }

  get nextMs(): number {
    return this.#session <= this.#lastSession ? this.#nextMs : Number.POSITIVE_INFINITY
  }

  get nextNumber(): number {
    return this.#session * this.#turns.count
  }

  get prefixes(): NextPrefix | null {
    return this.#turns.prefixesOf(this.nextNumber, this.#group)
  }

  nextSession(): LaterTurns | null {
    return this.#turns.count > 1 ? new SyntheticSession(this.#turns, this.#session, this.#group) : null
  }

  skip(): void {
    this.#session++
    this.#nextMs = this.#next()
    this.#group = this.#nextGroup()
  }
}

/** All turns are as long; of a session under way its number, its group and how far it has come are known. */
class SyntheticSession implements LaterTurns {
  readonly session: number
  readonly #turns: SyntheticTurns
  readonly #group: number
  #turn = 1

  constructor(turns: SyntheticTurns, session: number, group: number) {
    this.#turns = turns
    this.session = session
    this.#group = group
  }

  get nextInputLength(): number {
    return this.#turns.inputLength
  }

  get nextOutputLength(): number {
    return this.#turns.outputLength
  }

  get nextDelayMs(): number {
    return this.#turns.delayMs
  }

  get nextNumber(): number {
    return this.session * this.#turns.count + this.#turn
  }

  get prefixes(): NextPrefix | null {
    return this.#turns.prefixesOf(this.nextNumber, this.#group)
  }

  get isOver(): boolean {
    return this.#turn === this.#turns.count
  }

  skip(): void {
    this.#turn++
  }
}

/** What all sessions have in common. */
class SyntheticTurns {
  readonly count: number
  readonly inputLength: number
  readonly outputLength: number
  readonly delayMs: number
  /** null where no two prompts have a block in common. */
  readonly #prefixes: SyntheticPrefixes | null

  constructor(spec: SyntheticSpec, options: SyntheticOptions) {
    this.count = spec.turns_per_session
    this.inputLength = spec.input_tokens
    this.outputLength = spec.output_tokens
    this.delayMs = spec.inter_turn_delay_ms / (options.closedLoop ? 1 : options.arrivalSpeedupRatio)
    this.#prefixes = prefixesOf(spec, options)
  }

  /** @param group of the session of the request with that number */
  prefixesOf(number: number, group: number): NextPrefix | null {
    return this.#prefixes?.of(number, group) ?? null
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

/** Hash ids of a request: first those of its group, then ones that nobody else has. */
class SyntheticPrefixes implements NextPrefix {
  readonly traceBlockSize: number
  readonly hashIds: Uint32Array
  readonly nextHash = 0
  readonly #shared: number
  readonly #firstFresh: number

  constructor(spec: SyntheticSpec, {blockSize, release}: SyntheticOptions) {
    const blocks = Math.ceil(spec.input_tokens / blockSize)
    this.traceBlockSize = blockSize
    this.hashIds = new Uint32Array(blocks)
    this.#shared = sharedBlocks(spec, blocks)
    this.#firstFresh = release === '1.6.1' ? spec.num_prefix_groups * this.#shared : 1
  }

  of(number: number, group: number): this {
    const shared = this.#shared
    const fresh = this.#firstFresh + number * (this.hashIds.length - shared)
    for (let i = 0; i < this.hashIds.length; i++)
      this.hashIds[i] = i < shared ? group * shared + i : fresh + i - shared
    return this
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

/** Makes the source of generated traffic, for one run each time. */
export function createSyntheticSource(
  spec: SyntheticSpec,
  options: SyntheticOptions,
): Result<() => RequestSource> {
  const problem = findProblem(spec, options)
  if (problem !== null) return problem
  return ok(() => new SyntheticSource(spec, options))
}
