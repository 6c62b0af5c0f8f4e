import {FORMAT_TITLES} from '../config/trace-options.ts'
import {tellOddReuse} from './odd-reuse.ts'
import {findTimestampQuantum} from './timestamp-quantum.ts'
import type {ParsedTrace} from './trace-columns.ts'
import type {Workload} from './workload.ts'

/** Something about a trace that a run would swallow without a word, with what would set it right. */
export interface TraceOddity {
  readonly kind: OddityKind
  /** A sentence or two. */
  readonly text: string
  /** A flag of the command line and its value; the page offers it as a button. null = there is nothing to set. */
  readonly cure: {readonly flag: CureFlag; readonly value: string} | null
}

export type OddityKind =
  | 'time-unit'
  | 'block-size'
  | 'quantised'
  | 'one-burst'
  | 'idle'
  | 'order'
  | 'duplicates'
  | 'reuse'
  | 'too-long'
  | 'over-context'

export type CureFlag = '--trace-columns' | '--trace-block-size' | '--trace-spread-ms' | '--trace-max-input'

export interface DiagnosisOptions {
  /** The user said what unit times are in, or how arrivals are spread: they are not asked again. */
  readonly hasUnit: boolean
  readonly isSpread: boolean
}

/** The same as one note. */
export function tellOddity({text, cure}: TraceOddity): string {
  return cure === null ? text : `${text} To set it right: ${cure.flag} ${cure.value}.`
}

/**
 * Looks at what was read of a trace before it is run. Where the reference is equally silent the numbers stay as they are,
 * and this alone says that they are odd. One pass over the columns for each question.
 */
export function diagnoseTrace(
  parsed: ParsedTrace,
  workload: Workload,
  options: DiagnosisOptions,
): readonly TraceOddity[] {
  const arrivals = Float64Array.from(workload.releaseOrder, request => workload.arrivalMs[request]!)
  return [
    options.hasUnit ? null : timeUnit(parsed, arrivals),
    blockSize(parsed, workload),
    options.isSpread ? null : quantised(arrivals),
    oneBurst(parsed, arrivals),
    idle(arrivals),
    order(parsed),
    duplicates(parsed),
    reuse(parsed),
  ].filter(oddity => oddity !== null)
}

const LEAST_REQUESTS = 5
/** A fleet that takes more requests per second than this, for so short a time, is a clock read wrongly. */
const FAST_RPS = 100
const SHORT_MS = 60_000
const LONG_DAYS = 90
const DAY_MS = 86_400_000

function timeUnit({format}: ParsedTrace, arrivals: Float64Array): TraceOddity | null {
  const spanMs = spanOf(arrivals)
  if (arrivals.length < LEAST_REQUESTS || spanMs === 0) return null
  const what = `${FORMAT_TITLES[format]} is read in ${format === 'azure' || format === 'burstgpt' ? 'seconds' : 'ms'}`
  if (spanMs > LONG_DAYS * DAY_MS) {
    const text = `Arrivals span ${(spanMs / DAY_MS).toFixed(0)} days. ${what}: are these times in µs or ns?`
    return {kind: 'time-unit', text, cure: {flag: '--trace-columns', value: 'unit=us'}}
  }
  if (spanMs >= SHORT_MS || (arrivals.length / spanMs) * 1000 < FAST_RPS) return null
  const text =
    `${arrivals.length} requests arrive within ${(spanMs / 1000).toFixed(3)} s, ${medianGap(arrivals).toFixed(1)} ms apart in the ` +
    `median. ${what}: are these times in seconds?`
  return {kind: 'time-unit', text, cure: {flag: '--trace-columns', value: 'unit=s'}}
}

/** Block sizes that engines and published traces use. */
const BLOCK_SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048]
/** A block size is right if nearly every prompt has as many ids as blocks of it. */
const NEARLY_ALL = 0.95

function blockSize(parsed: ParsedTrace, {traceBlockSize}: Workload): TraceOddity | null {
  const {requestCount, inputLengthGiven, hashStart, prompts} = parsed
  if (prompts !== 'hashes') return null
  let known = 0
  let cut = 0
  let spare = 0
  for (let request = 0; request < requestCount; request++) {
    const tokens = inputLengthGiven[request]!
    if (!Number.isFinite(tokens)) continue
    known++
    const ids = hashStart[request + 1]! - hashStart[request]!
    if (tokens > ids * traceBlockSize) cut++
    else if (ids > Math.ceil(tokens / traceBlockSize) + 1) spare++
  }
  if (known === 0 || (cut < 0.01 * known && spare < 0.5 * known)) return null
  const likely = BLOCK_SIZES.find(size => size !== traceBlockSize && fits(parsed, size))
  const asks = likely === undefined ? '' : ` Their lengths fit blocks of ${likely} tokens.`
  const text =
    cut > 0
      ? `${cut} of ${known} prompts are longer than their hash_ids at ${traceBlockSize} tokens each, and are cut to those.${asks}`
      : `${spare} of ${known} prompts have more hash_ids than blocks of ${traceBlockSize} tokens, so prefixes look shared that are not.${asks}`
  const cure = likely === undefined ? null : ({flag: '--trace-block-size', value: String(likely)} as const)
  return {kind: 'block-size', text, cure}
}

function fits({requestCount, inputLengthGiven, hashStart}: ParsedTrace, size: number): boolean {
  let right = 0
  for (let request = 0; request < requestCount; request++) {
    const ids = hashStart[request + 1]! - hashStart[request]!
    if (Math.ceil(inputLengthGiven[request]! / size) === ids) right++
  }
  return right >= NEARLY_ALL * requestCount
}

/** A grid finer than this delays nobody's first token noticeably. */
const COARSE_MS = 500
const CROWD = 3

function quantised(arrivals: Float64Array): TraceOddity | null {
  const quantumMs = findTimestampQuantum(arrivals)
  if (quantumMs === null || quantumMs < COARSE_MS) return null
  const atOnce = arrivals.length / Math.max(Math.round(spanOf(arrivals) / quantumMs) + 1, 1)
  if (atOnce < CROWD) return null
  const text =
    `Arrivals sit on a grid of ${quantumMs / 1000} s, ${atOnce.toFixed(0)} requests at a time: the recording rounded its times. TTFT then ` +
    'shows the wait behind the others of a burst that real users did not form.'
  return {kind: 'quantised', text, cure: {flag: '--trace-spread-ms', value: String(quantumMs)}}
}

/** A file without times is run as a closed loop, in which nothing arrives by itself. */
function oneBurst({timestampMs, requestCount}: ParsedTrace, arrivals: Float64Array): TraceOddity | null {
  if (arrivals.length < LEAST_REQUESTS || spanOf(arrivals) > 0) return null
  if (timestampMs.every(Number.isNaN)) return null
  const which = arrivals.length < requestCount ? ' that wait for no other' : ''
  const text = `All ${arrivals.length} requests${which} arrive at the same moment: a burst, not a load over time.`
  return {kind: 'one-burst', text, cure: null}
}

const IDLE_GAP_MS = 60_000
const IDLE_SHARE = 0.2

function idle(arrivals: Float64Array): TraceOddity | null {
  const spanMs = spanOf(arrivals)
  let idleMs = 0
  let longestMs = 0
  for (let i = 1; i < arrivals.length; i++) {
    const gapMs = arrivals[i]! - arrivals[i - 1]!
    if (gapMs < IDLE_GAP_MS) continue
    idleMs += gapMs
    longestMs = Math.max(longestMs, gapMs)
  }
  if (spanMs === 0 || idleMs < IDLE_SHARE * spanMs || arrivals.length < LEAST_REQUESTS) return null
  const text =
    `For ${((100 * idleMs) / spanMs).toFixed(0)} % of the time nothing arrives for a minute or more; the longest gap is ` +
    `${(longestMs / 60_000).toFixed(0)} min.`
  return {kind: 'idle', text, cure: null}
}

function order({timestampMs, turn, requestCount, graph}: ParsedTrace): TraceOddity | null {
  // Of requests that wait for each other the file has no order.
  if (graph !== undefined) return null
  let backwards = 0
  let jumpMs = 0
  let before = Number.NEGATIVE_INFINITY
  for (let request = 0; request < requestCount; request++) {
    const atMs = timestampMs[request]!
    if (turn[request] !== 0 || Number.isNaN(atMs)) continue
    if (atMs < before) {
      backwards++
      jumpMs = Math.max(jumpMs, before - atMs)
    }
    before = atMs
  }
  if (backwards === 0) return null
  const jump =
    jumpMs >= 3_600_000
      ? ` The largest step back is ${(jumpMs / 3_600_000).toFixed(1)} h: did the clock jump?`
      : ''
  const text = `${backwards} rows are earlier than the row before them; they are replayed in order of time.${jump}`
  return {kind: 'order', text, cure: null}
}

function reuse(parsed: ParsedTrace): TraceOddity | null {
  const text = tellOddReuse(parsed)
  return text === null ? null : {kind: 'reuse', text, cure: null}
}

const DUPLICATE_SHARE = 0.01

/** Rows that agree with the one before in time, lengths and block ids: a file concatenated with itself, a retried export. */
function duplicates(parsed: ParsedTrace): TraceOddity | null {
  const {requestCount, prompts} = parsed
  if (prompts !== 'hashes') return null
  let same = 0
  // By a number made of the row; rows that share one are compared.
  const newest = new Map<number, number>()
  const older = new Int32Array(requestCount).fill(-1)
  for (let request = 0; request < requestCount; request++) {
    const key = rowKey(parsed, request)
    const first = newest.get(key) ?? -1
    let other = first
    while (other >= 0 && !areSameRow(parsed, request, other)) other = older[other]!
    if (other >= 0) {
      same++
      continue
    }
    older[request] = first
    newest.set(key, request)
  }
  if (same < 2 || same < DUPLICATE_SHARE * requestCount) return null
  const text = `${same} of ${requestCount} rows stand in the file more than once, with the same time, lengths and hash_ids.`
  return {kind: 'duplicates', text, cure: null}
}

function rowKey(parsed: ParsedTrace, request: number): number {
  const {timestampMs, inputLengthGiven, outputLength} = parsed
  const lengths =
    Math.imul(inputLengthGiven[request]!, 0x9e3779b1) ^ Math.imul(outputLength[request]!, 0x85ebca6b)
  return Math.imul(lengths ^ Math.trunc(timestampMs[request]! * 8), 0xc2b2ae35) ^ lastHash(parsed, request)
}

function areSameRow(parsed: ParsedTrace, a: number, b: number): boolean {
  const {timestampMs, inputLengthGiven, outputLength} = parsed
  return (
    isSameTime(timestampMs[a]!, timestampMs[b]!) &&
    inputLengthGiven[a] === inputLengthGiven[b] &&
    outputLength[a] === outputLength[b] &&
    lastHash(parsed, a) === lastHash(parsed, b)
  )
}

/** Later turns of a session have no time of their own. */
function isSameTime(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}

function lastHash({hashStart, hashIds}: ParsedTrace, request: number): number {
  return hashIds[hashStart[request + 1]! - 1] ?? -1
}

function spanOf(arrivals: Float64Array): number {
  return arrivals.length === 0 ? 0 : arrivals[arrivals.length - 1]! - arrivals[0]!
}

function medianGap(arrivals: Float64Array): number {
  const gaps = arrivals
    .subarray(1)
    .map((at, i) => at - arrivals[i]!)
    .sort()
  return gaps[gaps.length >> 1] ?? 0
}
