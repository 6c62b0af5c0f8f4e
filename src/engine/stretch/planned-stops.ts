import {grown} from '../../core/grown.ts'
import type {MomentLog} from './moment-log.ts'

const FIRST_PASSES = 64

/** Passes of a run one after the other, and where it stops. */
export interface PassesBetweenStops {
  readonly startMs: number
  readonly passEndMs: Float64Array
  /** By stop: passes up to it. */
  readonly pass: Int32Array
}

/** What is planned of a run: when its passes end, where it stops, and how much its timing was asked up to each stop. */
export class PlannedStops implements PassesBetweenStops {
  startMs = 0
  /** Passes whose stops are not found yet. */
  unstopped = 0
  /** By pass. This and the columns below have room for as many passes: there are no more stops. */
  passEndMs = new Float64Array(FIRST_PASSES)
  count = 0
  // By stop: when, and after how many passes.
  atMs = new Float64Array(FIRST_PASSES)
  pass = new Int32Array(FIRST_PASSES)
  // By stop: questions asked of the timing up to it, and how many of them were outside what is measured; where they are counted.
  asked = new Int32Array(FIRST_PASSES)
  outside = new Int32Array(FIRST_PASSES)

  /** @param stops those that are found already */
  begin(startMs: number, stops: number): void {
    this.startMs = startMs
    this.count = stops
  }

  /** One pass alone. */
  setSingle(startMs: number, endMs: number): void {
    this.passEndMs[0] = endMs
    this.atMs[0] = endMs
    this.pass[0] = 1
    this.begin(startMs, 1)
  }

  /** How often the timing was asked up to a stop. */
  noteQuestions(stop: number, asked: number, outside: number): void {
    this.asked[stop] = asked
    this.outside[stop] = outside
  }

  get endMs(): number {
    return this.count === 0 ? this.passEndMs[this.unstopped - 1]! : this.atMs[this.count - 1]!
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
    const {passEndMs, atMs} = this
    let next = moments.placeAfter(this.startMs)
    let startMs = this.startMs
    let pass = 0
    let stop = 0
    do {
      const fromMs = startMs
      startMs = passEndMs[pass++]!
      if (pass < passes) {
        while (next < count && times[next]! <= fromMs) next++
        let at = next
        while (at < count && sinceMs[at]! > fromMs) at++
        const wasHeld = pass > 1 && next > 0 && times[next - 1] === fromMs && isHeld[next - 1] === 1
        const horizonMs = at < count ? times[at]! : (later?.(fromMs) ?? Number.POSITIVE_INFINITY)
        if (!wasHeld) while (pass < passes && passEndMs[pass]! < horizonMs) startMs = passEndMs[pass++]!
      }
      atMs[stop] = startMs
      this.pass[stop++] = pass
    } while (startMs < nowMs && pass < passes)
    this.count = stop
  }

  /** Makes room for more passes. */
  grow(): void {
    const size = this.passEndMs.length * 2
    this.passEndMs = grown(this.passEndMs, size)
    this.atMs = grown(this.atMs, size)
    this.pass = grown(this.pass, size)
    this.asked = grown(this.asked, size)
    this.outside = grown(this.outside, size)
  }
}
