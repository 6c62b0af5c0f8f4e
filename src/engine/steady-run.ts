import type {OutsideTally} from '../perf/perf-model.ts'
import type {PassObserver, PlanBounds, PlannedPasses, SteadyPassObserver} from './scheduler.ts'
import type {BatchInStep} from './stretch/batch-in-step.ts'
import type {MomentLog} from './stretch/moment-log.ts'
import {PlannedStops} from './stretch/planned-stops.ts'
import type {StopLog} from './stretch/stop-log.ts'

interface RunningRequest {
  readonly request: number
  /** Prompt plus generated tokens. */
  readonly length: number
}

/** More passes than any run has. */
const NEVER = 2 ** 30

/**
 * Passes that give every request of one batch one more token and do nothing else, over as many calls as it takes. What
 * they do to the requests is not written down pass by pass: whoever looks at a request has to `close` the run first, and
 * then moves all of them on at once. So such a pass costs the same for a batch of any size.
 *
 * `run` goes to the next stop and tells of each pass as it goes, `runThrough` to the last stop of an instance that is alone. `plan` works out many stops at once (`PlannedPasses`); `tell`
 * then tells of them, or of those that came before something reached the instance. Where nobody knows beforehand when others stop it, it
 * plans passes alone, and their stops are found when the plan is over (`findStops`).
 */
export class SteadyRun implements PlannedPasses {
  readonly #observer: PassObserver
  readonly #decodeMs: (count: number, total: number) => number
  readonly #tally: OutsideTally | null
  passes = 0
  lastStartMs = 0
  /** Requests of the batch, and the tokens they have by now. */
  count = 0
  total = 0
  /** When the last pass of this run ended; NaN before the first. */
  endMs = Number.NaN
  #left = 0
  /** Passes before one that does more, as taking KV blocks, where the caller sees to such passes (`planOne`). */
  beforeOpening = NEVER
  /** Passes since it was opened. */
  done = 0
  /** So many of the first requests had their last token at one moment, before the run. */
  #together = 0
  #togetherMs = Number.NaN

  readonly #plan = new PlannedStops()
  #isFirst = false

  /** @param decodeMs how long a pass of `count` requests with `total` tokens takes, in ms */
  constructor(
    observer: PassObserver,
    decodeMs: (count: number, total: number) => number,
    tally: OutsideTally | null,
  ) {
    this.#observer = observer
    this.#decodeMs = decodeMs
    this.#tally = tally
  }

  /** It may go on, as far as the batch itself is concerned. */
  get isOpen(): boolean {
    return this.#left > 0
  }

  get stops(): number {
    return this.#plan.count
  }

  get plannedFromMs(): number {
    return this.#plan.startMs
  }

  get plannedToMs(): number {
    return this.#plan.endMs
  }

  get stopsMs(): Float64Array {
    return this.#plan.atMs
  }

  stopsUntil(nowMs: number): number {
    return this.#plan.until(nowMs)
  }

  findStops(moments: MomentLog, nowMs: number, later: ((ms: number) => number) | null): void {
    this.#plan.find(moments, nowMs, later)
  }

  /** @param limit passes before one of them does anything that the caller does not see to */
  open({size, total, together, lastMs}: BatchInStep, limit = NEVER): void {
    this.count = size
    this.total = total
    this.endMs = Number.NaN
    this.#left = limit
    this.beforeOpening = NEVER
    this.done = 0
    this.#together = together
    this.#togetherMs = lastMs
  }

  /**
   * Runs the passes that end before `horizonMs`, or one that ends later.
   * @param running the batch as it was when the run was opened
   * @returns the time the next pass starts; `nowMs` when there is no such pass
   */
  run(
    running: readonly RunningRequest[],
    nowMs: number,
    horizonMs: number,
    observer: SteadyPassObserver | null,
  ): number {
    const {count} = this
    const decodeMs = this.#decodeMs
    const limit = Math.min(this.#left, this.beforeOpening)
    let {total} = this
    let startMs = nowMs
    let pass = 0
    while (pass < limit) {
      const end = startMs + decodeMs(count, total)
      const isBeyond = end >= horizonMs
      if (end === startMs || (isBeyond && pass > 0)) break
      if (pass > 0 || startMs === this.endMs) this.#observer.gaps(end - startMs, count)
      else this.#tellTokens(running, end)
      observer?.steadyPass(startMs, end, count, total)
      pass++
      total += count
      this.lastStartMs = startMs
      startMs = end
      if (!isBeyond) continue
      // It was always asked about such a pass twice, and the share of questions outside the measured tables is reported.
      decodeMs(count, total - count)
      break
    }
    if (pass === 0) return nowMs
    this.total = total
    this.#moveOn(pass, startMs)
    return startMs
  }

  /**
   * Runs from stop to stop as `run` does again and again, as long as the stops are known to lie before the log's bound.
   * @param running the batch as it was when the run was opened
   */
  runThrough(running: readonly RunningRequest[], stops: StopLog, observer: SteadyPassObserver | null): void {
    const {count} = this
    const {boundMs} = stops
    const decodeMs = this.#decodeMs
    const limit = Math.min(this.#left, this.beforeOpening)
    let {total} = this
    let startMs = stops.nowMs
    let horizonMs = stops.horizonMs(startMs)
    let pass = 0
    let stopPass = 0
    while (pass < limit && horizonMs <= boundMs) {
      const asked = this.#tally?.asked ?? 0
      const outside = this.#tally?.outside ?? 0
      const end = startMs + decodeMs(count, total)
      const isBeyond = end >= horizonMs
      if (end === startMs || (isBeyond && end >= boundMs)) {
        // As the first pass from a stop it is asked about when it is run.
        if (pass === stopPass) this.#forgetQuestions(asked, outside)
        break
      }
      if (isBeyond) {
        this.#askAsEver(total, pass > stopPass ? 2 : 1)
        if (pass > stopPass) this.#stop(stops, startMs)
      }
      if (pass > 0 || startMs === this.endMs) this.#observer.gaps(end - startMs, count)
      else this.#tellTokens(running, end)
      observer?.steadyPass(startMs, end, count, total)
      pass++
      total += count
      this.lastStartMs = startMs
      startMs = end
      if (!isBeyond) continue
      this.#stop(stops, end)
      stopPass = pass
      horizonMs = stops.horizonMs(end)
    }
    if (pass > stopPass) this.#stop(stops, startMs)
    if (pass === 0) return
    this.total = total
    stops.passes += pass
    this.#moveOn(pass, startMs)
  }

  /** There is a next pass, and it is over before the log's bound. */
  isOverBefore({nowMs, boundMs}: StopLog): boolean {
    const asked = this.#tally?.asked ?? 0
    const outside = this.#tally?.outside ?? 0
    const endMs = nowMs + this.#decodeMs(this.count, this.total)
    this.#forgetQuestions(asked, outside)
    return endMs > nowMs && endMs < boundMs
  }

  /** The pass that was planned alone and told of last ends with a stop. */
  tellStop(stops: StopLog): void {
    stops.passes++
    this.#stop(stops, this.endMs)
  }

  #stop(stops: StopLog, atMs: number): void {
    stops.stop(atMs)
    this.#observer.stoppedAt(atMs, stops.rank)
  }

  /** From stop to stop the timing was asked about a pass up to three times, and the share of questions outside the tables is reported. */
  #askAsEver(total: number, times: number): void {
    if (this.#tally === null) return
    for (let i = 0; i < times; i++) this.#decodeMs(this.count, total)
  }

  /**
   * Plans the passes up to the next stop, and those after it whose stops come before `boundMs`. The first pass is told of at
   * once.
   * @param running the batch as it was when the run was opened
   * @returns the number of stops, or of passes whose stops are found later; 0 when there is no such pass
   */
  plan(running: readonly RunningRequest[], nowMs: number, {upcoming, untilMs, boundMs}: PlanBounds): number {
    if (upcoming === null) return this.#planUnstopped(running, nowMs, untilMs, boundMs)
    const {count} = this
    const {times} = upcoming
    const plan = this.#plan
    const asked = this.#tally?.asked ?? 0
    const outside = this.#tally?.outside ?? 0
    const limit = Math.min(this.#left, this.beforeOpening)
    let {total} = this
    let at = upcoming.next
    let startMs = nowMs
    let horizonMs = Number.NaN
    let pass = 0
    let stopPass = 0
    plan.begin(nowMs)
    while (pass < limit && (pass > stopPass || pass === 0 || startMs < boundMs)) {
      if (pass === stopPass) {
        while (at < times.length && times[at]! <= startMs) at++
        horizonMs = at < times.length && times[at]! < untilMs ? times[at]! : untilMs
      }
      const end = startMs + this.#decodeMs(count, total)
      const isBeyond = end >= horizonMs
      if (end === startMs) break
      if (isBeyond && pass > stopPass) {
        this.#addStop(startMs, pass, asked, outside)
        stopPass = pass
        if (startMs >= boundMs) break
        this.#askAsEver(total, 1)
      }
      if (isBeyond) this.#askAsEver(total, 1)
      plan.setPassEnd(pass++, end)
      total += count
      startMs = end
      if (!isBeyond) continue
      this.#addStop(end, pass, asked, outside)
      stopPass = pass
    }
    if (pass > stopPass) this.#addStop(startMs, pass, asked, outside)
    // Beyond the bound only the first may stay.
    if (plan.count > 1 && startMs >= boundMs) plan.count--
    if (plan.count === 0) return 0
    const last = plan.count - 1
    this.#forgetQuestions(asked + plan.asked[last]!, outside + plan.outside[last]!)
    this.#tellFirst(running)
    return plan.count
  }

  /**
   * Plans the next pass alone, whenever it ends: one in which requests take blocks or complete. It is told of (`tell`) before
   * anything else.
   * @returns whether there is one: it takes some time
   */
  planOne(running: readonly RunningRequest[], nowMs: number): boolean {
    const asked = this.#tally?.asked ?? 0
    const outside = this.#tally?.outside ?? 0
    const endMs = nowMs + this.#decodeMs(this.count, this.total)
    if (endMs === nowMs) {
      this.#forgetQuestions(asked, outside)
      return false
    }
    this.#plan.begin(nowMs)
    this.#plan.setPassEnd(0, endMs)
    this.#addStop(endMs, 1, asked, outside)
    this.#tellFirst(running)
    return true
  }

  /**
   * Plans passes whose stops are not known yet. There are several: one alone would take as long to find.
   * @returns how many; 0 also where a plan would go beyond the bound, or the timing counts questions
   */
  #planUnstopped(
    running: readonly RunningRequest[],
    nowMs: number,
    untilMs: number,
    boundMs: number,
  ): number {
    if (this.#tally !== null) return 0
    const {count} = this
    const limit = Math.min(this.#left, this.beforeOpening)
    let {total} = this
    let startMs = nowMs
    let pass = 0
    while (pass < limit) {
      const end = startMs + this.#decodeMs(count, total)
      if (end >= untilMs || end === startMs) break
      // Where nothing stops it, a plan must not end.
      if (end >= boundMs) return 0
      this.#plan.setPassEnd(pass++, end)
      total += count
      startMs = end
    }
    if (pass < 2) return 0
    this.#plan.begin(nowMs)
    this.#plan.unstopped = pass
    this.#tellFirst(running)
    return pass
  }

  #addStop(atMs: number, pass: number, asked: number, outside: number): void {
    const tally = this.#tally
    if (tally === null) this.#plan.add(atMs, pass, 0, 0)
    else this.#plan.add(atMs, pass, tally.asked - asked, tally.outside - outside)
  }

  /** Questions about passes that do not happen were not asked. */
  #forgetQuestions(asked: number, outside: number): void {
    if (this.#tally === null) return
    this.#tally.asked = asked
    this.#tally.outside = outside
  }

  /** Keeps the first stops alone. */
  #unplan(stops: number): void {
    const {count, asked, outside} = this.#plan
    this.#plan.count = stops
    if (this.#tally === null) return
    this.#tally.asked -= asked[count - 1]! - asked[stops - 1]!
    this.#tally.outside -= outside[count - 1]! - outside[stops - 1]!
  }

  /** Before the first pass requests may have waited: only from the second on are their gaps the same. */
  #tellFirst(running: readonly RunningRequest[]): void {
    this.#isFirst = this.#plan.startMs !== this.endMs
    if (this.#isFirst) this.#tellTokens(running, this.#plan.passEndMs[0]!)
  }

  #tellTokens(running: readonly RunningRequest[], endMs: number): void {
    if (this.#together > 0) this.#observer.gaps(endMs - this.#togetherMs, this.#together)
    for (let i = this.#together; i < this.count; i++) this.#observer.token(running[i]!.request, endMs)
  }

  tell(stops: number, rank: number, observer: SteadyPassObserver | null): void {
    const plan = this.#plan
    if (stops < plan.count) this.#unplan(stops)
    const {count} = this
    let {startMs} = plan
    let pass = 0
    for (let stop = 0; stop < stops; stop++) {
      if (stop > 0) this.#observer.stoppedAt(startMs, rank)
      for (const end = plan.pass[stop]!; pass < end; pass++) {
        const endMs = plan.passEndMs[pass]!
        if (pass > 0 || !this.#isFirst) this.#observer.gaps(endMs - startMs, count)
        observer?.steadyPass(startMs, endMs, count, this.total)
        this.total += count
        this.lastStartMs = startMs
        startMs = endMs
      }
    }
    this.#moveOn(pass, startMs)
  }

  #moveOn(passes: number, endMs: number): void {
    this.endMs = endMs
    this.passes = passes
    this.#left -= passes
    this.beforeOpening -= passes
    this.done += passes
  }

  /** Requests with so many tokens in all have left the batch. */
  leave(requests: number, tokens: number): void {
    this.count -= requests
    this.total -= tokens
  }

  /** Ends the run. @returns its passes, by which the requests are to be moved on; all but the first have been told as gaps */
  close(): number {
    const done = this.done
    this.#left = 0
    this.done = 0
    return done
  }
}
