import type {ArrivalQueue, Upcoming} from '../arrivals.ts'
import {StopLog} from './stop-log.ts'

/** An instance that can be advanced alone. */
export interface LoneInstance {
  isBusy: boolean
  /** End of its pass under way, ms; known while it is alone. */
  endMs: number
  /** Requests that come to it in this stretch, in order of arrival. */
  readonly inbox: number[]
}

/** What comes to instances in a stretch, and the moments that stop them, up to the first after it at least. */
export interface Placed extends Upcoming {
  /** The latest moment at which something was done to place them; -Infinity = none. */
  readonly lastMs: number
  /** What was thrown there; null = nothing. */
  readonly failure: unknown
}

/** The loop whose instances are advanced. */
interface StretchHost<Instance extends LoneInstance> {
  /** Ends of passes leave the queue of events for `endMs`; what is told from here on comes instance by instance. */
  begin(): void
  /** A request has arrived. @returns where it goes */
  arrive(request: number, atMs: number): Instance
  /** Where requests come from others first: these go through the stretch, and put them into inboxes. */
  readonly placeThrough?: (toMs: number) => Placed
  /** The clock is at a moment of this instance: its pass ends, if it is due. */
  moveTo(instance: Instance, atMs: number): void
  dispatch(request: number, instance: Instance): void
  startPasses(): void
  /**
   * Puts in order what was told, and the ends of passes back among the events.
   * @param lastMs the latest moment that any instance came to: the common clock stands there; -Infinity = none came to one
   */
  end(lastMs: number): void
}

/** Turns after which what was told is put in order: enough to sort at once, and few enough to stay in the processor's cache. */
const TURNS = 1 << 16
const FIRST_ARRIVALS = 256
const MOST_ARRIVALS = 1 << 14

/**
 * Where requests go by turns, instances meet only at ticks, starts and ends of others: between two of those each is advanced alone through
 * the whole stretch, so that its KV cache stays in the processor's, and no event has to be put among those of others. Every turn is the
 * one that the common clock would have given it: instances still stop at arrivals that go elsewhere, since sums run from stop to stop.
 */
export class Stretches<Instance extends LoneInstance> {
  readonly #host: StretchHost<Instance>
  readonly #arrivals: ArrivalQueue
  readonly #comesMs: Float64Array
  /** Arrivals of a stretch, so that it comes to about `TURNS`. */
  #most = FIRST_ARRIVALS
  /** Stops of the instance that is advanced. */
  readonly stops = new StopLog()
  #turns = 0
  #lastMs = 0
  /** Instances are being advanced. */
  isUnderWay = false

  /** @param comesMs by request, when it comes to its instance; known once it is placed */
  constructor(host: StretchHost<Instance>, arrivals: ArrivalQueue, comesMs: Float64Array) {
    this.#host = host
    this.#arrivals = arrivals
    this.#comesMs = comesMs
  }

  /**
   * Advances all instances as far as they get before a moment, or before so many requests have arrived.
   * @param untilMs whatever happens then or later is left
   * @returns the turns taken; 0 where so little happens until then that it is not worth while
   * @throws what the first of them throws, in the order of the clock
   */
  advance(instances: readonly Instance[], untilMs: number): number {
    const {times, next} = this.#arrivals.upcoming!
    const last = Math.min(next + this.#most, times.length)
    const toMs = last < times.length ? Math.min(untilMs, times[last]!) : untilMs
    const worth = next + (instances.length >> 2)
    if (worth < times.length && times[worth]! >= toMs) return 0
    this.#turns = 0
    this.#host.begin()
    const placed = this.#host.placeThrough?.(toMs) ?? this.#placeBefore(toMs, {times, next})
    this.isUnderWay = true
    this.#lastMs = placed.lastMs
    this.#advanceAll(instances, toMs, placed)
    this.#host.end(this.#lastMs)
    this.isUnderWay = false
    if (last < times.length && toMs === times[last]) this.#adapt()
    return this.#turns
  }

  #placeBefore(toMs: number, upcoming: Upcoming): Placed {
    const arrivals = this.#arrivals
    for (let atMs = arrivals.nextMs; atMs < toMs; atMs = arrivals.nextMs) {
      const request = arrivals.pop()
      this.#host.arrive(request, atMs).inbox.push(request)
    }
    return {...upcoming, lastMs: Number.NEGATIVE_INFINITY, failure: null}
  }

  #advanceAll(instances: readonly Instance[], untilMs: number, {times, next, ...placed}: Placed): void {
    let {failure} = placed
    let toMs = failure === null ? untilMs : placed.lastMs
    for (const instance of instances) {
      this.stops.follow(times, next)
      try {
        this.#advanceOne(instance, toMs)
      } catch (error) {
        failure = error
        toMs = this.stops.nowMs
      }
      if (instance.inbox.length > 0) instance.inbox.length = 0
    }
    if (failure !== null) throw failure
  }

  #advanceOne(instance: Instance, toMs: number): void {
    const {stops} = this
    const host = this.#host
    const {inbox} = instance
    const comesMsOf = this.#comesMs
    let at = 0
    let comesMs = at < inbox.length ? comesMsOf[inbox[at]!]! : Number.POSITIVE_INFINITY
    for (;;) {
      const nowMs = instance.isBusy && instance.endMs < comesMs ? instance.endMs : comesMs
      if (nowMs >= toMs) break
      stops.nowMs = nowMs
      this.#turns++
      host.moveTo(instance, nowMs)
      while (comesMs <= nowMs) {
        host.dispatch(inbox[at++]!, instance)
        comesMs = at < inbox.length ? comesMsOf[inbox[at]!]! : Number.POSITIVE_INFINITY
      }
      stops.boundMs = comesMs < toMs ? comesMs : toMs
      host.startPasses()
      if (stops.nowMs > this.#lastMs) this.#lastMs = stops.nowMs
    }
    this.#turns += stops.taken
  }

  #adapt(): void {
    if (this.#turns > 2 * TURNS) this.#most = Math.max(this.#most >> 1, 1)
    else if (this.#turns < TURNS / 2) this.#most = Math.min(this.#most * 2, MOST_ARRIVALS)
  }
}
