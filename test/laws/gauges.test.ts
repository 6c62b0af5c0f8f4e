import fc from 'fast-check'
import {expect, test} from 'vitest'
import {defaultEngineArgs} from '../../src/config/engine/engine-args.ts'
import {DEFAULT_ROUTER_CONFIG} from '../../src/config/engine/router-config.ts'
import type {EngineArgs} from '../../src/config/scenario.ts'
import {ms} from '../../src/core/units.ts'
import {ENGINE_1_2} from '../../src/engine/generation-1.2.ts'
import {Cluster} from '../../src/engine/loop-1.2/cluster.ts'
import type {PoolObservation} from '../../src/engine/observation.ts'
import {constantStartup} from '../../src/engine/startup-model.ts'
import {polynomialModel} from '../../src/perf/polynomial.ts'
import {roomyArgs, tightArgs, traceLines} from './arbitrary.ts'
import {readTrace, type TraceLine} from './replay.ts'
import {cases} from './sampling.ts'

const STEP_MS = 700

const traceAndArgs: fc.Arbitrary<readonly [TraceLine[], Partial<EngineArgs>]> = traceLines().chain(lines =>
  fc.tuple(fc.constant(lines), fc.oneof(roomyArgs, tightArgs(lines))),
)

const settings = fc.record({
  engine_type: fc.constantFrom('vllm' as const, 'sglang' as const),
  hasKvRouter: fc.boolean(),
  targets: fc.array(fc.integer({min: 1, max: 5}), {minLength: 1, maxLength: 8}),
})

test('at any time every request that arrived and is not complete is in a router, waiting or running', () => {
  let seenWaiting = 0
  let seenRunning = 0
  fc.assert(
    fc.property(traceAndArgs, settings, ([lines, changes], {engine_type, hasKvRouter, targets}) => {
      const args = {...defaultEngineArgs(), ...changes, engine_type}
      const engine = new Cluster({
        generation: ENGINE_1_2,
        fleet: {topology: 'agg', workers: {args, initialWorkers: targets[0]!, gpusPerInstance: null}},
        workload: readTrace({lines}),
        perfModelFor: () => polynomialModel,
        startupFor: () => constantStartup(args.startup_time),
        router: hasKvRouter ? {...DEFAULT_ROUTER_CONFIG, router_queue_threshold: 0.5} : null,
        prefillEstimate: null,
        concurrency: null,
        seed: 1,
        isObserved: true,
      })
      for (let step = 1; ; step++) {
        while (!engine.runUntil(ms(step * STEP_MS), 1000));
        const {decode, isDone} = engine.observe()
        const arrived = engine.record().requests.arrivalMs.filter(time => !Number.isNaN(time)).length
        expect(decode.waitingRequests + decode.runningRequests + decode.routerQueue).toBe(
          arrived - engine.completedRequests,
        )
        expectPoolToSumItsInstances(decode)
        seenWaiting += decode.waitingRequests
        seenRunning += decode.runningRequests
        if (isDone) return
        engine.applyScaling({prefill: 0, decode: targets[step % targets.length]!})
      }
    }),
    cases(60),
  )
  expect(seenWaiting).toBeGreaterThan(0)
  expect(seenRunning).toBeGreaterThan(0)
})

function expectPoolToSumItsInstances(pool: PoolObservation): void {
  const instances = pool.instances()
  const sum = (gauge: 'waiting' | 'running' | 'resident') =>
    instances.reduce((total, instance) => total + instance[gauge], 0)
  expect(instances.length).toBe(pool.totalCount)
  expect(sum('waiting')).toBe(pool.waitingRequests)
  expect(sum('running')).toBe(pool.runningRequests)
  expect(sum('resident')).toBe(pool.residentRequests)
  for (const {state, waiting, running, resident, kvShare} of instances) {
    expect(Math.min(waiting, running)).toBeGreaterThanOrEqual(0)
    expect(resident).toBeGreaterThanOrEqual(running)
    expect(resident).toBeLessThanOrEqual(waiting + running)
    expect(kvShare).toBeGreaterThanOrEqual(0)
    expect(kvShare).toBeLessThanOrEqual(1)
    if (state === 'starting') expect(waiting + running).toBe(0)
  }
}
