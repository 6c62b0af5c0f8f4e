import {expect, it} from 'vitest'
import type {PassObserver, ToldPasses} from './scheduler.ts'
import {SteadyRun} from './steady-run.ts'
import {batchOf} from './stretch/batch-in-step.ts'
import {MomentLog} from './stretch/moment-log.ts'
import {PassTiming} from './stretch/pass-timing.ts'
import type {PassesBetweenStops} from './stretch/planned-stops.ts'
import {StopLog} from './stretch/stop-log.ts'

/** Counts what is told of tokens one by one, and of gaps. */
class CountingObserver implements PassObserver {
  tokens = 0
  gapCalls = 0
  gapTokens = 0
  lastGapMs = Number.NaN
  readonly stops: number[] = []
  admitted(): void {}
  token(): void {
    this.tokens++
  }
  gaps(gapMs: number, count: number): void {
    this.lastGapMs = gapMs
    this.gapCalls++
    this.gapTokens += count
  }
  stoppedAt(atMs: number, _rank: number): void {
    this.stops.push(atMs)
  }
  gapsBetweenStops(
    {startMs, passEndMs, pass}: PassesBetweenStops,
    {first, stops, count, rank}: ToldPasses,
  ): void {
    let fromMs = first === 0 ? startMs : passEndMs[first - 1]!
    for (let stop = 0, at = first; stop < stops; stop++) {
      if (stop > 0) this.stoppedAt(fromMs, rank)
      for (; at < pass[stop]!; fromMs = passEndMs[at++]!) this.gaps(passEndMs[at]! - fromMs, count)
    }
  }
  tokensUntil(): void {}
  prefillChunk(): void {}
  preempted(): void {}
}

const BATCH = Array.from({length: 50}, (_, request) => ({request, length: 100 + request}))

function newRun(limit: number) {
  const observer = new CountingObserver()
  const tally = {asked: 0, outside: 0}
  const decodeMs = (_count: number, total: number) => {
    tally.asked++
    if (total > 10_000) tally.outside++
    return 10
  }
  const steady = new SteadyRun(observer, new PassTiming(decodeMs, {tally}))
  steady.open(batchOf(BATCH), limit)
  return {observer, steady, tally}
}

/** Runs 300 passes of 10 ms, stopped at every multiple of `stopMs`. */
function run(stopMs: number) {
  const {observer, steady, tally} = newRun(300)
  let now = 0
  const stopsMs: number[] = []
  while (steady.isOpen) {
    now = steady.run(BATCH, now, (Math.floor(now / stopMs) + 1) * stopMs, null)
    expect(now).toBe(steady.endMs)
    stopsMs.push(now)
  }
  return {observer, now, stops: stopsMs.length, stopsMs, passes: steady.close(), total: steady.total, tally}
}

/** The same by one plan over all stops, cut at `cutMs` and planned again from there. */
function plannedRun(stopMs: number, cutMs: number) {
  const {observer, steady, tally} = newRun(300)
  const times = Float64Array.from({length: 3000 / stopMs + 1}, (_, i) => i * stopMs)
  const bounds = {upcoming: {times, next: 0}, untilMs: Number.POSITIVE_INFINITY, boundMs: 1e9}
  let stops = 0
  for (let now = 0; steady.isOpen; now = steady.endMs) {
    const planned = steady.plan(BATCH, now, bounds)
    const told = now < cutMs ? steady.stopsUntil(cutMs) : planned
    steady.tell(told, 0, null)
    stops += told
  }
  return {observer, now: steady.endMs, stops, passes: steady.close(), total: steady.total, tally}
}

it('looks at each request of a batch once, however often it is stopped', () => {
  const [often, seldom] = [run(3), run(1000)]
  expect(often.stops).toBe(300)
  expect(seldom.stops).toBeLessThan(10)
  for (const {observer, now, passes, total} of [often, seldom]) {
    expect([now, passes]).toEqual([3000, 300])
    expect(total).toBe(BATCH.reduce((sum, {length}) => sum + length + 300, 0))
    // The first token of each one by one, the other 299 of all of them in a call a pass.
    expect(observer.tokens).toBe(50)
    expect([observer.gapCalls, observer.gapTokens]).toEqual([299, 299 * 50])
  }
})

it('tells those of one gap together, and the others one by one', () => {
  const {observer, steady} = newRun(300)
  steady.open({size: 50, total: 6225, together: 30, lastMs: -5}, 300)
  steady.run(BATCH, 0, 15, null)
  expect([observer.gapCalls, observer.gapTokens, observer.tokens, observer.lastGapMs]).toEqual([
    1, 30, 20, 15,
  ])
})

it('runs to the horizon, and only a single pass beyond it', () => {
  const {steady} = newRun(300)
  expect(steady.run(BATCH, 0, 35, null)).toBe(30)
  expect(steady.passes).toBe(3)
  expect(steady.run(BATCH, 30, 35, null)).toBe(40)
  expect(steady.passes).toBe(1)
})

it('plans many stops at once and, cut or not, comes to what it comes to stop by stop', () => {
  const step = run(50)
  for (const cutMs of [0, 725, 1500]) {
    const planned = plannedRun(50, cutMs)
    expect([planned.now, planned.passes, planned.total, planned.tally]).toEqual([
      step.now,
      step.passes,
      step.total,
      step.tally,
    ])
    expect(planned.observer.gapCalls).toBe(step.observer.gapCalls)
    expect(planned.observer.stops.length).toBeGreaterThan(50)
  }
})

/** The same by running through the stops of one bound after the other, and on to the next stop from there. */
function runThrough(stopMs: number, boundEveryMs: number) {
  const {observer, steady, tally} = newRun(300)
  const log = new StopLog()
  log.follow(
    Float64Array.from({length: 3000 / stopMs + 1}, (_, i) => i * stopMs),
    0,
  )
  const stops: number[] = []
  for (let now = 0; steady.isOpen; ) {
    log.boundMs = (Math.floor(now / boundEveryMs) + 1) * boundEveryMs
    log.begin(now, 7, Number.POSITIVE_INFINITY)
    steady.runThrough(BATCH, log, null)
    expect(log.nowMs).toBeLessThan(log.boundMs)
    stops.push(...log.atMs.subarray(0, log.count))
    if (!steady.isOpen) break
    now = steady.run(BATCH, log.nowMs, log.horizonMs(log.nowMs), null)
    stops.push(now)
  }
  return {observer, stops, passes: steady.close(), total: steady.total, tally}
}

it('runs through stops up to a bound, and comes to what it comes to stop by stop', () => {
  for (const stopMs of [3, 10, 25, 200]) {
    const step = run(stopMs)
    for (const boundEveryMs of [200, 450, 5000]) {
      const through = runThrough(stopMs, boundEveryMs)
      expect([through.passes, through.total, through.tally]).toEqual([step.passes, step.total, step.tally])
      expect(through.stops).toEqual(step.stopsMs)
      expect(through.observer.gapCalls).toBe(step.observer.gapCalls)
    }
    const {observer, stops} = runThrough(stopMs, 5000)
    expect(observer.stops).toEqual(stops)
  }
})

it('plans a stop beyond the bound only when it is the first', () => {
  const {steady} = newRun(300)
  const bounds = {
    upcoming: {times: Float64Array.of(15, 35, 55), next: 0},
    untilMs: Number.POSITIVE_INFINITY,
    boundMs: 40,
  }
  // Stops at 10, 20, 30, 40: a pass that ends before an arrival, the one under way then, and so on.
  expect(steady.plan(BATCH, 0, bounds)).toBe(3)
  expect(steady.plannedToMs).toBe(30)
  steady.tell(3, 0, null)
  expect(steady.plan(BATCH, 30, bounds)).toBe(1)
  expect(steady.plannedToMs).toBe(40)
})

it('stops before a pass in which requests take blocks, and tells of that alone and like any other', () => {
  const {steady, observer, tally} = newRun(300)
  steady.beforeOpening = 3
  expect(steady.run(BATCH, 0, 1000, null)).toBe(30)
  expect([steady.passes, steady.beforeOpening, steady.isOpen]).toEqual([3, 0, true])
  expect(steady.planOne(BATCH, 30)).toBe(true)
  steady.beforeOpening = 65
  steady.tell(1, 0, null)
  expect([steady.endMs, steady.passes, steady.beforeOpening]).toEqual([40, 1, 64])
  // One by one only before the first, and asked about as often as passes there were.
  expect([observer.tokens, observer.gapTokens, tally.asked]).toEqual([50, 3 * 50, 4])
})

/** Passes of 10 ms that are planned up to 200 ms, and what happened elsewhere until then. */
function unstoppedPlan() {
  const observer = new CountingObserver()
  const steady = new SteadyRun(observer, new PassTiming(() => 10, {}))
  steady.open(batchOf(BATCH), 300)
  expect(steady.plan(BATCH, 0, {upcoming: null, untilMs: 205, boundMs: 1e9})).toBe(20)
  expect(steady.plannedToMs).toBe(200)
  const moments = new MomentLog()
  moments.note(35)
  moments.note(62, 45)
  moments.hold(70)
  moments.note(82)
  return {observer, steady, moments}
}

it('finds the stops of a plan when it is over, by what could be known at each', () => {
  const {steady, moments, observer} = unstoppedPlan()
  steady.findStops(moments, 200, null)
  const stops = [...steady.stopsMs.subarray(0, steady.stops)]
  // At 40 nobody knew yet of 62, and nobody stops at 70, where something was still to be done.
  expect(stops).toEqual([30, 40, 80, 90, 200])
  steady.tell(steady.stops, 0, null)
  expect(observer.stops).toEqual([30, 40, 80, 90])
  expect([steady.passes, observer.gapTokens]).toEqual([20, 19 * 50])
})

it('stops a single pass after a turn at which something was still to be done', () => {
  const {steady, moments} = unstoppedPlan()
  moments.hold(90)
  steady.findStops(moments, 95, () => 150)
  expect([...steady.stopsMs.subarray(0, steady.stops)]).toEqual([30, 40, 80, 90, 100])
})

it('cuts a plan at the stop that was known to come next', () => {
  const {steady, moments} = unstoppedPlan()
  moments.note(101, 95)
  steady.findStops(moments, 101, ms => ms + 50)
  // The turn at 90 knew nothing of 101, but of 140.
  expect([...steady.stopsMs.subarray(0, steady.stops)]).toEqual([30, 40, 80, 90, 130])
})

it('plans no passes without their stops where that would end a plan at none', () => {
  const steady = new SteadyRun(new CountingObserver(), new PassTiming(() => 10, {}))
  steady.open(batchOf(BATCH), 300)
  expect(steady.plan(BATCH, 0, {upcoming: null, untilMs: 205, boundMs: 105})).toBe(0)
  expect(steady.plan(BATCH, 0, {upcoming: null, untilMs: 15, boundMs: 105})).toBe(0)
})

it('asks once about passes that take equally long, and comes to the same', () => {
  const told = [{}, {decodesByCacheAlone: true}].map(model => {
    let asked = 0
    const observer = new CountingObserver()
    const timing = new PassTiming(
      () => {
        asked++
        return 10
      },
      model as {decodesByCacheAlone?: true},
    )
    const steady = new SteadyRun(observer, timing)
    steady.open(batchOf(BATCH), 300)
    const times = Float64Array.from({length: 100}, (_, i) => i * 25)
    const stops = steady.plan(BATCH, 0, {upcoming: {times, next: 0}, untilMs: 1e9, boundMs: 1e9})
    steady.tell(stops, 0, null)
    return {asked, seen: [stops, steady.endMs, steady.total, observer.gapTokens, observer.stops]}
  })
  expect(told.map(({asked}) => asked)).toEqual([300, 1])
  expect(told[1]!.seen).toEqual(told[0]!.seen)
})
