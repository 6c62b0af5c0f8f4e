import fc from 'fast-check'
import {expect, test} from 'vitest'
import {parseEngineArgs16} from '../../src/config/engine/release-1.6/parse-engine-args.ts'
import {parsePlannerConfig16} from '../../src/config/planner/planner-config-1.6.ts'
import type {EngineArgs, Scaling, Scenario} from '../../src/config/scenario.ts'
import {polynomialModel} from '../../src/perf/polynomial.ts'
import {loadLaterParts} from '../../src/run/later-parts.ts'
import type {RunResult} from '../../src/run/run.ts'
import {simulate} from '../../src/run/simulate.ts'
import {roomyArgs, traceLines} from './arbitrary.ts'
import {readTrace, scenarioOf, type TraceLine} from './replay.ts'
import {cases} from './sampling.ts'

const NOBODY: Scaling = {policy: 'fixed'}
const later = await loadLaterParts({...scenarioOf({lines: []}), release: '1.6.1'})

interface Options {
  readonly lines: readonly TraceLine[]
  readonly args: Partial<EngineArgs>
  readonly workers: number
}

function replay16({lines, args, workers}: Options, scaling: Scaling): RunResult {
  const parsed = parseEngineArgs16({}, {flag: 'law'})
  if (!parsed.ok) throw new Error(parsed.error.message)
  const pool = {args: {...parsed.value.args, ...args}, initialWorkers: workers, gpusPerInstance: null}
  const scenario: Scenario = {
    ...scenarioOf({lines, workers}),
    release: '1.6.1',
    fleet: {topology: 'agg', workers: pool},
    scaling,
  }
  const run = simulate({
    scenario,
    workload: readTrace({lines}),
    traceSha256: '',
    perfModelFor: () => polynomialModel,
    prefillEstimate: null,
    bootstrap: null,
    later,
    clock: () => 0,
  })
  for (;;) {
    const step = run.next()
    if (step.done) return step.value
  }
}

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
      const config = parsePlannerConfig16({
        mode: 'agg',
        optimization_target: target,
        enable_load_scaling: true,
        load_adjustment_interval: 2,
        throughput_adjustment_interval: 10,
        load_predictor: 'constant',
        ttft: ms,
        itl: ms,
        min_gpu_budget: options.workers,
        max_gpu_budget: options.workers,
      })
      if (!config.ok) throw new Error(config.error.message)
      const pinned = replay16(options, {policy: 'dynamo', release: '1.6.1', config: config.value.config})
      expect(pinned.planner?.scalingEvents).toEqual([])
      const plain = replay16(options, NOBODY)
      expectEqualReports(pinned, plain)
      hours += pinned.planner!.ticks.length
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
