import {plannerOf, type Scenario} from '../config/scenario.ts'
import type {Summary} from '../core/statistics.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import {ttftMs} from './request-measures.ts'

/**
 * What users felt over time: one entry per interval of simulated time. Latencies belong to the requests that
 * completed in the interval, as the planner counts traffic; NaN where none did.
 */
export interface IntervalColumns {
  readonly intervalMs: number
  readonly count: number
  readonly startMs: Float64Array
  /** Requests per second. */
  readonly arrivalRate: Float64Array
  readonly completionRate: Float64Array
  /** Output tokens of completed requests per second. */
  readonly outputTokenRate: Float64Array
  readonly ttftMsMean: Float64Array
  readonly ttftMsP90: Float64Array
  /** Pooled over all gaps of the requests. */
  readonly itlMsMean: Float64Array
  readonly inputLengthMean: Float64Array
  readonly outputLengthMean: Float64Array
}

/** Without a planner there is no load interval; ten seconds is what the guide's planner uses. */
const PLAIN_INTERVAL_S = 10

/** Ms, as long as a run does not need too many of them. */
export function pictureIntervalMs(scenario: Pick<Scenario, 'scaling'>): number {
  return (plannerOf(scenario)?.load_adjustment_interval ?? PLAIN_INTERVAL_S) * 1000
}

/** Values whose statistics are asked for at the end: kept, or counted in bins. */
export interface ValueStatistics {
  add(value: number): void
  /** Takes over what another was told. */
  merge(other: this): void
  summary(): Summary
}

/** Of the requests whose last token fell into it. */
interface Interval<V> {
  completed: number
  inputTokens: number
  outputTokens: number
  /** From the first to the last token, over all requests. */
  spanMs: number
  gaps: number
  readonly ttft: V
}

/** Requests sorted into intervals as they are told, in order of arrival: the order in which they are summed. */
export class IntervalTally<V extends ValueStatistics> {
  #intervalMs: number
  readonly #mostIntervals: number
  readonly #createStatistics: () => V
  #intervals: Interval<V>[] = []
  #arrived: number[] = []

  /** @param most intervals: when more are needed, they are joined in pairs */
  constructor(
    {intervalMs, most}: {readonly intervalMs: number; readonly most: number},
    createStatistics: () => V,
  ) {
    this.#intervalMs = intervalMs
    this.#mostIntervals = most
    this.#createStatistics = createStatistics
  }

  arrived(atMs: number): void {
    const at = this.#placeOf(atMs)
    while (this.#arrived.length <= at) this.#arrived.push(0)
    this.#arrived[at]!++
  }

  completed(requests: RequestColumns, r: number): void {
    const interval = this.#intervalAt(this.#placeOf(requests.lastTokenMs[r]!))
    interval.completed++
    interval.inputTokens += requests.inputLength[r]!
    interval.outputTokens += requests.outputLength[r]!
    interval.spanMs += requests.lastTokenMs[r]! - requests.firstTokenMs[r]!
    interval.gaps += requests.emittedTokens[r]! - 1
    interval.ttft.add(ttftMs(requests, r))
  }

  /** The last interval holds the last token of all. */
  columns(): IntervalColumns {
    const intervals = this.#intervals
    const over = (measure: (interval: Interval<V>, at: number) => number) =>
      Float64Array.from(intervals, measure)
    const ttft = intervals.map(({completed, ttft: values}) => (completed === 0 ? NONE : values.summary()))
    const perSecond = 1000 / this.#intervalMs
    return {
      intervalMs: this.#intervalMs,
      count: intervals.length,
      startMs: over((_, at) => at * this.#intervalMs),
      arrivalRate: over((_, at) => (this.#arrived[at] ?? 0) * perSecond),
      completionRate: over(({completed}) => completed * perSecond),
      outputTokenRate: over(({outputTokens}) => outputTokens * perSecond),
      ttftMsMean: Float64Array.from(ttft, ({mean}) => mean),
      ttftMsP90: Float64Array.from(ttft, ({p90}) => p90),
      itlMsMean: over(({spanMs, gaps}) => (gaps > 0 ? spanMs / gaps : Number.NaN)),
      inputLengthMean: over(({inputTokens, completed}) => inputTokens / completed),
      outputLengthMean: over(({outputTokens, completed}) => outputTokens / completed),
    }
  }

  #placeOf(atMs: number): number {
    while (atMs >= this.#intervalMs * this.#mostIntervals) this.#joinPairs()
    return Math.floor(atMs / this.#intervalMs)
  }

  #joinPairs(): void {
    this.#intervalMs *= 2
    const firsts = <T>(of: readonly T[]) => of.filter((_, at) => at % 2 === 0)
    const [intervals, arrived] = [this.#intervals, this.#arrived]
    this.#intervals = firsts(intervals)
    this.#arrived = firsts(arrived)
    for (let at = 1; at < intervals.length; at += 2) addTo(this.#intervals[at >> 1]!, intervals[at]!)
    for (let at = 1; at < arrived.length; at += 2) this.#arrived[at >> 1]! += arrived[at]!
  }

  #intervalAt(at: number): Interval<V> {
    while (this.#intervals.length <= at)
      this.#intervals.push({
        ...{completed: 0, inputTokens: 0, outputTokens: 0, spanMs: 0, gaps: 0},
        ttft: this.#createStatistics(),
      })
    return this.#intervals[at]!
  }
}

function addTo<V extends ValueStatistics>(interval: Interval<V>, other: Interval<V>): void {
  interval.completed += other.completed
  interval.inputTokens += other.inputTokens
  interval.outputTokens += other.outputTokens
  interval.spanMs += other.spanMs
  interval.gaps += other.gaps
  interval.ttft.merge(other.ttft)
}

const NONE = {mean: Number.NaN, p90: Number.NaN}
