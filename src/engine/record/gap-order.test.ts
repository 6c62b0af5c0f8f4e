import fc from 'fast-check'
import {expect, it} from 'vitest'
import {GapOrder} from './gap-order.ts'

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
        take: (rows, order, count) => {
          for (const row of order.subarray(0, count))
            out.push(...Array<number>(rows.count[row]!).fill(rows.gapMs[row]!))
        },
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
