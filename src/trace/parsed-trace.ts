import {fail, ok, type Result} from '../core/result.ts'
import type {Workload} from './workload.ts'

/**
 * A trace file read and checked once, before everything that depends on the scenario: clamping to the trace
 * block size, normalisation and speed-up. Sweeps share one and derive a `Workload` per point.
 */
export interface ParsedTrace {
  readonly fileName: string
  readonly requestCount: number
  readonly sessionCount: number
  /** Line of each request in the file, from 1. */
  readonly line: Uint32Array
  /** Tokens as written; infinite where absent, so that clamping gives the hash capacity. */
  readonly inputLengthGiven: Float64Array
  readonly outputLength: Int32Array
  /** ms as written; NaN where absent. */
  readonly timestampMs: Float64Array
  /** Wait of later turns after the previous completion, ms; 0 for first turns. */
  readonly delayMs: Float64Array
  readonly session: Int32Array
  readonly turn: Int32Array
  readonly nextTurn: Int32Array
  /** Request index of each session's first turn. */
  readonly firstTurn: Int32Array
  /** Names of the sessions that have one in the file; the others are `request_<line>`. */
  readonly sessionNames: ReadonlyMap<number, string>
  readonly hashStart: Uint32Array
  readonly hashIds: Uint32Array
}

export interface WorkloadOptions {
  /** Tokens one hash id stands for, >= 1. */
  readonly traceBlockSize: number
  readonly arrivalSpeedupRatio: number
}

const INT32_MAX = 2147483647

/** Clamps, normalises and speeds up (engine.md 1.1, 1.4, 1.5). Cheap: columns that stay the same are shared. */
export function toWorkload(parsed: ParsedTrace, options: WorkloadOptions): Result<Workload> {
  const {traceBlockSize, arrivalSpeedupRatio: ratio} = options
  const blockSizeProblem = checkTraceBlockSize(traceBlockSize)
  if (blockSizeProblem !== null) return fail(blockSizeProblem, 'traceBlockSize')
  if (!(Number.isFinite(ratio) && ratio > 0)) {
    return fail(`ratio must be a finite positive number, got ${formatRatio(ratio)}`, 'arrivalSpeedupRatio')
  }
  const inputLength = computeInputLength(parsed, traceBlockSize)
  if (!inputLength.ok) return inputLength
  const arrivalMs = computeArrivals(parsed, ratio)
  if (!arrivalMs.ok) return arrivalMs
  return ok({
    requestCount: parsed.requestCount,
    sessionCount: parsed.sessionCount,
    inputLength: inputLength.value,
    outputLength: parsed.outputLength,
    arrivalMs: arrivalMs.value,
    delayMs: ratio === 1 ? parsed.delayMs : parsed.delayMs.map(delay => delay / ratio),
    session: parsed.session,
    turn: parsed.turn,
    nextTurn: parsed.nextTurn,
    releaseOrder: computeReleaseOrder(parsed.firstTurn, arrivalMs.value),
    hashStart: parsed.hashStart,
    hashIds: parsed.hashIds,
    traceBlockSize,
  })
}

/** What is wrong with a trace block size, or null. */
export function checkTraceBlockSize(traceBlockSize: number): string | null {
  if (Number.isSafeInteger(traceBlockSize) && traceBlockSize > 0) return null
  return 'trace_block_size must be greater than 0'
}

/** The session's name in messages, as the reference gives it. */
export function sessionName(parsed: ParsedTrace, session: number): string {
  return parsed.sessionNames.get(session) ?? `request_${parsed.line[parsed.firstTurn[session]!]!}`
}

function computeInputLength(parsed: ParsedTrace, traceBlockSize: number): Result<Int32Array> {
  const {requestCount, hashStart, inputLengthGiven} = parsed
  const inputLength = new Int32Array(requestCount)
  for (let request = 0; request < requestCount; request++) {
    const capacity = (hashStart[request + 1]! - hashStart[request]!) * traceBlockSize
    const tokens = Math.min(inputLengthGiven[request]!, capacity)
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

function computeArrivals(parsed: ParsedTrace, ratio: number): Result<Float64Array> {
  const {firstTurn, timestampMs, sessionCount} = parsed
  let earliest = Number.POSITIVE_INFINITY
  for (let session = 0; session < sessionCount; session++) {
    const start = timestampMs[firstTurn[session]!]!
    if (start < earliest) earliest = start
  }
  const arrivalMs = new Float64Array(parsed.requestCount).fill(Number.NaN)
  for (let session = 0; session < sessionCount; session++) {
    const request = firstTurn[session]!
    const start = timestampMs[request]!
    const problem = (text: string) => fail(`${at(parsed, request)}: ${text}`, 'timestamp')
    const name = () => sessionName(parsed, session)
    if (Number.isNaN(start))
      return problem(`trace mode requires first_arrival_timestamp_ms for session ${name()}`)
    const arrival = (start - earliest) / ratio
    if (!Number.isFinite(arrival))
      return problem(`session ${name()} has invalid first_arrival_timestamp_ms ${arrival}`)
    arrivalMs[request] = arrival
  }
  return ok(arrivalMs)
}

/** First turns by (time, session). Sessions are numbered by first appearance, so a file in order needs no sort. */
function computeReleaseOrder(firstTurn: Int32Array, arrivalMs: Float64Array): Int32Array {
  const order = Int32Array.from(firstTurn)
  const later = (a: number, b: number) => arrivalMs[a]! - arrivalMs[b]! || a - b
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
