import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {PlannerConfig} from '../../src/config/scenario.ts'
import type {PerfModel} from '../../src/perf/perf-model.ts'
import {polynomialModel} from '../../src/perf/polynomial.ts'
import type {Report} from '../../src/report/report.ts'
import {roomyArgs, traceLines} from './arbitrary.ts'
import {plannerConfig, replay} from './replay.ts'
import {cases} from './sampling.ts'

/** Any timing will do: the law is about the planner's hands being tied, not about how long a pass takes. */
const flatModel: PerfModel = {
  timing: 'profile',
  prefillMs: (batchSize, newTokens) => batchSize * newTokens * 0.05,
  decodeMs: batchSize => 5 + batchSize,
  outsideShare: () => 0,
}

const HOST_DEPENDENT = new Set(['wall_time_ms', 'processed_tokens_per_s', 'processed_output_tokens_per_s'])

const scenarios = fc.record({
  lines: traceLines(),
  args: roomyArgs,
  workers: fc.integer({min: 1, max: 6}),
  perf: fc.constantFrom(polynomialModel, flatModel),
  ttft: fc.constantFrom(1, 200, 1e6),
  isEasy: fc.boolean(),
})

function budgetOf(workers: number): Partial<PlannerConfig> {
  return {min_gpu_budget: workers, max_gpu_budget: workers}
}

function goalOf({ttft, isEasy}: {readonly ttft: number; readonly isEasy: boolean}): Partial<PlannerConfig> {
  return {
    ttft,
    itl: ttft,
    optimization_target: isEasy ? 'throughput' : 'sla',
    enable_throughput_scaling: !isEasy,
  }
}

test('a planner that may not scale changes nothing', () => {
  fc.assert(
    fc.property(scenarios, ({ttft, isEasy, ...options}) => {
      const pins = {...budgetOf(options.workers), min_endpoint: options.workers}
      const planner = plannerConfig({...goalOf({ttft, isEasy}), ...pins})
      const pinned = replay({...options, planner}).result
      expect(pinned.scaling?.scalingEvents).toEqual([])
      expectEqualReports(pinned.report, replay(options).result.report)
    }),
    cases(200),
  )
})

/**
 * The reference lets a fleet with equal lower and upper budget fall one replica below it (planner.md 5.6), so the budget
 * alone pins a fleet only as long as its load calls for no scaling down.
 */
test('equal budgets hold the fleet to that size or one below, and change nothing while it stays', () => {
  let unscaled = 0
  fc.assert(
    fc.property(scenarios, ({ttft, isEasy, ...options}) => {
      const planner = plannerConfig({...goalOf({ttft, isEasy}), ...budgetOf(options.workers)})
      const {report, scaling: record} = replay({...options, planner}).result
      for (const {to_count} of record!.scalingEvents) {
        expect([options.workers - 1, options.workers]).toContain(to_count)
      }
      if (record!.scalingEvents.length > 0) return
      unscaled++
      expectEqualReports(report, replay(options).result.report)
    }),
    cases(200),
  )
  expect(unscaled).toBeGreaterThan(50)
})

function expectEqualReports(ours: Report, theirs: Report): void {
  const expected = referenceFields(theirs)
  for (const [key, value] of Object.entries(referenceFields(ours))) {
    const difference = Math.abs(expected[key]! - value)
    expect(difference, key).toBeLessThanOrEqual(1e-9 * Math.abs(value))
  }
}

function referenceFields({planner_replay, ...report}: Report): Record<string, number> {
  const figures = Object.entries(report).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && !HOST_DEPENDENT.has(entry[0]),
  )
  return Object.fromEntries(figures)
}
