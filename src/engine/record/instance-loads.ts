import type {StopLog, Stops} from '../stretch/stop-log.ts'
import {HeldPasses} from './held-passes.ts'
import {LoadLane} from './load-lane.ts'
import type {InstanceLoads} from './record.ts'

/** Bin width a run starts with. Whenever it outgrows `MOST_BINS` the bins double, so that an hour has bins of 4 s. */
const FIRST_BIN_MS = 125
const MOST_BINS = 1024

/**
 * How busy each instance was over time, in bins that widen as the run goes on: between 512 and 1024 of them, whatever
 * the run's length, so that a picture is as sharp as a screen and a long run costs no more memory than a short one.
 * It is told of passes and changes nothing.
 */
export class LoadRecorder {
  #binMs = FIRST_BIN_MS
  readonly #widenings: Widening[] = []
  readonly #held = new HeldPasses()
  #holds = false

  /** @param nowMs when the instance was asked for */
  addInstance(nowMs: number): LoadLane {
    return new LoadLane(Math.floor(nowMs / this.#binMs), this.#widenings.length, this.#binMs)
  }

  /** Passes that end from here on need wider bins: they have to be told in order. */
  get fullMs(): number {
    return this.#binMs * MOST_BINS
  }

  /**
   * Passes of one instance between two moments, with its queue and its share of KV blocks in use after them. An instance
   * may tell them late, if in order: what began before bins were widened goes into those of then, for sums depend on it.
   * @param rank the instance's among those that begin at one moment
   */
  passes(lane: LoadLane, rank: number, fromMs: number, toMs: number, queued: number, kvShare: number): void {
    if (this.#holds) {
      this.#held.add(lane, rank, fromMs, toMs, queued, kvShare)
      return
    }
    // Passes run ahead of the clock: the end decides whether there are bins enough.
    for (; toMs >= this.fullMs; this.#binMs *= 2) this.#widenings.push({fromMs, rank})
    this.#add(lane, rank, fromMs, toMs, queued, kvShare)
  }

  /**
   * The same of passes from stop to stop that were planned, of which only the first may need wider bins.
   * @param ranks of the first turn, and of those after it
   */
  planned(
    lane: LoadLane,
    ranks: PlannedRanks,
    {fromMs, atMs, count}: Stops,
    queued: number,
    kvShare: number,
  ): void {
    this.passes(lane, ranks.first, fromMs, atMs[0]!, queued, kvShare)
    let stop = 1
    for (; stop < count && lane.widened < this.#widenings.length; stop++)
      this.passes(lane, ranks.later, atMs[stop - 1]!, atMs[stop]!, queued, kvShare)
    if (stop < count) lane.addThrough(atMs, stop, count, queued, kvShare)
  }

  /** The same of passes from stop to stop of an instance that is alone. */
  stops(lane: LoadLane, stops: StopLog, queued: number, kvShare: number): void {
    this.#held.addStops(lane, stops, queued, kvShare)
  }

  /** What is told from here on comes instance by instance, not in the order of the clock, until `settle`. */
  hold(): void {
    this.#holds = true
  }

  /** Which passes widen bins is known now. */
  settle(): void {
    this.#holds = false
    const held = this.#held
    for (
      let next = held.firstEndingFrom(this.fullMs);
      next !== null;
      next = held.firstEndingFrom(this.fullMs)
    )
      for (; next.toMs >= this.fullMs; this.#binMs *= 2) this.#widenings.push(next)
    for (let row = 0; row < held.count; row++) this.#addHeld(row)
    held.clear()
  }

  #addHeld(row: number): void {
    const held = this.#held
    const {toMs} = held
    const lane = held.lanes[row]!
    const queued = held.queued[row]!
    const kvShare = held.kvShare[row]!
    const rank = held.rank[row]!
    const end = held.endOf(row)
    let at = held.first[row]!
    for (; at < end && lane.widened < this.#widenings.length; at++)
      this.#add(lane, rank, toMs[at - 1]!, toMs[at]!, queued, kvShare)
    if (at < end) lane.addThrough(toMs, at, end, queued, kvShare)
  }

  #add(lane: LoadLane, rank: number, fromMs: number, toMs: number, queued: number, kvShare: number): void {
    if (lane.widened < this.#widenings.length) this.#widen(lane, fromMs, rank)
    lane.addSpan(fromMs, toMs, queued, kvShare)
  }

  /** Columns of the lanes, in the order given. */
  columns(lanes: readonly LoadLane[]): InstanceLoads {
    for (const lane of lanes) this.#widen(lane, Number.POSITIVE_INFINITY, 0)
    const offset = new Int32Array(lanes.length + 1)
    lanes.forEach((lane, i) => {
      offset[i + 1] = offset[i]! + lane.count
    })
    const total = offset[lanes.length]!
    const columns = {
      binMs: this.#binMs,
      offset,
      firstBin: Int32Array.from(lanes, lane => lane.firstBin),
      busyMs: new Float64Array(total),
      queued: new Int32Array(total),
      kvShare: new Float64Array(total),
    }
    lanes.forEach((lane, i) => {
      lane.copyTo(columns, offset[i]!)
    })
    return columns
  }

  /** Widens a lane's bins as they were when passes began. */
  #widen(lane: LoadLane, fromMs: number, rank: number): void {
    while (lane.widened < this.#widenings.length) {
      const {fromMs: widenedMs, rank: widenedRank} = this.#widenings[lane.widened]!
      if (widenedMs > fromMs || (widenedMs === fromMs && widenedRank > rank)) return
      lane.widen()
    }
  }
}

interface PlannedRanks {
  readonly first: number
  readonly later: number
}

/** Passes that needed wider bins, by when they began and on which instance. */
interface Widening {
  readonly fromMs: number
  readonly rank: number
}
