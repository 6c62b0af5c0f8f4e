import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {PerfModel} from '../../src/perf/perf-model.ts'
import {roomyArgs, traceLines} from './arbitrary.ts'
import {replay} from './replay.ts'
import {cases} from './sampling.ts'

/**
 * Passes of whole eighths of a second, and arrivals likewise: exact in binary and in nanoseconds, before and after
 * division by 2 or 4. So no rounding can swap two events, and the law holds to the last bit.
 */
const EIGHTH_MS = 125
const coarseModel: PerfModel = {
  timing: 'polynomial',
  prefillMs: (batchSize, newTokens) => 4 * EIGHTH_MS * (batchSize + Math.ceil(newTokens / 64)),
  decodeMs: batchSize => 4 * EIGHTH_MS * (1 + (batchSize % 3)),
  outsideShare: () => null,
}

const coarseLines = traceLines().map(lines =>
  lines.map(({timestamp, delay, ...line}) => ({
    ...line,
    ...(timestamp === undefined ? {} : {timestamp: 4 * EIGHTH_MS * Math.round(timestamp / 500)}),
    ...(delay === undefined ? {} : {delay: 4 * EIGHTH_MS * Math.round(delay / 500)}),
  })),
)

const TIMES = ['arrivalMs', 'firstAdmitMs', 'firstTokenMs', 'secondTokenMs', 'lastTokenMs'] as const

test('engines and arrivals faster by a factor make every time smaller by that factor', () => {
  const scenarios = fc.record({
    lines: coarseLines,
    args: roomyArgs.map(({speedup_ratio, decode_speedup_ratio, ...args}) => args),
    workers: fc.integer({min: 1, max: 4}),
    factor: fc.constantFrom(2, 4),
  })
  fc.assert(
    fc.property(scenarios, ({factor, args, ...options}) => {
      const slow = replay({...options, args, perf: coarseModel})
      const fast = replay({
        ...options,
        args: {...args, speedup_ratio: factor},
        perf: coarseModel,
        arrivalSpeedupRatio: factor,
      })
      for (const column of TIMES) {
        const scaled = fast.result.engine.requests[column].map(time => time * factor)
        expect(scaled).toEqual(slow.result.engine.requests[column])
      }
      const scaled = fast.result.report.duration_ms * factor
      expect(scaled).toBe(slow.result.report.duration_ms)
    }),
    cases(150),
  )
})
