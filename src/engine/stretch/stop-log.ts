import {grown} from '../../core/grown.ts'

const FIRST_STOPS = 64

/**
 * The way of an instance that is advanced alone: it stops at the end of the last pass before the next arrival anywhere or, where that
 * arrival falls into its next pass, at the end of that. Stops at which nothing else happens to it are run through at once
 * (`SteadyRun.runThrough`), and what sums are made of is noted of each, since they run from stop to stop.
 */
export class StopLog implements Stops {
  /** Where the instance stands. */
  nowMs = 0
  /** Something else may happen to the instance from here on. */
  boundMs = 0
  /** The instance's among those that stop at one moment. */
  rank = 0
  /** Stops that were run through since they were taken down last: where the first of them was come from, and when each is. */
  count = 0
  fromMs = 0
  /** Passes of these stops. */
  passes = 0
  atMs = new Float64Array(FIRST_STOPS)
  /** Stops that the instance has run through. */
  taken = 0
  /** When requests arrive anywhere. */
  times: Float64Array = new Float64Array(0)
  /** The clock stops there. */
  untilMs = 0
  #at = 0

  /**
   * Another instance is advanced.
   * @param times when requests arrive anywhere, of which only those from place `next` on are to come
   */
  follow(times: Float64Array, next: number): void {
    this.times = times
    this.#at = next
    this.taken = 0
  }

  /** @param untilMs the clock stops there */
  begin(nowMs: number, rank: number, untilMs: number): void {
    this.nowMs = nowMs
    this.fromMs = nowMs
    this.rank = rank
    this.untilMs = untilMs
    this.count = 0
    this.passes = 0
  }

  /** Place in `times` of the next arrival, as an instance sees it that stands at a moment. */
  placeAfter(nowMs: number): number {
    const {times} = this
    let at = this.#at
    while (at < times.length && times[at]! <= nowMs) at++
    this.#at = at
    return at
  }

  /** When the next request arrives anywhere, as an instance sees it that stands at a moment; Infinity after the last. */
  nextArrivalMs(nowMs: number): number {
    const at = this.placeAfter(nowMs)
    return at < this.times.length ? this.times[at]! : Number.POSITIVE_INFINITY
  }

  /** The first pass that ends then or later is the last before a stop. */
  horizonMs(nowMs: number): number {
    return Math.min(this.nextArrivalMs(nowMs), this.untilMs)
  }

  /** Some more stops, at the first moments of a column, and so many passes in all between them. */
  take(atMs: Float64Array, stops: number, passes: number): void {
    const count = this.count + stops
    if (count > this.atMs.length) this.atMs = grown(this.atMs, Math.max(count, this.atMs.length * 2))
    const own = this.atMs
    for (let stop = 0, at = this.count; stop < stops; stop++) own[at++] = atMs[stop]!
    this.count = count
    this.passes += passes
    this.nowMs = own[count - 1]!
  }

  /** What was noted is taken down. */
  clear(): void {
    this.taken += this.count
    this.count = 0
    this.passes = 0
    this.fromMs = this.nowMs
  }
}

/** Moments of stops one after the other, and where the first was come from. */
export interface Stops {
  readonly fromMs: number
  readonly atMs: Float64Array
  readonly count: number
}

/** @returns a sum with the times from stop to stop added to it, one after the other */
export function sumOfSpans(sumMs: number, {fromMs, atMs, count}: Stops): number {
  let sum = sumMs
  let from = fromMs
  for (let stop = 0; stop < count; stop++) {
    sum += atMs[stop]! - from
    from = atMs[stop]!
  }
  return sum
}
