import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import type {Scaling} from '../../src/config/scenario.ts'
import {roomyArgs, tightArgs, traceLines} from './arbitrary.ts'
import {expectAscending, expectSoundInstances} from './expectations.ts'
import {digestOf, type Replay} from './replay.ts'
import {planner16, replay16} from './replay-1.6.ts'
import {cases} from './sampling.ts'

const RUNS = cases(100)

const workers = fc.integer({min: 1, max: 4})
const scalings: fc.Arbitrary<Scaling> = fc.oneof(
  fc.constant<Scaling>({policy: 'fixed'}),
  fc
    .record({
      optimization_target: fc.constantFrom('sla', 'throughput', 'latency'),
      ttft: fc.constantFrom(20, 200, 2_000),
      itl: fc.constantFrom(6, 20, 200),
      max_gpu_budget: fc.constantFrom(4, 8, -1),
    })
    .map(planner16),
)

const roomyRuns = fc.record({lines: traceLines(), args: roomyArgs, workers, scaling: scalings})
const tightRuns = traceLines({spanMs: 3_000}).chain(lines =>
  fc.record({lines: fc.constant(lines), args: tightArgs(lines), workers, scaling: scalings}),
)

describe.each([
  ['with room for all', roomyRuns],
  ['in a tight KV cache', tightRuns],
])('any run of 1.6.1 %s', (_, runs) => {
  const every = (check: (replayed: Replay) => void) =>
    fc.assert(
      fc.property(runs, ({scaling, ...options}) => check(replay16(options, scaling))),
      RUNS,
    )

  test('completes every request with all of its tokens', () => {
    every(({result, workload}) => {
      const {requests} = result.engine
      expect(result.report.completed_requests).toBe(workload.requestCount)
      expect(requests.emittedTokens).toEqual(workload.outputLength)
    })
  })

  test('passes every request through the stages of its life in order', () => {
    every(({result, workload}) => {
      const {requests, endMs} = result.engine
      for (let request = 0; request < workload.requestCount; request++) {
        expectAscending([
          requests.arrivalMs[request]!,
          requests.firstAdmitMs[request]!,
          requests.firstTokenMs[request]!,
          requests.lastTokenMs[request]!,
          requests.terminalMs![request]!,
          endMs,
        ])
        const next = workload.nextTurn[request]!
        if (next < 0) continue
        const released = requests.terminalMs![request]! + workload.delayMs[next]!
        expect(requests.arrivalMs[next]).toBeCloseTo(released, 6)
      }
    })
  })

  test('keeps instances, their lives and their work within bounds', () => {
    every(expectSoundInstances)
  })

  test('never lets simulated time run backwards', () => {
    every(({result, progress}) => {
      expectAscending(progress.map(({simulatedMs}) => simulatedMs))
      const ticks = result.scaling?.ticks ?? []
      expectAscending(ticks.map(({at_s}) => at_s))
      expectAscending(ticks.map(({gpu_hours}) => gpu_hours))
    })
  })

  test('gives the same bytes again', () => {
    fc.assert(
      fc.property(runs, ({scaling, ...options}) => {
        expect(digestOf(replay16(options, scaling))).toBe(digestOf(replay16(options, scaling)))
      }),
      RUNS,
    )
  })
})
