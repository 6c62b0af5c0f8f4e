import {checkTraceSelection, type TraceSelection} from '../config/trace-options.ts'
import {RandomStream} from '../core/random.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {gatherHashes} from './keep-requests.ts'
import {gatherGraph} from './request-graph.ts'
import {choosePlays} from './select-plays.ts'
import type {ParsedTrace} from './trace-columns.ts'

/**
 * The part of a trace a scenario replays: a sample of its sessions, of those the ones that start in the window, of
 * their requests the first so many. Sessions stay whole but for the turns the limit cuts off at the end.
 */
export function selectTrace(
  parsed: ParsedTrace,
  selection: TraceSelection,
  seed: number,
): Result<ParsedTrace> {
  const checked = checkTraceSelection(selection)
  if (!checked.ok) return checked
  const {startS, endS, limit, sample, maxInput} = selection
  const choices = [startS, endS, limit, sample, maxInput]
  if (choices.every(choice => choice === undefined)) return ok(parsed)
  if ((startS !== undefined || endS !== undefined) && parsed.format === 'applied_compute_agentic')
    return fail(`${parsed.fileName} has no timestamps that a time window could be cut from`, 'startS')
  if (parsed.graph !== undefined) {
    const kept = choosePlays(parsed, parsed.graph, selection, seed)
    return kept.ok ? ok(gather(parsed, kept.value)) : kept
  }
  const sessions = chooseSessions(parsed, selection, seed)
  const short = maxInput === undefined ? null : withShortPrompts(parsed, maxInput)
  const requests = chooseRequests(parsed, sessions, {limit: limit ?? Number.POSITIVE_INFINITY, short})
  if (requests.length === 0)
    return fail(`${parsed.fileName}: no request is left in the chosen window and sample`, 'traceSelection')
  return ok(gather(parsed, requests))
}

function chooseSessions(
  {sessionCount, firstTurn, timestampMs}: ParsedTrace,
  {startS = 0, endS = Number.POSITIVE_INFINITY, sample = 1}: TraceSelection,
  seed: number,
): Uint8Array {
  const random = new RandomStream(seed, 'trace sample')
  let earliest = Number.POSITIVE_INFINITY
  for (const request of firstTurn) {
    if (timestampMs[request]! < earliest) earliest = timestampMs[request]!
  }
  const chosen = new Uint8Array(sessionCount)
  for (let session = 0; session < sessionCount; session++) {
    // One random number a session whatever its fate, so that a larger sample holds the smaller one.
    const isSampled = random.next() < sample
    const sinceStartS = (timestampMs[firstTurn[session]!]! - earliest) / 1000
    // A session without a start stays: the reader of arrivals names it.
    const isOutside = sinceStartS < startS || sinceStartS >= endS
    if (isSampled && !isOutside) chosen[session] = 1
  }
  return chosen
}

interface RequestChoice {
  readonly limit: number
  /** By request: 1 = it may stay; null = all may. */
  readonly short: Uint8Array | null
}

function chooseRequests(
  {requestCount, session}: ParsedTrace,
  chosen: Uint8Array,
  {limit, short}: RequestChoice,
): Int32Array {
  const requests = new Int32Array(requestCount)
  let count = 0
  for (let request = 0; request < requestCount && count < limit; request++) {
    if (chosen[session[request]!] === 1 && short?.[request] !== 0) requests[count++] = request
  }
  return requests.subarray(0, count)
}

/** The requests before the first longer prompt of their session: what came after it had read its answer. */
function withShortPrompts(
  {requestCount, session, sessionCount, inputLengthGiven}: ParsedTrace,
  maxInput: number,
) {
  const short = new Uint8Array(requestCount)
  const isOver = new Uint8Array(sessionCount)
  for (let request = 0; request < requestCount; request++) {
    if (inputLengthGiven[request]! > maxInput) isOver[session[request]!] = 1
    short[request] = 1 - isOver[session[request]!]!
  }
  return short
}

function gather(parsed: ParsedTrace, requests: Int32Array): ParsedTrace {
  const newRequest = new Int32Array(parsed.requestCount).fill(-1)
  requests.forEach((old, index) => {
    newRequest[old] = index
  })
  const renumber = (old: number) => (old < 0 ? -1 : newRequest[old]!)
  return {
    ...parsed,
    requestCount: requests.length,
    line: Uint32Array.from(requests, old => parsed.line[old]!),
    inputLengthGiven: Float64Array.from(requests, old => parsed.inputLengthGiven[old]!),
    outputLength: Int32Array.from(requests, old => parsed.outputLength[old]!),
    timestampMs: Float64Array.from(requests, old => parsed.timestampMs[old]!),
    delayMs: Float64Array.from(requests, old => parsed.delayMs[old]!),
    turn: Int32Array.from(requests, old => parsed.turn[old]!),
    nextTurn: Int32Array.from(requests, old => renumber(parsed.nextTurn[old]!)),
    ...gatherSessions(parsed, requests, newRequest),
    ...gatherHashes(parsed, requests),
    ...(parsed.graph === undefined ? {} : {graph: gatherGraph(parsed.graph, requests, newRequest)}),
  }
}

/** Sessions keep their order; a kept session has its first turn, because turns are cut from the end only. */
function gatherSessions(parsed: ParsedTrace, requests: Int32Array, newRequest: Int32Array) {
  const newSession = new Int32Array(parsed.sessionCount).fill(-1)
  const firstTurn: number[] = []
  const sessionNames = new Map<number, string>()
  for (let session = 0; session < parsed.sessionCount; session++) {
    const first = newRequest[parsed.firstTurn[session]!]!
    if (first < 0) continue
    const index = firstTurn.push(first) - 1
    newSession[session] = index
    const name = parsed.sessionNames.get(session)
    if (name !== undefined) sessionNames.set(index, name)
  }
  return {
    sessionCount: firstTurn.length,
    firstTurn: Int32Array.from(firstTurn),
    session: Int32Array.from(requests, old => newSession[parsed.session[old]!]!),
    sessionNames,
  }
}
