import fc from 'fast-check'
import {expect, it} from 'vitest'
import {GapOrder, type TurnGaps} from './gap-order.ts'

function tellGaps({firstGap, gapMs, count}: TurnGaps, turns: Int32Array, out: number[]): void {
  for (const turn of turns) {
    for (let gap = firstGap[turn]!; gap < firstGap[turn + 1]!; gap++)
      out.push(...Array<number>(count[gap]!).fill(gapMs[gap]!))
  }
}

const pieces = fc.array(
  fc.record({
    startMs: fc.oneof(fc.nat(30), fc.constant(1e9)),
    rank: fc.nat(3),
    gaps: fc.array(fc.tuple(fc.nat(2), fc.integer({min: 1, max: 4})), {maxLength: 3}),
  }),
  {maxLength: 300},
)

it('hands gaps over by moment and rank, those of one rank as they were told, and in parts as well', () => {
  fc.assert(
    fc.property(pieces, fc.nat(30), (told, partMs) => {
      const out: number[] = []
      const stops: number[] = []
      const order = new GapOrder({
        stop: atMs => {
          if (stops.at(-1) !== atMs) stops.push(atMs)
        },
        take: (gaps, order, turns) => tellGaps(gaps, order.subarray(0, turns), out),
      })
      for (const {startMs, rank, gaps} of told) {
        order.begin(startMs, rank)
        for (const [gapMs, count] of gaps) order.add(gapMs, count)
      }
      order.flushBefore(partMs)
      order.flushBefore(Number.POSITIVE_INFINITY)
      const expected = [...told].sort((a, b) => a.startMs - b.startMs || a.rank - b.rank)
      expect(out).toEqual(
        expected.flatMap(({gaps}) => gaps.flatMap(([gapMs, count]) => Array<number>(count).fill(gapMs))),
      )
      expect(stops).toEqual([...new Set(expected.map(({startMs}) => startMs))])
    }),
  )
})

const runs = fc.array(
  fc.record({
    fromMs: fc.nat(40),
    ranks: fc.tuple(fc.nat(2), fc.nat(2)),
    firstTold: fc.nat(1),
    count: fc.integer({min: 1, max: 4}),
    stops: fc.array(fc.array(fc.integer({min: 1, max: 3}), {minLength: 1, maxLength: 3}), {
      minLength: 1,
      maxLength: 80,
    }),
  }),
  {maxLength: 40},
)

it('takes the passes of many stops as it takes them gap by gap', () => {
  fc.assert(
    fc.property(runs, told => {
      const out: [number[], number[]] = [[], []]
      const orders = out.map(
        gaps =>
          new GapOrder({
            stop: null,
            take: (told, order, turns) => tellGaps(told, order.subarray(0, turns), gaps),
          }),
      )
      for (const {fromMs, ranks, firstTold, count, stops} of told) {
        for (const order of orders) order.begin(fromMs, ranks[0])
        const passEndMs: number[] = []
        const pass: number[] = []
        let endMs = fromMs
        for (const [stop, durations] of stops.entries()) {
          if (stop > 0) orders[0]!.begin(endMs, ranks[1])
          for (const durationMs of durations) {
            endMs += durationMs
            if (passEndMs.push(endMs) > firstTold) orders[0]!.add(durationMs, count)
          }
          pass.push(passEndMs.length)
        }
        const passes = {startMs: fromMs, passEndMs: Float64Array.from(passEndMs), pass: Int32Array.from(pass)}
        orders[1]!.addStops(passes, {first: firstTold, stops: stops.length, count, rank: ranks[1]})
      }
      for (const order of orders) order.flushBefore(Number.POSITIVE_INFINITY)
      expect(out[1]).toEqual(out[0])
    }),
  )
})
