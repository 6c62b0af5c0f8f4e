import fc from 'fast-check'
import {expect, test} from 'vitest'
import {scaledDurationMs} from '../../core/duration.ts'
import {LANE_STEPS} from './step-lane.ts'
import {StepMemo, type StepSource} from './step-memo.ts'

const questions = fc.array(
  fc.record({
    // Few of each, so that questions come again; far lengths, so that lanes share a place.
    batch: fc.integer({min: 1, max: 4}),
    context: fc.oneof(
      fc.integer({min: 0, max: 40}),
      fc.integer({min: 0, max: 4}).map(n => n * LANE_STEPS * (1 << 15) + 1),
    ),
  }),
  {maxLength: 80},
)

const msOf = (batch: number, context: number) => (context === 21 ? Number.NaN : batch + context / 7)
const leaves = (batch: number, context: number) => (batch + context) % 3 === 0

/** @param hasLanes of the batches of an odd size */
function sourceOf(hasLanes: boolean): StepSource {
  const source = {
    wasOutside: false,
    fillLane: (batch: number, first: number, lane: Parameters<StepSource['fillLane']>[2]) => {
      if (!hasLanes || batch % 2 === 0) return false
      expect(first % LANE_STEPS).toBe(0)
      for (let i = 0; i < LANE_STEPS; i++) {
        lane.ms[i] = msOf(batch, first + i)
        lane.isOutside[i] = leaves(batch, first + i) ? 1 : 0
      }
      return true
    },
    stepMs: (batch: number, context: number) => {
      source.wasOutside = leaves(batch, context)
      return msOf(batch, context)
    },
  }
  return source
}

test('gives the rounded answer to that very question, whether in lanes or one by one', () => {
  fc.assert(
    fc.property(questions, fc.boolean(), fc.constantFrom(0, 1, 3), (asked, hasLanes, ratio) => {
      const memo = new StepMemo(sourceOf(hasLanes), {leastMs: 3, ratio})
      for (const {batch, context} of asked) {
        const ms = msOf(batch, context)
        const duration = Number.isNaN(ms) ? 0 : scaledDurationMs(Math.max(ms, 3), ratio)
        expect(memo.durationMs(batch, context)).toBe(
          leaves(batch, context) && duration > 0 ? -duration : duration,
        )
      }
    }),
  )
})
