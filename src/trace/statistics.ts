import {internBlocks} from './blocks.ts'
import {countBatchWaits, findTimestampQuantum} from './timestamp-quantum.ts'
import type {Workload} from './workload.ts'

/** Nearest-rank quantiles, as the report's. */
export interface Quantiles {
  readonly mean: number
  readonly min: number
  readonly p5: number
  readonly p25: number
  readonly p50: number
  readonly p75: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export interface TraceStatistics {
  readonly requests: number
  readonly sessions: number
  /** From the first to the last arrival of first turns; later turns arrive when the run lets them. */
  readonly durationMs: number
  /** First turns per second over that time; null when all arrive at once. */
  readonly sessionsPerSecond: number | null
  readonly inputTokens: Quantiles
  readonly outputTokens: Quantiles
  /** Share of prompt blocks seen before in the same place after the same prefix: the hit rate of an endless cache; null = not counted. */
  readonly idealReuse: number | null
  /** Variance over mean of the first turns per window of 1, 10 and 60 s; 1 = Poisson; null for under two windows. */
  readonly dispersion: {readonly s1: number | null; readonly s10: number | null; readonly s60: number | null}
  /** Grid that arrivals sit on, ms, when the recording rounded its timestamps; null when none is seen. */
  readonly timestampQuantumMs: number | null
  /** First turns per moment of arrival, on average; more than one only where arrivals coincide. */
  readonly burstSize: number
  /** Turns per session. */
  readonly turns: Quantiles
  /** Waits between the turns of sessions, ms; null if every session has one turn. */
  readonly turnDelayMs: Quantiles | null
}

/** What the page says about a trace before it is run. */
export function computeTraceStatistics(workload: Workload): TraceStatistics {
  const arrivals = computeArrivalTimes(workload)
  const durationMs = arrivals[arrivals.length - 1]!
  const sessions = workload.graph?.playCount ?? workload.sessionCount
  return {
    requests: workload.requestCount,
    sessions,
    durationMs,
    sessionsPerSecond: durationMs > 0 ? (sessions / durationMs) * 1000 : null,
    inputTokens: computeQuantiles(workload.inputLength),
    outputTokens: computeQuantiles(workload.outputLength),
    idealReuse: computeIdealReuse(workload),
    dispersion: {
      s1: computeDispersion(arrivals, 1000),
      s10: computeDispersion(arrivals, 10_000),
      s60: computeDispersion(arrivals, 60_000),
    },
    timestampQuantumMs: findTimestampQuantum(arrivals),
    burstSize: arrivals.length / (countBatchWaits(arrivals) + 1),
    turns: computeQuantiles(computeTurns(workload)),
    turnDelayMs: computeTurnDelays(workload),
  }
}

function computeArrivalTimes({releaseOrder, arrivalMs}: Workload): Float64Array {
  return Float64Array.from(releaseOrder, request => arrivalMs[request]!)
}

/** By session; of an agentic trace, by play. */
function computeTurns({sessionCount, session, graph}: Workload): Int32Array {
  const turns = new Int32Array(graph?.playCount ?? sessionCount)
  for (const own of graph?.play ?? session) turns[own] = turns[own]! + 1
  return turns
}

function computeTurnDelays({requestCount, sessionCount, turn, delayMs, graph}: Workload): Quantiles | null {
  if (graph !== undefined) return graph.edgeDelayMs.length === 0 ? null : computeQuantiles(graph.edgeDelayMs)
  const laterTurns = requestCount - sessionCount
  if (laterTurns === 0) return null
  const delays = delayMs.filter((_, request) => turn[request]! > 0)
  return computeQuantiles(delays)
}

export function computeQuantiles(values: Int32Array | Float64Array): Quantiles {
  const sorted = values.slice().sort()
  const count = sorted.length
  const at = (percent: number) => sorted[Math.max(0, Math.ceil((percent * count) / 100) - 1)]!
  let sum = 0
  for (const value of sorted) sum += value
  return quantilesAt(at, {mean: sum / count, min: sorted[0]!, max: sorted[count - 1]!})
}

/** @param at the value that so many percent do not exceed */
export function quantilesAt(
  at: (percent: number) => number,
  {mean, min, max}: Pick<Quantiles, 'mean' | 'min' | 'max'>,
): Quantiles {
  return {
    mean,
    min,
    p5: at(5),
    p25: at(25),
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    max,
  }
}

/** Counted in the trace's own blocks, the last one of a prompt included even if it is not full. */
function computeIdealReuse(workload: Workload): number {
  const {requestCount, hashStart, traceBlockSize, inputLength} = workload
  const rounded = inputLength.map(tokens => Math.ceil(tokens / traceBlockSize) * traceBlockSize)
  const {blocks, blockCount} = internBlocks({...workload, inputLength: rounded}, traceBlockSize)
  return hashStart[requestCount] === 0 ? 0 : 1 - blockCount / blocks.length
}

function computeDispersion(sortedMs: Float64Array, windowMs: number): number | null {
  // Only whole windows: a cut one at the end would look like a lull.
  const windows = Math.floor(sortedMs[sortedMs.length - 1]! / windowMs)
  if (windows < 2) return null
  const counts = new Float64Array(windows)
  for (const arrival of sortedMs) {
    const window = Math.floor(arrival / windowMs)
    if (window < windows) counts[window] = counts[window]! + 1
  }
  const mean = counts.reduce((sum, count) => sum + count, 0) / windows
  let variance = 0
  for (const count of counts) variance += ((count - mean) * (count - mean)) / windows
  return variance / mean
}
