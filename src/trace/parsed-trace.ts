import type {Release} from '../config/release.ts'
import type {TraceFormatOptions, TraceSelection} from '../config/trace-options.ts'
import {unreachable} from '../core/assert.ts'
import {RandomStream} from '../core/random.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {cumulativePrompts} from './cumulative-prompts.ts'
import {INT32_MAX} from './int32.ts'
import {freshPrompts, growingPrompts, type PromptIds} from './prompt-ids.ts'
import type {RequestGraph} from './request-graph.ts'
import {selectTrace} from './select-trace.ts'
import type {ParsedTrace} from './trace-columns.ts'
import type {Workload} from './workload.ts'

/** A scenario is one. */
export interface WorkloadOptions {
  /** Tokens one hash id stands for, >= 1. */
  readonly traceBlockSize: number
  readonly arrivalSpeedupRatio: number
  readonly traceSelection?: TraceSelection
  readonly traceFormat?: TraceFormatOptions
  /** Of the generator that makes the trace anew; which trace that is concerns the host, not `toWorkload`. */
  readonly traceSeed?: number
  /** Closed loop: arrival times do not count and nothing is sped up (engine.md 2.4). */
  readonly replayConcurrency?: number
  /** Of the sample of sessions. */
  readonly seed?: number
  /** Whose loader: 1.6.1 refuses a prompt longer than its hash ids, which 1.2.1 cuts; absent = 1.2.1. */
  readonly release?: Release
}

/** What decides how the bytes of a trace are read. */
export function readOptionsOf({
  traceFormat,
  release,
}: Pick<WorkloadOptions, 'traceFormat' | 'release'>): TraceFormatOptions & Pick<WorkloadOptions, 'release'> {
  return {...traceFormat, ...(release === undefined ? {} : {release})}
}

/** Selects, clamps, normalises and speeds up (engine.md 1.1, 1.4, 1.5). Cheap: columns that stay the same are shared. */
export function toWorkload(whole: ParsedTrace, options: WorkloadOptions): Result<Workload> {
  const {arrivalSpeedupRatio} = options
  const traceBlockSize = whole.traceBlockSize ?? options.traceBlockSize
  const blockSizeProblem = checkTraceBlockSize(traceBlockSize)
  if (blockSizeProblem !== null) return fail(blockSizeProblem, 'traceBlockSize')
  if (!(Number.isFinite(arrivalSpeedupRatio) && arrivalSpeedupRatio > 0)) {
    const got = formatRatio(arrivalSpeedupRatio)
    return fail(`ratio must be a finite positive number, got ${got}`, 'arrivalSpeedupRatio')
  }
  const isClosedLoop = options.replayConcurrency !== undefined
  if (isClosedLoop && whole.graph !== undefined)
    return fail(
      `${whole.fileName}: ${whole.format} trace format is not supported with replay_concurrency: requests wait for each other`,
      'replayConcurrency',
    )
  const selected = selectTrace(whole, options.traceSelection ?? {}, options.seed ?? 0)
  if (!selected.ok) return selected
  const parsed = selected.value
  const prompts = promptsOf(parsed, traceBlockSize, options.traceFormat ?? {})
  if (!prompts.ok) return prompts
  const isStrict = options.release === '1.6.1' && parsed.prompts === 'hashes'
  const inputLength = computeInputLength(parsed, prompts.value.hashStart, {traceBlockSize, isStrict})
  if (!inputLength.ok) return inputLength
  const ratio = isClosedLoop ? 1 : arrivalSpeedupRatio
  const spread = {spreadMs: options.traceSelection?.spreadMs ?? 0, seed: options.seed ?? 0}
  const arrivalMs = isClosedLoop ? ok(arriveAtOnce(parsed)) : computeArrivals(parsed, ratio, spread)
  if (!arrivalMs.ok) return arrivalMs
  const workload: Workload = {
    requestCount: parsed.requestCount,
    sessionCount: parsed.sessionCount,
    inputLength: inputLength.value,
    outputLength: parsed.outputLength,
    arrivalMs: arrivalMs.value,
    delayMs: ratio === 1 ? parsed.delayMs : parsed.delayMs.map(delay => delay / ratio),
    session: parsed.session,
    turn: parsed.turn,
    nextTurn: parsed.nextTurn,
    releaseOrder: computeReleaseOrder(rootsOf(parsed), arrivalMs.value, parsed.session),
    ...prompts.value,
    traceBlockSize,
    ...(parsed.graph === undefined ? {} : {graph: timedGraph(parsed.graph, ratio)}),
  }
  return options.traceFormat?.format === 'mooncake-delta' ? cumulativePrompts(workload) : ok(workload)
}

function promptsOf(
  parsed: ParsedTrace,
  traceBlockSize: number,
  {sharedPrefixRatio = 0, numPrefixGroups = 0}: TraceFormatOptions,
): Result<PromptIds> {
  switch (parsed.prompts) {
    case 'hashes':
      return ok({hashStart: parsed.hashStart, hashIds: parsed.hashIds})
    case 'none':
      return freshPrompts(parsed, traceBlockSize)
    case 'growing':
      if (!(sharedPrefixRatio >= 0 && sharedPrefixRatio <= 1))
        return fail(
          `trace_shared_prefix_ratio must be between 0 and 1, got ${sharedPrefixRatio}`,
          'sharedPrefixRatio',
        )
      return growingPrompts(parsed, {
        traceBlockSize,
        sharedRatio: numPrefixGroups > 0 ? sharedPrefixRatio : 0,
      })
    default:
      return unreachable(parsed.prompts)
  }
}

/** What is wrong with a trace block size, or null. */
export function checkTraceBlockSize(traceBlockSize: number): string | null {
  if (Number.isSafeInteger(traceBlockSize) && traceBlockSize > 0) return null
  return 'trace_block_size must be greater than 0'
}

/** The session's name in messages, as the reference gives it. */
function sessionName(parsed: ParsedTrace, session: number): string {
  return parsed.sessionNames.get(session) ?? `request_${parsed.line[parsed.firstTurn[session]!]!}`
}

function computeInputLength(
  parsed: ParsedTrace,
  hashStart: Uint32Array,
  {traceBlockSize, isStrict}: {readonly traceBlockSize: number; readonly isStrict: boolean},
): Result<Int32Array> {
  const {requestCount, inputLengthGiven} = parsed
  const inputLength = new Int32Array(requestCount)
  for (let request = 0; request < requestCount; request++) {
    const capacity = (hashStart[request + 1]! - hashStart[request]!) * traceBlockSize
    const tokens = Math.min(inputLengthGiven[request]!, capacity)
    const given = inputLengthGiven[request]!
    const blocks = Math.ceil(given / traceBlockSize)
    if (parsed.graph !== undefined && blocks * traceBlockSize !== capacity)
      return fail(
        `${at(parsed, request)} has input_length ${given}, which is ${blocks} blocks of ${traceBlockSize} tokens, and ` +
          `${capacity / traceBlockSize} hash_ids`,
        'hash_ids',
      )
    if (isStrict && given > capacity && given < Number.POSITIVE_INFINITY)
      return fail(
        `${at(parsed, request)} input_length ${given} exceeds hash_ids capacity ${capacity}`,
        'input_length',
      )
    if (tokens === 0) return fail(describeEmptyPrompt(parsed, request), 'input_length')
    if (tokens > INT32_MAX) {
      return fail(
        `${at(parsed, request)}: input_length of ${tokens} tokens is more than ${INT32_MAX}`,
        'input_length',
      )
    }
    inputLength[request] = tokens
  }
  return ok(inputLength)
}

function describeEmptyPrompt(parsed: ParsedTrace, request: number): string {
  const name = sessionName(parsed, parsed.session[request]!)
  return `${at(parsed, request)}: session ${name} turn ${parsed.turn[request]!} must have a positive input_length`
}

function arriveAtOnce({requestCount, firstTurn}: ParsedTrace): Float64Array {
  const arrivalMs = new Float64Array(requestCount).fill(Number.NaN)
  for (const request of firstTurn) arrivalMs[request] = 0
  return arrivalMs
}

interface ArrivalSpread {
  readonly spreadMs: number
  readonly seed: number
}

function computeArrivals(
  parsed: ParsedTrace,
  ratio: number,
  {spreadMs, seed}: ArrivalSpread,
): Result<Float64Array> {
  const {firstTurn, timestampMs, sessionCount} = parsed
  if (parsed.graph !== undefined) return ok(graphArrivals(parsed, parsed.graph, {ratio, spreadMs, seed}))
  if (parsed.format === 'applied_compute_agentic') {
    return fail(
      `${parsed.fileName}: --trace-format=applied_compute_agentic requires --replay-concurrency because the source ` +
        'traces do not include first-turn timestamps',
      'replayConcurrency',
    )
  }
  let earliest = Number.POSITIVE_INFINITY
  for (let session = 0; session < sessionCount; session++) {
    const start = timestampMs[firstTurn[session]!]!
    if (start < earliest) earliest = start
  }
  const arrivalMs = new Float64Array(parsed.requestCount).fill(Number.NaN)
  const random = spreadMs > 0 ? new RandomStream(seed, 'arrival spread') : null
  for (let session = 0; session < sessionCount; session++) {
    const request = firstTurn[session]!
    const start = timestampMs[request]! + (random === null ? 0 : random.next() * spreadMs)
    const problem = (text: string) => fail(`${at(parsed, request)}: ${text}`, 'timestamp')
    const name = () => sessionName(parsed, session)
    if (Number.isNaN(start))
      return problem(
        `trace mode requires first_arrival_timestamp_ms for session ${name()}: the row has no timestamp; a trace without ` +
          'times runs as a closed loop, with --replay-concurrency N',
      )
    const arrival = (start - earliest) / ratio
    if (!Number.isFinite(arrival))
      return problem(`session ${name()} has invalid first_arrival_timestamp_ms ${arrival}`)
    arrivalMs[request] = arrival
  }
  return ok(arrivalMs)
}

/** Requests that wait for no other arrive as the trace says; the others' time is known in the run. */
function graphArrivals(
  {requestCount, firstTurn}: ParsedTrace,
  graph: RequestGraph,
  {ratio, spreadMs, seed}: ArrivalSpread & {readonly ratio: number},
): Float64Array {
  const {notBeforeMs} = timedGraph(graph, ratio)
  const random = spreadMs > 0 ? new RandomStream(seed, 'arrival spread') : null
  const arrivalMs = new Float64Array(requestCount).fill(Number.NaN)
  for (const request of firstTurn)
    if (graph.waits[request] === 0)
      arrivalMs[request] = notBeforeMs[request]! + (random === null ? 0 : (random.next() * spreadMs) / ratio)
  return arrivalMs
}

/** Counted from the earliest start of any request, waiting or not, and sped up, delays included. */
function timedGraph(graph: RequestGraph, ratio: number): RequestGraph {
  const earliest = graph.notBeforeMs.reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY)
  return {
    ...graph,
    notBeforeMs: graph.notBeforeMs.map(ms => (ms - earliest) / ratio),
    edgeDelayMs: graph.edgeDelayMs.map(ms => ms / ratio),
  }
}

/** What arrives by itself. */
function rootsOf({firstTurn, graph}: ParsedTrace): Int32Array {
  return graph === undefined ? firstTurn : firstTurn.filter(request => graph.waits[request] === 0)
}

/** First turns by (time, session). Sessions are mostly numbered by first appearance, so a file in order needs no sort. */
function computeReleaseOrder(
  firstTurn: Int32Array,
  arrivalMs: Float64Array,
  session: Int32Array,
): Int32Array {
  const order = Int32Array.from(firstTurn)
  const later = (a: number, b: number) => arrivalMs[a]! - arrivalMs[b]! || session[a]! - session[b]!
  for (let i = 1; i < order.length; i++) {
    if (later(order[i - 1]!, order[i]!) > 0) return order.sort(later)
  }
  return order
}

function at(parsed: ParsedTrace, request: number): string {
  return `${parsed.fileName}: trace line ${parsed.line[request]!}`
}

function formatRatio(ratio: number): string {
  if (ratio === Number.POSITIVE_INFINITY) return 'inf'
  return ratio === Number.NEGATIVE_INFINITY ? '-inf' : String(ratio)
}
