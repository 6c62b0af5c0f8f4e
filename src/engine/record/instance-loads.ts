import {grown} from '../../core/grown.ts'
import type {StopLog} from '../stretch/stop-log.ts'
import {HeldPasses} from './held-passes.ts'
import type {InstanceLoads} from './record.ts'

/** Bin width a run starts with. Whenever it outgrows `MOST_BINS` the bins double, so that an hour has bins of 4 s. */
const FIRST_BIN_MS = 125
const MOST_BINS = 1024
const FIRST_LANE = 64

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
    return new LoadLane(Math.floor(nowMs / this.#binMs), this.#widenings.length)
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
    for (const widening of held.endingFrom(this.fullMs))
      for (; widening.toMs >= this.fullMs; this.#binMs *= 2) this.#widenings.push(widening)
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
    let fromMs = held.fromMs[row]!
    const end = held.endOf(row)
    let at = held.first[row]!
    for (; at < end && lane.widened < this.#widenings.length; at++) {
      this.#add(lane, rank, fromMs, toMs[at]!, queued, kvShare)
      fromMs = toMs[at]!
    }
    if (at < end) lane.addThrough(fromMs, toMs, at, end, queued, kvShare)
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

/** Passes that needed wider bins, by when they began and on which instance. */
interface Widening {
  readonly fromMs: number
  readonly rank: number
}

/** One instance's bins, from the first that knew it to the last in which it ran a pass. */
export class LoadLane {
  firstBin: number
  count = 0
  widened: number
  /** Width of its bins. */
  binMs: number
  #busyMs = new Float64Array(FIRST_LANE)
  #queued = new Int32Array(FIRST_LANE)
  #kvShare = new Float64Array(FIRST_LANE)

  /** @param widened how often the bins were widened so far */
  constructor(firstBin: number, widened: number) {
    this.firstBin = firstBin
    this.widened = widened
    this.binMs = FIRST_BIN_MS * 2 ** widened
  }

  /** A pass between two moments. */
  addSpan(fromMs: number, toMs: number, queued: number, kvShare: number): void {
    const {binMs} = this
    const first = Math.floor(fromMs / binMs)
    const last = Math.floor(toMs / binMs)
    this.#reach(last)
    if (first === last) {
      this.#add(first, toMs - fromMs, queued, kvShare)
      return
    }
    this.#add(first, (first + 1) * binMs - fromMs, queued, kvShare)
    for (let bin = first + 1; bin < last; bin++) this.#add(bin, binMs, queued, kvShare)
    if (toMs > last * binMs) this.#add(last, toMs - last * binMs, queued, kvShare)
  }

  /** Passes one after the other, the ends of which stand in a column from one place to another. */
  addThrough(
    startMs: number,
    toMs: Float64Array,
    from: number,
    end: number,
    queued: number,
    kvShare: number,
  ): void {
    const {binMs} = this
    let fromMs = startMs
    let at = from
    while (at < end) {
      const bin = Math.floor(fromMs / binMs)
      const edgeMs = (bin + 1) * binMs
      const first = at
      let busyMs = this.#busyMs[bin - this.firstBin] ?? 0
      for (; at < end && toMs[at]! < edgeMs; at++) {
        busyMs += toMs[at]! - fromMs
        fromMs = toMs[at]!
      }
      if (at > first) this.#setBusy(bin, busyMs, queued, kvShare)
      if (at === end) return
      this.addSpan(fromMs, toMs[at]!, queued, kvShare)
      fromMs = toMs[at++]!
    }
  }

  #setBusy(bin: number, busyMs: number, queued: number, kvShare: number): void {
    this.#reach(bin)
    const at = bin - this.firstBin
    this.#busyMs[at] = busyMs
    this.#raise(at, queued, kvShare)
  }

  /** Makes room up to a bin. */
  #reach(bin: number): void {
    const count = bin - this.firstBin + 1
    if (count <= this.count) return
    this.count = count
    if (count <= this.#queued.length) return
    const size = Math.max(count, this.#queued.length * 2)
    this.#busyMs = grown(this.#busyMs, size)
    this.#queued = grown(this.#queued, size)
    this.#kvShare = grown(this.#kvShare, size)
  }

  #add(bin: number, busyMs: number, queued: number, kvShare: number): void {
    const at = bin - this.firstBin
    this.#busyMs[at]! += busyMs
    this.#raise(at, queued, kvShare)
  }

  #raise(at: number, queued: number, kvShare: number): void {
    if (queued > this.#queued[at]!) this.#queued[at] = queued
    if (kvShare > this.#kvShare[at]!) this.#kvShare[at] = kvShare
  }

  /** Joins bins in pairs: times add up, peaks stay peaks. */
  widen(): void {
    const shift = this.firstBin % 2
    const count = Math.ceil((this.count + shift) / 2)
    for (let to = 0; to < count; to++) {
      const a = 2 * to - shift
      const b = a + 1
      const hasA = a >= 0
      const hasB = b < this.count
      this.#busyMs[to] = (hasA ? this.#busyMs[a]! : 0) + (hasB ? this.#busyMs[b]! : 0)
      this.#queued[to] = Math.max(hasA ? this.#queued[a]! : 0, hasB ? this.#queued[b]! : 0)
      this.#kvShare[to] = Math.max(hasA ? this.#kvShare[a]! : 0, hasB ? this.#kvShare[b]! : 0)
    }
    this.#busyMs.fill(0, count, this.count)
    this.#queued.fill(0, count, this.count)
    this.#kvShare.fill(0, count, this.count)
    this.count = count
    this.firstBin = (this.firstBin - shift) / 2
    this.widened++
    this.binMs *= 2
  }

  copyTo(columns: Pick<InstanceLoads, 'busyMs' | 'queued' | 'kvShare'>, at: number): void {
    columns.busyMs.set(this.#busyMs.subarray(0, this.count), at)
    columns.queued.set(this.#queued.subarray(0, this.count), at)
    columns.kvShare.set(this.#kvShare.subarray(0, this.count), at)
  }
}
