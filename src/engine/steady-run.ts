import type {PassObserver, PlanBounds, PlannedPasses, SteadyPassObserver} from './scheduler.ts'
import type {BatchInStep} from './stretch/batch-in-step.ts'
import type {MomentLog} from './stretch/moment-log.ts'
import type {PassTiming} from './stretch/pass-timing.ts'
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
  readonly #timing: PassTiming
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

  constructor(observer: PassObserver, timing: PassTiming) {
    this.#observer = observer
    this.#timing = timing
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
    const {decodeMs, isConstant} = this.#timing
    const limit = Math.min(this.#left, this.beforeOpening)
    let {total} = this
    let startMs = nowMs
    let pass = 0
    const constantMs = isConstant ? decodeMs(count, total) : Number.NaN
    while (pass < limit) {
      const end = startMs + (isConstant ? constantMs : decodeMs(count, total))
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
      if (!isConstant) decodeMs(count, total - count)
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
    const {boundMs, times, untilMs} = stops
    const plan = this.#plan
    const timing = this.#timing
    const {decodeMs, isConstant} = timing
    const limit = Math.min(this.#left, this.beforeOpening)
    let {passEndMs, atMs, pass: passOf} = plan
    let {total} = this
    let startMs = stops.nowMs
    let at = stops.placeAfter(startMs)
    let horizonMs = at < times.length && times[at]! < untilMs ? times[at]! : untilMs
    let pass = 0
    let stopPass = 0
    let stop = 0
    const constantMs = isConstant ? decodeMs(count, total) : Number.NaN
    while (pass < limit && horizonMs <= boundMs) {
      const {asked, outside} = timing
      const end = startMs + (isConstant ? constantMs : decodeMs(count, total))
      const isBeyond = end >= horizonMs
      if (end === startMs || (isBeyond && end >= boundMs)) {
        // As the first pass from a stop it is asked about when it is run.
        if (pass === stopPass) this.#timing.takeBackTo(asked, outside)
        break
      }
      if (pass === passEndMs.length) {
        plan.grow()
        ;({passEndMs, atMs, pass: passOf} = plan)
      }
      if (isBeyond) {
        timing.askAsEver(count, total, pass > stopPass ? 2 : 1)
        if (pass > stopPass) {
          atMs[stop] = startMs
          passOf[stop++] = pass
        }
      }
      passEndMs[pass++] = end
      total += count
      startMs = end
      if (!isBeyond) continue
      atMs[stop] = end
      passOf[stop++] = pass
      stopPass = pass
      while (at < times.length && times[at]! <= end) at++
      horizonMs = at < times.length && times[at]! < untilMs ? times[at]! : untilMs
    }
    if (pass === 0) return
    if (pass > stopPass) {
      atMs[stop] = startMs
      passOf[stop++] = pass
    }
    plan.begin(stops.nowMs, stop)
    this.#tellFirst(running)
    this.#tellPasses(stop, stops.rank, observer)
    stops.take(atMs, stop, pass)
    this.#observer.stoppedAt(startMs, stops.rank)
  }

  /** There is a next pass, and it is over before the log's bound. */
  isOverBefore({nowMs, boundMs}: StopLog): boolean {
    const {asked, outside} = this.#timing
    const endMs = nowMs + this.#timing.decodeMs(this.count, this.total)
    this.#timing.takeBackTo(asked, outside)
    return endMs > nowMs && endMs < boundMs
  }

  /** The pass that was planned alone and told of last ends with a stop. */
  tellStop(stops: StopLog): void {
    stops.take(this.#plan.atMs, 1, 1)
    this.#observer.stoppedAt(this.endMs, stops.rank)
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
    const timing = this.#timing
    const {decodeMs, isConstant} = timing
    const {asked, outside} = timing
    const limit = Math.min(this.#left, this.beforeOpening)
    let {passEndMs, atMs, pass: passOf} = plan
    let {total} = this
    let at = upcoming.next
    let startMs = nowMs
    let horizonMs = Number.NaN
    let pass = 0
    let stopPass = 0
    let stop = 0
    const constantMs = isConstant ? decodeMs(count, total) : Number.NaN
    while (pass < limit && (pass > stopPass || pass === 0 || startMs < boundMs)) {
      if (pass === stopPass) {
        while (at < times.length && times[at]! <= startMs) at++
        horizonMs = at < times.length && times[at]! < untilMs ? times[at]! : untilMs
      }
      const end = startMs + (isConstant ? constantMs : decodeMs(count, total))
      const isBeyond = end >= horizonMs
      if (end === startMs) break
      if (pass === passEndMs.length) {
        plan.grow()
        ;({passEndMs, atMs, pass: passOf} = plan)
      }
      if (isBeyond && pass > stopPass) {
        if (timing.isCounted) plan.noteQuestions(stop, timing.asked - asked, timing.outside - outside)
        atMs[stop] = startMs
        passOf[stop++] = pass
        stopPass = pass
        if (startMs >= boundMs) break
        timing.askAsEver(count, total, 1)
      }
      if (isBeyond) timing.askAsEver(count, total, 1)
      passEndMs[pass++] = end
      total += count
      startMs = end
      if (!isBeyond) continue
      if (timing.isCounted) plan.noteQuestions(stop, timing.asked - asked, timing.outside - outside)
      atMs[stop] = end
      passOf[stop++] = pass
      stopPass = pass
    }
    if (pass > stopPass) {
      if (timing.isCounted) plan.noteQuestions(stop, timing.asked - asked, timing.outside - outside)
      atMs[stop] = startMs
      passOf[stop++] = pass
    }
    // Beyond the bound only the first may stay.
    if (stop > 1 && startMs >= boundMs) stop--
    if (stop === 0) return 0
    plan.begin(nowMs, stop)
    this.#timing.takeBackTo(asked + plan.asked[stop - 1]!, outside + plan.outside[stop - 1]!)
    this.#tellFirst(running)
    return stop
  }

  /**
   * Plans the next pass alone, whenever it ends: one in which requests take blocks or complete. It is told of (`tell`) before
   * anything else.
   * @returns whether there is one: it takes some time
   */
  planOne(running: readonly RunningRequest[], nowMs: number): boolean {
    const {asked, outside} = this.#timing
    const endMs = nowMs + this.#timing.decodeMs(this.count, this.total)
    if (endMs === nowMs) {
      this.#timing.takeBackTo(asked, outside)
      return false
    }
    const plan = this.#plan
    plan.setSingle(nowMs, endMs)
    plan.noteQuestions(0, this.#timing.asked - asked, this.#timing.outside - outside)
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
    if (this.#timing.isCounted) return 0
    const {count} = this
    const plan = this.#plan
    const timing = this.#timing
    const {decodeMs, isConstant} = timing
    const limit = Math.min(this.#left, this.beforeOpening)
    let {passEndMs} = plan
    let {total} = this
    let startMs = nowMs
    let pass = 0
    const constantMs = isConstant ? decodeMs(count, total) : Number.NaN
    while (pass < limit) {
      const end = startMs + (isConstant ? constantMs : decodeMs(count, total))
      if (end >= untilMs || end === startMs) break
      // Where nothing stops it, a plan must not end.
      if (end >= boundMs) return 0
      if (pass === passEndMs.length) {
        plan.grow()
        passEndMs = plan.passEndMs
      }
      passEndMs[pass++] = end
      total += count
      startMs = end
    }
    if (pass < 2) return 0
    plan.begin(nowMs, 0)
    plan.unstopped = pass
    this.#tellFirst(running)
    return pass
  }

  /** Keeps the first stops alone. */
  #unplan(stops: number): void {
    const timing = this.#timing
    const {count, asked, outside} = this.#plan
    this.#plan.count = stops
    timing.takeBackTo(
      timing.asked - (asked[count - 1]! - asked[stops - 1]!),
      timing.outside - (outside[count - 1]! - outside[stops - 1]!),
    )
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
    if (stops < this.#plan.count) this.#unplan(stops)
    this.#tellPasses(stops, rank, observer)
  }

  /** @param rank the instance's among those that stop at one moment, from the first stop on */
  #tellPasses(stops: number, rank: number, observer: SteadyPassObserver | null): void {
    const plan = this.#plan
    const {count, total} = this
    const passes = plan.pass[stops - 1]!
    this.#observer.gapsBetweenStops(plan, {first: this.#isFirst ? 1 : 0, stops, count, rank})
    observer?.steadyPasses(plan.startMs, plan.passEndMs, passes, count, total)
    this.total = total + passes * count
    this.lastStartMs = passes > 1 ? plan.passEndMs[passes - 2]! : plan.startMs
    this.#moveOn(passes, plan.passEndMs[passes - 1]!)
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
