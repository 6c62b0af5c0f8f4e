import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {Scaling} from '../../src/config/scenario.ts'
import type {RunResult} from '../../src/run/run.ts'
import {roomyArgs, traceLines} from './arbitrary.ts'
import {planner16, replay16} from './replay-1.6.ts'
import {cases} from './sampling.ts'

const NOBODY: Scaling = {policy: 'fixed'}

const scenarios = fc.record({
  lines: traceLines(),
  args: roomyArgs,
  workers: fc.integer({min: 1, max: 6}),
  ms: fc.constantFrom(1, 200, 1e6),
  target: fc.constantFrom('sla', 'throughput', 'latency'),
})

/** Unlike 1.2.1's, these guards hold a fleet exactly at a budget whose two ends are one. */
test('a planner of 1.6.1 whose budget is the fleet it has changes nothing', () => {
  let hours = 0
  fc.assert(
    fc.property(scenarios, ({ms, target, ...options}) => {
      const budget = {min_gpu_budget: options.workers, max_gpu_budget: options.workers}
      const scaling = planner16({optimization_target: target, ttft: ms, itl: ms, ...budget})
      const {result: pinned} = replay16(options, scaling)
      expect(pinned.scaling?.scalingEvents).toEqual([])
      const {result: plain} = replay16(options, NOBODY)
      expectEqualReports(pinned, plain)
      hours += pinned.scaling!.ticks.length
    }),
    cases(100),
  )
  expect(hours).toBeGreaterThan(500)
})

function expectEqualReports(ours: RunResult, theirs: RunResult): void {
  const {planner_replay: _, ...report} = ours.report
  const expected = theirs.report as unknown as Readonly<Record<string, unknown>>
  for (const [key, value] of Object.entries(report)) {
    if (typeof value !== 'number' || key.startsWith('processed_')) continue
    expect(Math.abs((expected[key] as number) - value), key).toBeLessThanOrEqual(1e-9 * Math.abs(value))
  }
}
