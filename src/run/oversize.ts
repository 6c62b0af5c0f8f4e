import {poolsOf, type Scenario} from '../config/scenario.ts'
import {contextLengthOf} from '../perf/models/context-lengths.ts'
import type {TraceOddity} from '../trace/doctor/oddity.ts'
import {keepRequests} from '../trace/keep-requests.ts'
import type {Workload} from '../trace/workload.ts'

interface Fitting {
  readonly workload: Workload
  /** What was left out, as a sentence; null = nothing. */
  readonly notice: string | null
}

/**
 * Traffic without the requests that no instance's KV cache can hold, and without the turns that would have followed them: the engine of
 * 1.2.1 pre-empts such a request for ever. 1.6.1 refuses and counts them itself. Where the scenario keeps them, or nothing would be
 * left, all stay, and the engine says why it cannot run them.
 */
export function leaveOutOversize(scenario: Scenario, workload: Workload): Fitting {
  if (scenario.release === '1.6.1' || scenario.traceSelection?.oversize === 'keep')
    return {workload, notice: null}
  const fits = fitsPools(scenario, workload)
  const kept = new Uint8Array(workload.requestCount).fill(1)
  let oversize = 0
  let longest = 0
  for (let request = 0; request < workload.requestCount; request++) {
    if (kept[request] === 0 || fits(request)) continue
    oversize++
    longest = Math.max(longest, workload.inputLength[request]!)
    for (let turn = request; turn >= 0; turn = workload.nextTurn[turn]!) kept[turn] = 0
  }
  const left = kept.reduce((sum, one) => sum + one, 0)
  if (oversize === 0 || left === 0) return {workload, notice: null}
  const later = workload.requestCount - left - oversize
  const notice = oversizeNotice(scenario, {oversize, longest, later, all: workload.requestCount})
  return {workload: keepRequests(workload, kept), notice}
}

/** Of requests, what decides whether they fit. */
interface Lengths {
  readonly requestCount: number
  readonly inputLength: Int32Array | Uint32Array
  readonly outputLength: Int32Array | Uint32Array
}

/** What of the traffic is longer than an instance has KV cache for, or than its model reads; each with what would set it right. */
export function oversizeOddities(
  scenario: Scenario,
  {requestCount, inputLength, outputLength}: Lengths,
): readonly TraceOddity[] {
  const tally = new OversizeTally(scenario)
  for (let request = 0; request < requestCount; request++)
    tally.add(inputLength[request]!, outputLength[request]!)
  return tally.tell()
}

/** The same of requests that come one by one. */
export class OversizeTally {
  readonly #bounds: readonly LongerTally[]

  constructor(scenario: Scenario) {
    const tokens = smallestPoolTokens(scenario)
    const context = modelContextTokens(scenario)
    const inPool = new LongerTally(lengthsFitPools(scenario), {
      kind: 'too-long',
      what: `one instance’s KV cache of ${tokens} tokens`,
      outcome: oversizeOutcome(scenario),
    })
    const inContext = (most: number) =>
      new LongerTally((input, output) => input + output <= most, {
        kind: 'over-context',
        what: `the model’s context of ${most} tokens`,
        outcome: {
          one: 'A real engine refuses it; here it is served.',
          more: 'A real engine refuses them; here they are served.',
        },
      })
    this.#bounds = context === null ? [inPool] : [inPool, inContext(context)]
  }

  /** Tokens of the next request. */
  add(input: number, output: number): void {
    for (const bound of this.#bounds) bound.add(input, output)
  }

  tell(): readonly TraceOddity[] {
    return this.#bounds.map(bound => bound.tell()).filter(oddity => oddity !== null)
  }
}

function oversizeOutcome({release, traceSelection}: Scenario): Bound['outcome'] {
  if (release === '1.6.1')
    return {
      one: 'The engine turns it away and it does not count as completed.',
      more: 'The engine turns them away and they do not count as completed.',
    }
  if (traceSelection?.oversize === 'keep')
    return {one: 'It is kept: the run ends at it.', more: 'They are kept: the run ends at the first of them.'}
  return {
    one: 'A run leaves it out, with the turns that follow it, and says so.',
    more: 'A run leaves them out, with the turns that follow them, and counts them.',
  }
}

interface Bound {
  readonly kind: 'too-long' | 'over-context'
  readonly what: string
  /** What becomes of it, or of them. */
  readonly outcome: {readonly one: string; readonly more: string}
}

/** Requests that are longer than something. */
class LongerTally {
  readonly #fits: (input: number, output: number) => boolean
  readonly #bound: Bound
  #all = 0
  #count = 0
  #longest = 0
  #shortestUnfit = Number.POSITIVE_INFINITY

  constructor(fits: (input: number, output: number) => boolean, bound: Bound) {
    this.#fits = fits
    this.#bound = bound
  }

  add(input: number, output: number): void {
    this.#all++
    if (this.#fits(input, output)) return
    this.#count++
    this.#longest = Math.max(this.#longest, input)
    this.#shortestUnfit = Math.min(this.#shortestUnfit, input)
  }

  tell(): TraceOddity | null {
    const {kind, what, outcome} = this.#bound
    const count = this.#count
    if (count === 0) return null
    const text = `${count} of ${this.#all} requests ${count === 1 ? 'does' : 'do'} not fit into ${what} (the longest prompt has ${this.#longest}). ${count === 1 ? outcome.one : outcome.more}`
    // A prompt of one token that does not fit is no matter of its length.
    const cure =
      this.#shortestUnfit > 1
        ? ({flag: '--trace-max-input', value: String(this.#shortestUnfit - 1)} as const)
        : null
    return {kind, text, cure}
  }
}

/** Whether a request fits into an instance of every pool that serves it; a prefill instance makes one token of it. */
function fitsPools(scenario: Scenario, {inputLength, outputLength}: Lengths): (request: number) => boolean {
  const fits = lengthsFitPools(scenario)
  return request => fits(inputLength[request]!, outputLength[request]!)
}

/** The same of a request by its tokens. */
export function lengthsFitPools({fleet}: Scenario): (inputLength: number, outputLength: number) => boolean {
  const pools = poolsOf(fleet)
  return (inputLength, outputLength) =>
    pools.every(([name, {args}]) => {
      const output = name === 'prefill' ? 1 : outputLength
      return Math.ceil((inputLength + output) / args.block_size) <= args.num_gpu_blocks
    })
}

interface LeftOut {
  readonly oversize: number
  readonly all: number
  /** Tokens of the longest prompt among them. */
  readonly longest: number
  /** Turns that would have followed them. */
  readonly later: number
}

export function oversizeNotice(scenario: Scenario, {oversize, all, longest, later}: LeftOut): string {
  return (
    `${oversize} of ${all} requests ${oversize === 1 ? 'is' : 'are'} larger than the KV cache of one instance (${smallestPoolTokens(scenario)} tokens; ` +
    `the longest prompt has ${longest}) and ${oversize === 1 ? 'was' : 'were'} left out${later > 0 ? `, and ${later === 1 ? '1 turn that follows' : `${later} turns that follow`} ${oversize === 1 ? 'it' : 'them'}` : ''}: no instance could ` +
    'serve them. With --trace-oversize keep they stay, and the run ends at the first of them, where 1.2.1 never would.'
  )
}

function smallestPoolTokens({fleet}: Scenario): number {
  return Math.min(...poolsOf(fleet).map(([, {args}]) => args.num_gpu_blocks * args.block_size))
}

/** null = nobody knows it, or the engine args bound it, which the engine then keeps to. */
function modelContextTokens({fleet, release}: Scenario): number | null {
  const known = poolsOf(fleet).flatMap(([, {args}]) => {
    const isBound = release === '1.6.1' && (args.max_model_len ?? null) !== null
    const context = isBound ? null : contextLengthOf(args.aic_model_path ?? '')
    return context === null ? [] : [context]
  })
  return known.length === 0 ? null : Math.min(...known)
}
