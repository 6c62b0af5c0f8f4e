import {plannerOf, type Scenario} from '../config/scenario.ts'
import type {ArrivalHistogram} from '../trace/arrival-histogram.ts'

/** A part of a trace that stands for the whole, in seconds as recorded. */
export interface TraceWindow {
  readonly startS: number
  readonly endS: number
  /** Share of the requests, and so about of the work, that lies in it. */
  readonly share: number
}

/** All windows together take at most so much of the trace: what they save must be more than what they mislead. */
const MOST_SHARE = 0.25
const MOST_WINDOWS = 2
/** A policy shows what it does over a few of its intervals, and a fleet over some minutes. */
const INTERVALS = 2
const LEAST_S = 300

/**
 * Windows of the trace that show what the whole does: first the one whose load is spread most like the whole's, then the
 * one with the most load. None where the trace is too short, or its time means nothing.
 */
export function findWindows(scenario: Scenario, arrivals: ArrivalHistogram): readonly TraceWindow[] {
  if (!hasTimes(scenario)) return []
  const binS = arrivals.binMs / 1000
  const bins = arrivals.inputTokens.length
  const lengthS = Math.max(LEAST_S, INTERVALS * longestIntervalS(scenario))
  const length = Math.ceil(lengthS / binS)
  const count = Math.min(MOST_WINDOWS, Math.floor((MOST_SHARE * bins) / length))
  if (count < 1) return []
  const starts = Array.from({length: bins - length + 1}, (_, start) => start)
  const loads = (start: number) => arrivals.inputTokens.subarray(start, start + length)
  const likest = leastBy(starts, start => unlikeness(loads(start), arrivals.inputTokens))
  const apart = starts.filter(start => Math.abs(start - likest) >= length)
  const chosen =
    count === 1 || apart.length === 0 ? [likest] : [likest, leastBy(apart, start => -sum(loads(start)))]
  const requests = sum(arrivals.requests)
  const speedup = scenario.arrivalSpeedupRatio
  const offsetS = scenario.traceSelection?.startS ?? 0
  return chosen.map(start => ({
    startS: offsetS + start * binS * speedup,
    endS: offsetS + (start + length) * binS * speedup,
    share: sum(arrivals.requests.subarray(start, start + length)) / requests,
  }))
}

/** The same run of this part of the trace alone. */
export function withinWindow(scenario: Scenario, {startS, endS}: TraceWindow): Scenario {
  return {...scenario, traceSelection: {...scenario.traceSelection, startS, endS}}
}

/** Windows are cut by arrival times, which generated traffic and a closed loop have not got, and a limit would cut anew. */
function hasTimes({synthetic, replayConcurrency, traceSelection}: Scenario): boolean {
  return synthetic === undefined && replayConcurrency === undefined && traceSelection?.limit === undefined
}

function longestIntervalS(scenario: Scenario): number {
  const planner = plannerOf(scenario)
  if (planner === null) return 0
  const {enable_throughput_scaling: isOn, throughput_adjustment_interval: throughputS} = planner
  return Math.max(planner.load_adjustment_interval, isOn ? throughputS : 0)
}

const QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9, 1]

/** How far the loads of the bins lie from those of the whole, quantile by quantile, in parts of the whole's mean. */
function unlikeness(part: Float64Array, whole: Float64Array): number {
  const mean = sum(whole) / whole.length
  const own = part.toSorted()
  const all = whole.toSorted()
  const at = (sorted: Float64Array, q: number) => sorted[Math.round(q * (sorted.length - 1))]!
  const gaps = QUANTILES.map(q => Math.abs(at(own, q) - at(all, q)) / mean)
  return gaps.reduce((total, gap) => total + gap, 0)
}

function leastBy(starts: readonly number[], measure: (start: number) => number): number {
  let least = starts[0]!
  let leastMeasure = Number.POSITIVE_INFINITY
  for (const start of starts) {
    const measured = measure(start)
    if (measured >= leastMeasure) continue
    least = start
    leastMeasure = measured
  }
  return least
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}
