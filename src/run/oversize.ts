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
  const room = roomOf(scenario)
  let request = nextUnfit(workload, room, 0)
  if (request < 0) return {workload, notice: null}
  const kept = new Uint8Array(workload.requestCount).fill(1)
  let longest = 0
  let oversize = 0
  for (; request >= 0; request = nextUnfit(workload, room, request + 1)) {
    if (kept[request] === 0) continue
    oversize++
    longest = Math.max(longest, workload.inputLength[request]!)
    for (let turn = request; turn >= 0; turn = workload.nextTurn[turn]!) kept[turn] = 0
  }
  const left = kept.reduce((sum, one) => sum + one, 0)
  if (left === 0) return {workload, notice: null}
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
export function oversizeOddities(scenario: Scenario, lengths: Lengths): readonly TraceOddity[] {
  const tally = new OversizeTally(scenario)
  tally.addAll(lengths)
  return tally.tell()
}

/** The same of requests that come one by one. */
export class OversizeTally {
  readonly #bounds: readonly LongerTally[]

  constructor(scenario: Scenario) {
    const tokens = smallestPoolTokens(scenario)
    const context = modelContextTokens(scenario)
    const inPool = new LongerTally(roomOf(scenario), {
      kind: 'too-long',
      what: `one instance’s KV cache of ${tokens} tokens`,
      outcome: oversizeOutcome(scenario),
    })
    const inContext = (most: number) =>
      new LongerTally(
        {tokens: most, promptTokens: Number.POSITIVE_INFINITY},
        {
          kind: 'over-context',
          what: `the model’s context of ${most} tokens`,
          outcome: {
            one: 'A real engine refuses it; here it is served.',
            more: 'A real engine refuses them; here they are served.',
          },
        },
      )
    this.#bounds = context === null ? [inPool] : [inPool, inContext(context)]
  }

  /** Tokens of the next request. */
  add(input: number, output: number): void {
    for (const bound of this.#bounds) bound.add(input, output)
  }

  addAll(lengths: Lengths): void {
    for (const bound of this.#bounds) bound.addAll(lengths)
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
  readonly #room: Room
  readonly #bound: Bound
  #all = 0
  #count = 0
  #longest = 0
  #shortestUnfit = Number.POSITIVE_INFINITY

  constructor(room: Room, bound: Bound) {
    this.#room = room
    this.#bound = bound
  }

  add(input: number, output: number): void {
    this.#all++
    if (!hasRoom(this.#room, input, output)) this.#note(input)
  }

  addAll(lengths: Lengths): void {
    this.#all += lengths.requestCount
    for (let at = nextUnfit(lengths, this.#room, 0); at >= 0; at = nextUnfit(lengths, this.#room, at + 1))
      this.#note(lengths.inputLength[at]!)
  }

  #note(input: number): void {
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

/** Most tokens that a request may have, and of those its prompt. */
interface Room {
  readonly tokens: number
  readonly promptTokens: number
}

/** What instances of every pool have room for; a prefill instance makes one token of an answer. */
function roomOf({fleet}: Scenario): Room {
  let tokens = Number.POSITIVE_INFINITY
  let promptTokens = Number.POSITIVE_INFINITY
  for (const [name, {args}] of poolsOf(fleet)) {
    const most = args.num_gpu_blocks * args.block_size
    if (name === 'prefill') promptTokens = Math.min(promptTokens, most - 1)
    else tokens = Math.min(tokens, most)
  }
  return {tokens, promptTokens}
}

function hasRoom({tokens, promptTokens}: Room, input: number, output: number): boolean {
  return input + output <= tokens && input <= promptTokens
}

/** The first request from `from` on that there is no room for; -1 = none. Looked for at each point of a sweep, so by columns alone. */
function nextUnfit(lengths: Lengths, {tokens, promptTokens}: Room, from: number): number {
  const {requestCount, inputLength, outputLength} = lengths
  for (let request = from; request < requestCount; request++) {
    const input = inputLength[request]!
    if (input + outputLength[request]! > tokens || input > promptTokens) return request
  }
  return -1
}

/** Whether a request, by its tokens, fits into an instance of every pool that serves it. */
export function lengthsFitPools(scenario: Scenario): (inputLength: number, outputLength: number) => boolean {
  const room = roomOf(scenario)
  return (inputLength, outputLength) => hasRoom(room, inputLength, outputLength)
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
