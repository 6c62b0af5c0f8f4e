import {FORMAT_TITLES, type TimeUnit} from '../../config/trace-options.ts'
import {unitOfEpoch} from '../formats/csv/csv-time.ts'
import {timeUnitMs} from '../formats/time-unit.ts'
import {findTimestampQuantum} from '../timestamp-quantum.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import type {OddityCure, TraceOddity} from './oddity.ts'

const LEAST_REQUESTS = 5
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Arrivals as recorded, ms from the first of the file, in order of time. */
export type Arrivals = Float64Array

/** What the times of a trace are read as; of `timestampMs` and `firstTurn` the first entries alone are looked at. */
export type TimedTrace = Pick<
  ParsedTrace,
  'format' | 'guessedUnit' | 'requestCount' | 'timestampMs' | 'firstTurn'
>

const UNIT_WORDS: Readonly<Record<TimeUnit, string>> = {s: 'seconds', ms: 'ms', us: 'µs', ns: 'ns'}
const FINER: readonly TimeUnit[] = ['ms', 'us', 'ns']

/** Whether times that nothing in the file gives a unit were read in one that makes no sense of them. */
export function tellTimeUnit(parsed: TimedTrace, arrivals: Arrivals): TraceOddity | null {
  const {format, guessedUnit} = parsed
  if (guessedUnit === undefined || arrivals.length < LEAST_REQUESTS || spanOf(arrivals) === 0) return null
  const oddity = (text: string, unit: TimeUnit): TraceOddity => ({
    kind: 'time-unit',
    text,
    cure: {flag: '--trace-columns', value: `unit=${unit}`},
  })
  const read = `${FORMAT_TITLES[format]} is read in ${UNIT_WORDS[guessedUnit]}`
  const ofEpoch = epochUnit(parsed, arrivals)
  if (ofEpoch !== null) return oddity(`Times look like ${UNIT_WORDS[ofEpoch]} since 1970. ${read}.`, ofEpoch)
  if (isTooFast(arrivals) && guessedUnit === 'ms')
    return oddity(
      `${arrivals.length} requests arrive within ${(spanOf(arrivals) / 1000).toFixed(3)} s, ${medianGap(arrivals).toFixed(1)} ms ` +
        `apart in the median. ${read}: are these times in seconds?`,
      's',
    )
  const finer = finerUnit(parsed, arrivals)
  if (finer === null) return null
  const spread = `Arrivals span ${lengthOf(spanOf(arrivals))}, ${lengthOf(medianStep(arrivals))} apart in the median.`
  return oddity(`${spread} ${read}: are these times in ${UNIT_WORDS[finer]}?`, finer)
}

/** More requests per second than this within a minute, or than the second figure over any time, are a clock read wrongly. */
const FAST_RPS = 100
const FAST_ANYWAY_RPS = 500

function isTooFast(arrivals: Arrivals): boolean {
  const spanMs = spanOf(arrivals)
  return (arrivals.length / spanMs) * 1000 >= (spanMs < MINUTE_MS ? FAST_RPS : FAST_ANYWAY_RPS)
}

/** Seconds since 1970 that are read as ms come so fast at the least. */
const EPOCH_RPS = 5

/**
 * The unit that the first time's digits tell, where it is not the one that was read. Seconds since 1970 could be ms of a long
 * recording's third week, which is told by how fast they come.
 */
function epochUnit({guessedUnit, timestampMs, firstTurn}: TimedTrace, arrivals: Arrivals): TimeUnit | null {
  const first = timestampMs[firstTurn[0] ?? -1] ?? Number.NaN
  const unit = Number.isNaN(first) ? null : unitOfEpoch(first / timeUnitMs(guessedUnit!))
  if (unit === null || unit === guessedUnit) return null
  if (unit === 's') return (arrivals.length / spanOf(arrivals)) * 1000 >= EPOCH_RPS ? unit : null
  return unit
}

/** Requests further apart than this are no load that anybody scales for; sessions of many turns may be. */
const SPARSE_MS = MINUTE_MS
const SPARSE_SESSIONS_MS = 10 * MINUTE_MS
const LEAST_SPARSE = 20

/** The coarsest finer unit in which the arrivals are a load. */
function finerUnit({guessedUnit, requestCount}: TimedTrace, arrivals: Arrivals): TimeUnit | null {
  const stepMs = medianStep(arrivals)
  const sparseMs = arrivals.length < requestCount ? SPARSE_SESSIONS_MS : SPARSE_MS
  if (arrivals.length < LEAST_SPARSE || stepMs < sparseMs) return null
  const readMs = timeUnitMs(guessedUnit!)
  const finer = FINER.filter(unit => timeUnitMs(unit) < readMs)
  return finer.find(unit => (stepMs * timeUnitMs(unit)) / readMs < SPARSE_MS) ?? finer.at(-1) ?? null
}

/** A grid finer than this delays nobody's first token noticeably. */
const COARSE_MS = 500
const CROWD = 3

/** Whether the recording rounded its times. */
export function tellQuantised(arrivals: Arrivals): TraceOddity | null {
  const quantumMs = findTimestampQuantum(arrivals)
  if (quantumMs === null || quantumMs < COARSE_MS) return null
  const atOnce = arrivals.length / Math.max(Math.round(spanOf(arrivals) / quantumMs) + 1, 1)
  if (atOnce < CROWD) return null
  const text =
    `Arrivals sit on a grid of ${quantumMs / 1000} s, ${atOnce.toFixed(0)} requests at a time: the recording rounded its times. TTFT then ` +
    'shows the wait behind the others of a burst that real users did not form.'
  return {kind: 'quantised', text, cure: {flag: '--trace-spread-ms', value: String(quantumMs)}}
}

/** Whether all that arrives by itself arrives at once. */
export function tellOneBurst(
  {requestCount}: Pick<TimedTrace, 'requestCount'>,
  arrivals: Arrivals,
): TraceOddity | null {
  if (arrivals.length < LEAST_REQUESTS || spanOf(arrivals) > 0) return null
  const which = arrivals.length < requestCount ? ' that wait for no other' : ''
  const text = `All ${arrivals.length} requests${which} arrive at the same moment: a burst, not a load over time.`
  return {kind: 'one-burst', text, cure: null}
}

const IDLE_GAP_MS = MINUTE_MS
const IDLE_SHARE = 0.2

/** How long nothing arrives, and whether that is one gap as a clock makes that was set. */
export function tellIdle(arrivals: Arrivals): TraceOddity | null {
  const tally = new IdleTally()
  for (const at of arrivals) tally.add(at)
  return tally.tell()
}

/** The same of arrivals that come one by one, in order of time. */
export class IdleTally {
  #count = 0
  #idleMs = 0
  #firstMs = 0
  #lastMs = 0
  /** The longest gap: arrivals before it, and between which two it is. */
  #before = 0
  #fromMs = 0
  #toMs = 0

  add(atMs: number): void {
    if (this.#count === 0) this.#firstMs = atMs
    else if (atMs - this.#lastMs >= IDLE_GAP_MS) this.#addGap(atMs)
    this.#lastMs = atMs
    this.#count++
  }

  tell(): TraceOddity | null {
    const spanMs = this.#lastMs - this.#firstMs
    const idleMs = this.#idleMs
    if (spanMs === 0 || idleMs < IDLE_SHARE * spanMs || this.#count < LEAST_REQUESTS) return null
    const gapMs = this.#toMs - this.#fromMs
    const text =
      `For ${((100 * idleMs) / spanMs).toFixed(0)} % of the time nothing arrives for a minute or more; the longest gap is ` +
      `${lengthOf(gapMs)}.`
    if (gapMs < HOUR_MS || gapMs < spanMs / 2) return {kind: 'idle', text, cure: null}
    return {
      kind: 'idle',
      text: `${text} Did the clock jump, or are these two recordings?`,
      cure: this.#largerPart(),
    }
  }

  #addGap(atMs: number): void {
    const gapMs = atMs - this.#lastMs
    this.#idleMs += gapMs
    if (gapMs <= this.#toMs - this.#fromMs) return
    this.#before = this.#count
    this.#fromMs = this.#lastMs
    this.#toMs = atMs
  }

  /** The side of the gap that has more requests, as a window in whole seconds. */
  #largerPart(): OddityCure {
    return this.#before >= this.#count / 2
      ? {flag: '--trace-end-s', value: String(Math.floor(this.#fromMs / 1000) + 1)}
      : {flag: '--trace-start-s', value: String(Math.floor(this.#toMs / 1000))}
  }
}

/** How many rows stand before an earlier one. */
export function tellOrder({timestampMs, turn, requestCount, graph}: ParsedTrace): TraceOddity | null {
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
  const rows = backwards === 1 ? 'One row is' : `${backwards} rows are`
  const jump = jumpMs >= HOUR_MS ? ` The largest step back is ${lengthOf(jumpMs)}: did the clock jump?` : ''
  const text = `${rows} earlier than the row before; requests are replayed in order of time.${jump}`
  return {kind: 'order', text, cure: null}
}

function spanOf(arrivals: Arrivals): number {
  return arrivals.length === 0 ? 0 : arrivals[arrivals.length - 1]! - arrivals[0]!
}

function gapsOf(arrivals: Arrivals): Float64Array {
  return arrivals.subarray(1).map((at, i) => at - arrivals[i]!)
}

function medianGap(arrivals: Arrivals): number {
  const gaps = gapsOf(arrivals).sort()
  return gaps[gaps.length >> 1] ?? 0
}

/** The median of the gaps between arrivals of different moments. */
function medianStep(arrivals: Arrivals): number {
  const steps = gapsOf(arrivals)
    .filter(gap => gap > 0)
    .sort()
  return steps[steps.length >> 1] ?? 0
}

/** A length of time in its largest unit, with three digits at the most. */
function lengthOf(ms: number): string {
  const [unitMs, unit] =
    ms >= 2 * DAY_MS
      ? [DAY_MS, 'days']
      : ms >= HOUR_MS
        ? [HOUR_MS, 'h']
        : ms >= MINUTE_MS
          ? [MINUTE_MS, 'min']
          : [1000, 's']
  const value = ms / unitMs
  return `${value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3))} ${unit}`
}
