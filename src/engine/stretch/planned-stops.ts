import {grown} from '../../core/grown.ts'
import type {MomentLog} from './moment-log.ts'

const FIRST_PASSES = 64
const FIRST_STOPS = 16

/** What is planned of a run: when its passes end, where it stops, and how much its timing was asked up to each stop. */
export class PlannedStops {
  startMs = 0
  /** Passes whose stops are not found yet. */
  unstopped = 0
  passEndMs = new Float64Array(FIRST_PASSES)
  count = 0
  // By stop: when, and after how many passes.
  atMs = new Float64Array(FIRST_STOPS)
  pass = new Int32Array(FIRST_STOPS)
  // By stop: questions asked of the timing up to it, and how many of them were outside what is measured.
  asked = new Int32Array(FIRST_STOPS)
  outside = new Int32Array(FIRST_STOPS)

  begin(startMs: number): void {
    this.startMs = startMs
    this.count = 0
  }

  get endMs(): number {
    return this.count === 0 ? this.passEndMs[this.unstopped - 1]! : this.atMs[this.count - 1]!
  }

  setPassEnd(pass: number, endMs: number): void {
    if (pass === this.passEndMs.length) this.passEndMs = grown(this.passEndMs, pass * 2)
    this.passEndMs[pass] = endMs
  }

  add(atMs: number, pass: number, asked: number, outside: number): void {
    const stop = this.count++
    if (stop === this.atMs.length) this.#grow()
    this.atMs[stop] = atMs
    this.pass[stop] = pass
    this.asked[stop] = asked
    this.outside[stop] = outside
  }

  /** Those up to the end of the pass that is under way then, or ends then. */
  until(nowMs: number): number {
    let stop = 0
    while (this.atMs[stop]! < nowMs) stop++
    return stop + 1
  }

  /** As `PlannedPasses.findStops`. */
  find(moments: MomentLog, nowMs: number, later: ((ms: number) => number) | null): void {
    const {times, sinceMs, isHeld, count} = moments
    const passes = this.unstopped
    const ends = this.passEndMs
    let next = moments.placeAfter(this.startMs)
    let startMs = this.startMs
    let pass = 0
    do {
      while (next < count && times[next]! <= startMs) next++
      let at = next
      while (at < count && sinceMs[at]! > startMs) at++
      let horizonMs = at < count ? times[at]! : (later?.(startMs) ?? Number.POSITIVE_INFINITY)
      if (pass > 0 && next > 0 && times[next - 1] === startMs && isHeld[next - 1] === 1) horizonMs = startMs
      const from = pass
      while (pass < passes && (pass === from || ends[pass]! < horizonMs)) pass++
      startMs = ends[pass - 1]!
      this.add(startMs, pass, 0, 0)
    } while (startMs < nowMs && pass < passes)
  }

  #grow(): void {
    const size = this.atMs.length * 2
    this.atMs = grown(this.atMs, size)
    this.pass = grown(this.pass, size)
    this.asked = grown(this.asked, size)
    this.outside = grown(this.outside, size)
  }
}
