import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {type BenchFigures, computeBenchFigures} from '../../src/bench/bench-figures.ts'
import {constantPlan, type FleetPlan, scenarioOfPlan} from '../../src/bench/fleet-plan.ts'
import {bestFixed, findHindsight} from '../../src/bench/hindsight.ts'
import type {Hindsight, HindsightOptions} from '../../src/bench/hindsight-options.ts'
import {computeWorkBound} from '../../src/bench/work-bound.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import type {PerfModel} from '../../src/perf/perf-model.ts'
import {polynomialModel} from '../../src/perf/polynomial.ts'
import type {RunResult} from '../../src/run/run.ts'
import {roomyArgs, traceLines} from './arbitrary.ts'
import {replay, replayScenario, scenarioOf} from './replay.ts'
import {cases} from './sampling.ts'
import {SMALL_DAY, SMALL_FLEET, workloadOf} from './small-day.ts'

const OBJECTIVE = {ttftMs: 4000, itlMs: 60, share: 0.95}
const BIN_S = 15
const MOST = 6

const workload = workloadOf(SMALL_DAY)
const BASE: Scenario = {...SMALL_FLEET, objective: OBJECTIVE}

function run(scenario: Scenario): RunResult {
  return replayScenario(scenario, workload).result
}

function judge(scenario: Scenario): BenchFigures {
  return computeBenchFigures(run(scenario), {objective: OBJECTIVE, binS: BIN_S})
}

const fixed = Array.from({length: MOST}, (_, i) => {
  const size = {prefill: null, decode: i + 1}
  const plan = constantPlan(size)
  return {label: `fixed ${i + 1}`, size, plan, outcome: judge(scenarioOfPlan(BASE, plan))}
})

const HPA: Scenario = {
  ...BASE,
  scaling: {
    policy: 'hpa',
    config: {
      pools: {
        all: {
          minReplicas: 1,
          maxReplicas: MOST,
          metrics: [
            {
              type: 'External',
              external: {metric: {name: 'sum(running)'}, target: {type: 'AverageValue', averageValue: '6'}},
            },
          ],
          behavior: {scaleDown: {stabilizationWindowSeconds: 60}},
        },
      },
    },
  },
}

function search(changes: Partial<HindsightOptions> = {}): {found: Hindsight | null; replayed: FleetPlan[]} {
  const steps = findHindsight({
    fixed,
    policies: [],
    share: OBJECTIVE.share,
    leadS: 20,
    spanS: 600,
    least: 1,
    most: MOST,
    gpus: {prefill: 1, decode: 1},
    maxRuns: 60,
    ...changes,
  })
  const replayed: FleetPlan[] = []
  let step = steps.next()
  while (!step.done) {
    replayed.push(...step.value)
    step = steps.next(step.value.map(plan => judge(scenarioOfPlan(BASE, plan))))
  }
  return {found: step.value, replayed}
}

describe('hindsight', () => {
  const hpa = judge(HPA)
  const policy = {label: 'hpa', plan: hpa.plan, outcome: hpa}
  const {found, replayed} = search({policies: [policy]})

  test('holds the objective and costs less than the best fixed fleet', () => {
    const best = bestFixed(fixed)
    expect(best).not.toBeNull()
    expect(found?.outcome.holds).toBe(true)
    expect(found!.outcome.gpuHours).toBeLessThan(best!.outcome.gpuHours)
  })

  test('costs no more than a policy that holds, however cheap', () => {
    expect(hpa.holds).toBe(true)
    expect(found!.outcome.gpuHours).toBeLessThanOrEqual(hpa.gpuHours)
    const cheap = {...policy, outcome: {...hpa, gpuHours: found!.outcome.gpuHours / 3}}
    expect(search({policies: [cheap], maxRuns: 8}).found?.outcome.gpuHours).toBeLessThanOrEqual(
      cheap.outcome.gpuHours,
    )
  })

  test('is what a replay of its plan gives, and the same whenever it is asked for', () => {
    const again = judge(scenarioOfPlan(BASE, found!.plan))
    expect(again.gpuHours).toBe(found!.outcome.gpuHours)
    expect(again.share).toBe(found!.outcome.share)
    expect(search({policies: [policy]}).found).toEqual(found)
  })

  test('replays no plan twice, and keeps to the bounds of the fleet', () => {
    const keys = replayed.map(plan => JSON.stringify(plan))
    expect(new Set(keys).size).toBe(keys.length)
    for (const {decode} of replayed) {
      for (const {count} of decode) expect(count >= 1 && count <= MOST).toBe(true)
      expect(decode.every(({atS}, i) => i === 0 || atS > decode[i - 1]!.atS)).toBe(true)
    }
  })

  test('finds nothing where nothing holds', () => {
    const hopeless = fixed.map(fleet => ({...fleet, outcome: {...fleet.outcome, holds: false}}))
    const steps = findHindsight({
      fixed: hopeless,
      policies: [],
      share: 1,
      leadS: 20,
      spanS: 600,
      least: 1,
      most: MOST,
      gpus: {prefill: 1, decode: 1},
      maxRuns: 20,
    })
    let step = steps.next()
    let attempts = 0
    while (!step.done) {
      attempts += step.value.length
      step = steps.next(step.value.map(() => hopeless[0]!.outcome))
    }
    expect(step.value).toBeNull()
    // What is not repaired by then leaves the attempts to trimming.
    expect(attempts).toBeLessThanOrEqual(20 / 4)
  })
})

test('the plan read off a run, replayed, is that run', () => {
  const hpa = run(HPA)
  const plan = computeBenchFigures(hpa, {objective: OBJECTIVE, binS: BIN_S}).plan
  expect(plan.decode.length).toBeGreaterThan(3)
  const copied = run(scenarioOfPlan(BASE, plan))
  expect(copied.engine.requests.firstTokenMs).toEqual(hpa.engine.requests.firstTokenMs)
  expect(copied.engine.workers).toEqual(hpa.engine.workers)
})

test('a fixed fleet of the bench is the plain run', () => {
  for (const [i, {outcome}] of fixed.entries()) {
    if (BASE.fleet.topology !== 'agg') continue
    const fleet = {topology: 'agg', workers: {...BASE.fleet.workers, initialWorkers: i + 1}} as const
    const {report} = run({...BASE, fleet})
    expect(outcome.gpuHours).toBe(report.planner_replay.billed_gpu_hours)
    expect(outcome.share).toBe(report.planner_replay.sla_attainment)
  }
})

test('no run computes for less than the least work of its trace', () => {
  const bound = computeWorkBound({scenario: BASE, workload, perfModelFor: () => polynomialModel})
  expect(bound.gpuHours).toBeGreaterThan(0)
  for (const {plan} of fixed) {
    const {engine} = run(scenarioOfPlan(BASE, plan))
    const busyHours = engine.workers.reduce((sum, {busyMs}) => sum + busyMs, 0) / 3_600_000
    expect(bound.gpuHours).toBeLessThanOrEqual(busyHours)
  }
})
test('nor does any other, whatever its engine, its timing and its traffic', () => {
  const flat: PerfModel = {
    timing: 'profile',
    prefillMs: (batchSize, newTokens, prefix) => 2 + batchSize * newTokens * (0.05 + prefix * 1e-5),
    decodeMs: (batchSize, _kv, context) => 5 + batchSize * (0.2 + context * 1e-3),
    outsideShare: () => 0,
  }
  fc.assert(
    fc.property(
      fc.record({
        lines: traceLines(),
        args: roomyArgs,
        workers: fc.integer({min: 1, max: 4}),
        perf: fc.constantFrom(polynomialModel, flat),
      }),
      options => {
        const {result, workload} = replay(options)
        const scenario = scenarioOf(options)
        const bound = computeWorkBound({scenario, workload, perfModelFor: () => options.perf})
        const busyMs = result.engine.workers.reduce((sum, worker) => sum + worker.busyMs, 0)
        expect(bound.gpuHours * 3_600_000).toBeLessThanOrEqual(busyMs)
      },
    ),
    cases(150),
  )
})
