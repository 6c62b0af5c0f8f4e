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
export function oversizeOddities(scenario: Scenario, workload: Lengths): readonly TraceOddity[] {
  const tokens = smallestPoolTokens(scenario)
  const what = `one instance’s KV cache of ${tokens} tokens`
  const outcome =
    scenario.release === '1.6.1'
      ? {
          one: 'The engine turns it away and it does not count as completed.',
          more: 'The engine turns them away and they do not count as completed.',
        }
      : scenario.traceSelection?.oversize === 'keep'
        ? {one: 'It is kept: the run ends at it.', more: 'They are kept: the run ends at the first of them.'}
        : {
            one: 'A run leaves it out, with the turns that follow it, and says so.',
            more: 'A run leaves them out, with the turns that follow them, and counts them.',
          }
  const inPool = tellLonger(workload, fitsPools(scenario, workload), {kind: 'too-long', what, outcome})
  const context = modelContextTokens(scenario)
  if (context === null) return inPool === null ? [] : [inPool]
  const readable = (request: number) =>
    workload.inputLength[request]! + workload.outputLength[request]! <= context
  const inContext = tellLonger(workload, readable, {
    kind: 'over-context',
    what: `the model’s context of ${context} tokens`,
    outcome: {
      one: 'A real engine refuses it; here it is served.',
      more: 'A real engine refuses them; here they are served.',
    },
  })
  return [inPool, inContext].filter(oddity => oddity !== null)
}

interface Bound {
  readonly kind: 'too-long' | 'over-context'
  readonly what: string
  /** What becomes of it, or of them. */
  readonly outcome: {readonly one: string; readonly more: string}
}

function tellLonger(
  {requestCount, inputLength}: Lengths,
  fits: (request: number) => boolean,
  {kind, what, outcome}: Bound,
): TraceOddity | null {
  let count = 0
  let longest = 0
  let shortestUnfit = Number.POSITIVE_INFINITY
  for (let request = 0; request < requestCount; request++) {
    if (fits(request)) continue
    count++
    longest = Math.max(longest, inputLength[request]!)
    shortestUnfit = Math.min(shortestUnfit, inputLength[request]!)
  }
  if (count === 0) return null
  const text = `${count} of ${requestCount} requests ${count === 1 ? 'does' : 'do'} not fit into ${what} (the longest prompt has ${longest}). ${count === 1 ? outcome.one : outcome.more}`
  // A prompt of one token that does not fit is no matter of its length.
  const cure =
    shortestUnfit > 1 ? ({flag: '--trace-max-input', value: String(shortestUnfit - 1)} as const) : null
  return {kind, text, cure}
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
