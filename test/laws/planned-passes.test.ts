import fc from 'fast-check'
import {expect, test} from 'vitest'
import {defaultEngineArgs} from '../../src/config/engine/engine-args.ts'
import {DEFAULT_ROUTER_CONFIG} from '../../src/config/engine/router-config.ts'
import type {EngineArgs} from '../../src/config/scenario.ts'
import {ms} from '../../src/core/units.ts'
import {ENGINE_1_2} from '../../src/engine/generation-1.2.ts'
import {Cluster} from '../../src/engine/loop-1.2/cluster.ts'
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
  hasKvRouter: fc.boolean(),
  targets: fc.array(fc.integer({min: 1, max: 5}), {minLength: 1, maxLength: 8}),
})

/** All that a policy saw and all that was recorded, however its decoding passes were looked up. */
function whatHappened(
  [lines, changes]: readonly [TraceLine[], Partial<EngineArgs>],
  {hasKvRouter, targets}: {readonly hasKvRouter: boolean; readonly targets: readonly number[]},
  plansFrom: number,
): unknown[] {
  const args = {...defaultEngineArgs(), ...changes}
  const engine = new Cluster({
    generation: ENGINE_1_2,
    fleet: {topology: 'agg', workers: {args, initialWorkers: targets[0]!, gpusPerInstance: null}},
    workload: readTrace({lines}),
    perfModelFor: () => polynomialModel,
    startupFor: () => constantStartup(args.startup_time),
    router: hasKvRouter ? DEFAULT_ROUTER_CONFIG : null,
    prefillEstimate: null,
    concurrency: null,
    seed: 1,
    isObserved: true,
    plansFrom,
  })
  const seen: unknown[] = []
  for (let step = 1; ; step++) {
    while (!engine.runUntil(ms(step * STEP_MS), 1000));
    const {decode, isDone} = engine.observe()
    seen.push([decode.passes, decode.waitingRequests, decode.runningRequests, decode.instances()])
    if (isDone) return [...seen, engine.record()]
    engine.applyScaling({prefill: 0, decode: targets[step % targets.length]!})
  }
}

test('a run is the same whether its decoding is planned ahead or stopped at every arrival', () => {
  fc.assert(
    fc.property(traceAndArgs, settings, (run, scaling) => {
      expect(whatHappened(run, scaling, 1)).toEqual(whatHappened(run, scaling, Number.POSITIVE_INFINITY))
    }),
    cases(8),
  )
})
