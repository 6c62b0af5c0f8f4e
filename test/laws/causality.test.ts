import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type DynamoTick, dynamoTicksOf} from '../../src/report/dynamo-ticks.ts'
import {roomyArgs, traceLines} from './arbitrary.ts'
import {plannerConfig, type Replay, replay, type TraceLine} from './replay.ts'
import {cases} from './sampling.ts'

const RUNS = cases(150)

const planned = fc.record({
  lines: traceLines(),
  args: roomyArgs,
  workers: fc.integer({min: 1, max: 3}),
  planner: fc
    .record({
      ttft: fc.constantFrom(20, 200, 2_000),
      itl: fc.constantFrom(6, 20, 200),
      load_predictor: fc.constantFrom('constant', 'kalman'),
      load_adjustment_interval: fc.constantFrom(1, 2),
    })
    .map(plannerConfig),
  plannerPhaseShiftS: fc.constantFrom(0, 0, 0.4),
})

test('what comes later in the trace changes no earlier tick and no earlier token', () => {
  let comparedTicks = 0
  let comparedRequests = 0
  fc.assert(
    fc.property(planned, fc.integer({min: 20, max: 95}), (options, percent) => {
      const cut = cutTrace(options.lines, percent / 100)
      const whole = replay(options)
      const part = replay({...options, lines: cut.lines})
      // The shorter run may end, and with it its ticks, once its last request has arrived.
      const ticks = ticksUpTo(whole, cut.lastArrivalMs)
      expect(ticksUpTo(part, cut.lastArrivalMs)).toEqual(ticks)
      comparedTicks += ticks.length
      comparedRequests += expectSameUntil(cut.removedFromMs, whole, part)
    }),
    RUNS,
  )
  // Otherwise the generator makes traces on which this law says nothing.
  expect(comparedTicks).toBeGreaterThan(4 * RUNS.numRuns)
  expect(comparedRequests).toBeGreaterThan(50 * RUNS.numRuns)
})

test('nobody knows that a request will talk on before it does', () => {
  let compared = 0
  fc.assert(
    fc.property(planned, fc.nat(1_000), fc.integer({min: 1, max: 200}), (options, pick, more) => {
      const chosen = pick % options.lines.length
      const longer = options.lines.map((line, i) =>
        i === chosen ? {...line, output_length: line.output_length + more} : line,
      )
      const short = replay(options)
      const long = replay({...options, lines: longer})
      const revealedMs = short.result.engine.requests.lastTokenMs[chosen]!
      const ticks = ticksBefore(short, revealedMs)
      expect(ticksBefore(long, revealedMs)).toEqual(ticks)
      compared += ticks.length + expectSameUntil(revealedMs, short, long)
    }),
    RUNS,
  )
  expect(compared).toBeGreaterThan(50 * RUNS.numRuns)
})

interface CutTrace {
  readonly lines: readonly TraceLine[]
  /** Start of the last session kept, and of the first one removed, ms from the first start. */
  readonly lastArrivalMs: number
  readonly removedFromMs: number
}

/** Keeps whole sessions, by order of start; at least the first. Kept requests keep their index. */
function cutTrace(lines: readonly TraceLine[], share: number): CutTrace {
  const starts = lines.flatMap(({timestamp}) => (timestamp === undefined ? [] : [timestamp]))
  const first = starts[0]!
  const cutAt = starts[Math.floor(share * (starts.length - 1))]!
  const end = lines.findIndex(({timestamp}) => timestamp !== undefined && timestamp > cutAt)
  return {
    lines: end < 0 ? lines : lines.slice(0, end),
    lastArrivalMs: cutAt - first,
    removedFromMs: end < 0 ? Number.POSITIVE_INFINITY : lines[end]!.timestamp! - first,
  }
}

function ticksUpTo({result}: Replay, untilMs: number): DynamoTick[] {
  return dynamoTicksOf(result.scaling).filter(({at_s}) => at_s * 1000 <= untilMs)
}

function ticksBefore({result}: Replay, beforeMs: number): DynamoTick[] {
  return dynamoTicksOf(result.scaling).filter(({at_s}) => at_s * 1000 < beforeMs)
}

const TIMES = ['arrivalMs', 'firstAdmitMs', 'firstTokenMs', 'secondTokenMs', 'lastTokenMs'] as const

/** Every time recorded before `beforeMs` in the one run stands in the other; returns how many were compared. */
function expectSameUntil(beforeMs: number, one: Replay, other: Replay): number {
  let compared = 0
  const count = Math.min(one.workload.requestCount, other.workload.requestCount)
  for (const column of TIMES) {
    const ours = one.result.engine.requests[column]
    const theirs = other.result.engine.requests[column]
    for (let request = 0; request < count; request++) {
      if (!(ours[request]! < beforeMs)) continue
      expect(theirs[request]).toBe(ours[request])
      compared++
    }
  }
  return compared
}
