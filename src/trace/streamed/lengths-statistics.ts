import {type ArrivalHistogram, arrivalBinMs} from '../arrival-histogram.ts'
import {computeQuantiles, type Quantiles, quantilesAt, type TraceStatistics} from '../statistics.ts'
import {findTimestampQuantum, isSameBatch} from '../timestamp-quantum.ts'
import type {LengthColumns} from './column-source.ts'

/** How often each length occurs, by length. */
export interface LengthCounts {
  readonly lengths: Float64Array
  readonly counts: Float64Array
}

export interface LengthsStatistics {
  readonly statistics: TraceStatistics
  readonly arrivals: ArrivalHistogram
  readonly input: LengthCounts
  readonly output: LengthCounts
}

/** So many arrivals say on what grid times are. */
const LEADING = 2 ** 20

/**
 * `computeTraceStatistics` of a file of which times and lengths are kept, in order of time.
 * @param idealReuse null where prompts share blocks, of which too many would have to be remembered
 */
export function computeLengthsStatistics(
  columns: LengthColumns,
  {
    arrivalSpeedupRatio,
    closedLoop,
    idealReuse,
  }: {
    readonly arrivalSpeedupRatio: number
    readonly closedLoop: boolean
    readonly idealReuse: number | null
  },
): LengthsStatistics {
  const {requestCount} = columns
  const {starts, turns, turnDelayMs} = computeSessions(columns, closedLoop ? 1 : arrivalSpeedupRatio)
  const sessions = starts.length
  const firstMs = starts[0]!
  const arrivalOf = closedLoop ? () => 0 : (at: number) => (starts[at]! - firstMs) / arrivalSpeedupRatio
  const durationMs = arrivalOf(sessions - 1)
  const input = countLengths(columns.inputLength)
  const output = countLengths(columns.outputLength)
  const leading = Float64Array.from({length: Math.min(sessions, LEADING)}, (_, at) => arrivalOf(at))
  const dispersionOf = (windowMs: number) => computeDispersion(sessions, arrivalOf, windowMs)
  return {
    statistics: {
      requests: requestCount,
      sessions,
      durationMs,
      sessionsPerSecond: durationMs > 0 ? (sessions / durationMs) * 1000 : null,
      inputTokens: quantilesOf(input),
      outputTokens: quantilesOf(output),
      idealReuse,
      dispersion: {s1: dispersionOf(1000), s10: dispersionOf(10_000), s60: dispersionOf(60_000)},
      timestampQuantumMs: findTimestampQuantum(leading),
      burstSize: sessions / countBatches(sessions, arrivalOf),
      turns: quantilesOf(turns),
      turnDelayMs,
    },
    arrivals: binLengths(columns, arrivalOf, durationMs / 1000),
    input,
    output,
  }
}

interface Sessions {
  /** Time of each one's first turn, as written. */
  readonly starts: Float64Array
  /** How many turns they have. */
  readonly turns: LengthCounts
  /** Waits between turns; null where there are none. */
  readonly turnDelayMs: Quantiles | null
}

function computeSessions({requestCount, timestampMs, delayMs}: LengthColumns, ratio: number): Sessions {
  if (delayMs === null) {
    const turns = {lengths: Float64Array.of(1), counts: Float64Array.of(requestCount)}
    return {starts: timestampMs, turns, turnDelayMs: null}
  }
  const starts = timestampMs.filter((_, at) => Number.isNaN(delayMs[at]!))
  const turns = new Uint32Array(starts.length)
  let session = -1
  for (const delay of delayMs) {
    if (Number.isNaN(delay)) session++
    turns[session] = turns[session]! + 1
  }
  const waits = delayMs.filter(delay => !Number.isNaN(delay)).map(delay => delay / ratio)
  return {starts, turns: countLengths(turns), turnDelayMs: computeQuantiles(waits)}
}

/** Arrival of a session by its place among all. */
type ArrivalOf = (session: number) => number

/** Lengths below this are counted in an array. */
const COUNTED_BELOW = 2 ** 20

function countLengths(values: Uint32Array): LengthCounts {
  const small = new Uint32Array(COUNTED_BELOW)
  const large = new Map<number, number>()
  for (const value of values)
    if (value < COUNTED_BELOW) small[value] = small[value]! + 1
    else large.set(value, (large.get(value) ?? 0) + 1)
  const pairs: [number, number][] = []
  small.forEach((count, length) => {
    if (count > 0) pairs.push([length, count])
  })
  pairs.push(...[...large].sort(([a], [b]) => a - b))
  return {
    lengths: Float64Array.from(pairs, ([length]) => length),
    counts: Float64Array.from(pairs, ([, count]) => count),
  }
}

function quantilesOf({lengths, counts}: LengthCounts): Quantiles {
  let total = 0
  let sum = 0
  counts.forEach((count, i) => {
    total += count
    sum += count * lengths[i]!
  })
  const at = (percent: number) => {
    const rank = Math.max(1, Math.ceil((percent * total) / 100))
    let i = 0
    for (let upTo = counts[0]!; upTo < rank; upTo += counts[i]!) i++
    return lengths[i]!
  }
  return quantilesAt(at, {mean: sum / total, min: lengths[0]!, max: lengths[lengths.length - 1]!})
}

/** Variance over mean of the arrivals in whole windows; null for under two. */
function computeDispersion(count: number, arrivalOf: ArrivalOf, windowMs: number): number | null {
  const windows = Math.floor(arrivalOf(count - 1) / windowMs)
  if (windows < 2) return null
  let sum = 0
  let squares = 0
  let window = 0
  let inWindow = 0
  for (let session = 0; session < count; session++) {
    const own = Math.floor(arrivalOf(session) / windowMs)
    if (own !== window) {
      sum += inWindow
      squares += inWindow * inWindow
      window = own
      inWindow = 0
    }
    if (own >= windows) break
    inWindow++
  }
  const mean = sum / windows
  return (squares / windows - mean * mean) / mean
}

function countBatches(count: number, arrivalOf: ArrivalOf): number {
  let batches = 0
  let startMs = Number.NEGATIVE_INFINITY
  for (let session = 0; session < count; session++) {
    const arrivalMs = arrivalOf(session)
    if (isSameBatch(startMs, arrivalMs)) continue
    batches++
    startMs = arrivalMs
  }
  return batches
}

function binLengths(
  {requestCount, inputLength, delayMs}: LengthColumns,
  arrivalOf: ArrivalOf,
  spanS: number,
): ArrivalHistogram {
  const binMs = arrivalBinMs(spanS)
  const bins = Math.floor((spanS * 1000) / binMs) + 1
  const requests = new Float64Array(bins)
  const inputTokens = new Float64Array(bins)
  let session = 0
  for (let request = 0; request < requestCount; request++) {
    // Later turns have no arrival of their own.
    if (delayMs !== null && !Number.isNaN(delayMs[request]!)) continue
    const bin = Math.floor(arrivalOf(session++) / binMs)
    requests[bin]!++
    inputTokens[bin]! += inputLength[request]!
  }
  return {binMs, requests, inputTokens}
}
