import fc from 'fast-check'
import {expect, test} from 'vitest'
import {StopLog} from '../stretch/stop-log.ts'
import {LoadRecorder} from './instance-loads.ts'
import type {InstanceLoads} from './record.ts'

interface Pass {
  readonly idleMs: number
  readonly lastsMs: number
  readonly queued: number
  readonly kvPercent: number
}

const passes = fc.array(
  fc.record({
    idleMs: fc.nat(5_000),
    lastsMs: fc.nat(60_000),
    queued: fc.nat(50),
    kvPercent: fc.nat(100),
  }),
  {minLength: 1, maxLength: 120},
)

/** Passes of one instance one after the other, as the cluster tells them. */
function record(startMs: number, told: readonly Pass[]) {
  const recorder = new LoadRecorder()
  const other = recorder.addInstance(0)
  const lane = recorder.addInstance(startMs)
  let now = startMs
  const spans = told.map(({idleMs, lastsMs, queued, kvPercent}) => {
    const fromMs = now + idleMs
    now = fromMs + lastsMs
    recorder.passes(lane, 0, fromMs, now, queued, kvPercent / 100)
    return {fromMs, toMs: now, queued, kvShare: kvPercent / 100}
  })
  return {columns: recorder.columns([other, lane]), spans}
}

function binOf({offset, firstBin}: InstanceLoads, bin: number): number {
  return offset[1]! + bin - firstBin[1]!
}

test('every pass is found in the bins it spans, whenever it was told and however wide the bins grew', () => {
  fc.assert(
    fc.property(fc.nat(200_000), passes, (startMs, told) => {
      const {columns, spans} = record(startMs, told)
      const {binMs, busyMs, offset, firstBin} = columns
      for (let at = offset[1]!; at < offset[2]!; at++) {
        const fromMs = (firstBin[1]! + at - offset[1]!) * binMs
        const touching = spans.filter(span => span.fromMs < fromMs + binMs && span.toMs > fromMs)
        const expectedMs = touching.reduce(
          (sum, span) => sum + Math.min(span.toMs, fromMs + binMs) - Math.max(span.fromMs, fromMs),
          0,
        )
        expect(busyMs[at]).toBeCloseTo(expectedMs, 6)
        for (const span of touching) {
          expect(columns.queued[at]).toBeGreaterThanOrEqual(span.queued)
          expect(columns.kvShare[at]).toBeGreaterThanOrEqual(span.kvShare)
        }
      }
      const highest = Math.max(...spans.map(span => span.queued))
      expect(Math.max(...columns.queued.subarray(offset[1], offset[2]))).toBe(highest)
    }),
    {numRuns: 60},
  )
})

const runs = fc.array(
  fc.record({
    instance: fc.nat(2),
    idleMs: fc.double({min: 0, max: 300, noNaN: true}),
    stops: fc.array(fc.double({min: 0.1, max: 300, noNaN: true}), {minLength: 1, maxLength: 40}),
    kvPercent: fc.nat(100),
  }),
  {minLength: 1, maxLength: 200},
)

test('passes that are told instance by instance, and many stops at once, fill bins as those told one by one by the clock', () => {
  fc.assert(
    fc.property(runs, fc.nat(250_000), (told, startMs) => {
      const now = [startMs, startMs, startMs]
      const rows = told.map(({instance, idleMs, stops, kvPercent}) => {
        const log = new StopLog()
        log.begin(now[instance]! + idleMs, instance, Number.POSITIVE_INFINITY)
        for (const stop of stops) log.take(Float64Array.of(log.nowMs + stop), 1, 1)
        now[instance] = log.nowMs
        return {instance, log, kvShare: kvPercent / 100}
      })
      const [byClock, held] = [new LoadRecorder(), new LoadRecorder()]
      const [clockLanes, heldLanes] = [byClock, held].map(recorder => now.map(() => recorder.addInstance(0)))
      const passes = rows.flatMap(({instance, log, kvShare}) =>
        Array.from(log.atMs.subarray(0, log.count), (toMs, stop) => {
          return {instance, fromMs: stop === 0 ? log.fromMs : log.atMs[stop - 1]!, toMs, kvShare}
        }),
      )
      passes.sort((a, b) => a.fromMs - b.fromMs || a.instance - b.instance)
      for (const {instance, fromMs, toMs, kvShare} of passes)
        byClock.passes(clockLanes![instance]!, instance, fromMs, toMs, 0, kvShare)
      held.hold()
      for (const alone of [0, 1, 2])
        for (const {instance, log, kvShare} of rows)
          if (instance === alone) held.stops(heldLanes![instance]!, log, 0, kvShare)
      held.settle()
      expect(held.columns(heldLanes!)).toEqual(byClock.columns(clockLanes!))
    }),
    {numRuns: 100},
  )
})

test('bins widen with the run: at most 1024 of them, and no wider than they must be', () => {
  const {columns} = record(0, [{idleMs: 3_599_000, lastsMs: 500, queued: 0, kvPercent: 1}])
  expect(columns.binMs).toBe(4_000)
  expect(columns.busyMs[binOf(columns, 899)]).toBe(500)
  expect(record(0, [{idleMs: 100, lastsMs: 20, queued: 0, kvPercent: 1}]).columns.binMs).toBe(125)
})

test('an instance that never ran has no bins', () => {
  const {columns} = record(60_000, [{idleMs: 0, lastsMs: 10, queued: 1, kvPercent: 1}])
  expect(columns.offset[1]).toBe(0)
})
