import fc from 'fast-check'
import {expect, test} from 'vitest'
import {defaultEngineArgs} from '../../src/config/engine/engine-args.ts'
import {parseEngineArgs16} from '../../src/config/engine/release-1.6/parse-engine-args.ts'
import {DEFAULT_ROUTER_CONFIG} from '../../src/config/engine/router-config.ts'
import type {EngineArgs, Fleet} from '../../src/config/scenario.ts'
import {RunError} from '../../src/core/result.ts'
import {ms} from '../../src/core/units.ts'
import {ENGINE_1_2} from '../../src/engine/generation-1.2.ts'
import {createScheduler16} from '../../src/engine/generation-1.6.ts'
import {Cluster} from '../../src/engine/loop-1.2/cluster.ts'
import {Cluster16} from '../../src/engine/loop-1.6/cluster.ts'
import type {ForwardPasses} from '../../src/engine/observation.ts'
import {constantStartup} from '../../src/engine/startup-model.ts'
import {polynomialModel} from '../../src/perf/polynomial.ts'
import {roomyArgs, tightArgs, traceLines} from './arbitrary.ts'
import {readTrace, type TraceLine} from './replay.ts'
import {cases} from './sampling.ts'

const STEP_MS = 700

const args16 = argsOf16()

/** Requests that come by the clock, as later turns of sessions do not: with those nobody is alone. */
const lonely: fc.Arbitrary<TraceLine[]> = fc
  .constantFrom(30_000, 3_000)
  .chain(spanMs =>
    traceLines({maxOwnTokens: 600, spanMs}).map(lines =>
      lines.flatMap(({session_id: _, delay, ...line}) => (delay === undefined ? [line] : [])),
    ),
  )

const traceAndArgs: fc.Arbitrary<readonly [TraceLine[], Partial<EngineArgs>]> = fc
  .oneof(traceLines(), lonely, lonely, lonely)
  .chain(lines => fc.tuple(fc.constant(lines), fc.oneof(roomyArgs, tightArgs(lines))))

const settings = fc.record({
  kvEventLagMs: fc.constantFrom(0, 30),
  targets: fc.array(fc.integer({min: 1, max: 5}), {minLength: 1, maxLength: 8}),
})

function argsOf16(): EngineArgs {
  const parsed = parseEngineArgs16({}, {flag: 'law'})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value.args
}

function fleetOf(args: EngineArgs, initialWorkers: number, isDisagg: boolean): Fleet {
  const pool = (worker_type: EngineArgs['worker_type']) => ({
    args: {...args, worker_type},
    initialWorkers,
    gpusPerInstance: null,
  })
  if (!isDisagg) return {topology: 'agg', workers: pool('aggregated')}
  return {topology: 'disagg', prefill: pool('prefill'), decode: pool('decode')}
}

interface Settings {
  readonly release: '1.2.1' | '1.6.1'
  readonly hasKvRouter: boolean
  readonly isDisagg: boolean
  readonly kvEventLagMs: number
  readonly targets: readonly number[]
}

function createEngine(
  [lines, changes]: readonly [TraceLine[], Partial<EngineArgs>],
  {release, hasKvRouter, isDisagg, kvEventLagMs, targets}: Settings,
  aloneFrom: number,
): Cluster | Cluster16 {
  const args = {...(release === '1.2.1' ? defaultEngineArgs() : args16), ...changes}
  const options = {
    fleet: fleetOf(args, targets[0]!, isDisagg),
    workload: readTrace({lines}),
    perfModelFor: () => polynomialModel,
    startupFor: () => constantStartup(args.startup_time),
    router: hasKvRouter ? DEFAULT_ROUTER_CONFIG : null,
    prefillEstimate: null,
    concurrency: null,
    seed: 1,
    isObserved: true,
    aloneFrom,
  } as const
  if (release === '1.2.1') return new Cluster({generation: ENGINE_1_2, ...options})
  const own = {createScheduler: createScheduler16, maxSimTimeMs: Number.POSITIVE_INFINITY, kvEventLagMs}
  return new Cluster16({...options, ...own})
}

function rowsOf(passes: ForwardPasses): unknown[] {
  const columns = [
    passes.instanceId,
    passes.wallTimeS,
    passes.numPrefillRequests,
    passes.sumPrefillTokens,
    passes.numDecodeRequests,
    passes.sumDecodeKvTokens,
    passes.numQueuedPrefill,
    passes.numQueuedDecode,
  ]
  return Array.from({length: passes.count}, (_, i) => columns.map(column => column[passes.order?.[i] ?? i]))
}

/** All that a policy saw and all that was recorded, however its passes were looked up; or where the run could not go on. */
function whatHappened(
  run: readonly [TraceLine[], Partial<EngineArgs>],
  settings: Settings,
  aloneFrom: number,
): unknown[] {
  const engine = createEngine(run, settings, aloneFrom)
  const {targets} = settings
  const seen: unknown[] = []
  try {
    for (let step = 1; ; step++) {
      while (!engine.runUntil(ms(step * STEP_MS), 1000));
      const {prefill, decode, isDone, nowMs} = engine.observe()
      for (const pool of [prefill, decode])
        seen.push(rowsOf(pool.passes), pool.waitingRequests, pool.runningRequests, pool.instances())
      seen.push(nowMs)
      if (step % 3 === 0) seen.push(engine.drainTraffic())
      if (isDone) return [...seen, engine.record()]
      const target = targets[step % targets.length]!
      engine.applyScaling({
        prefill: settings.isDisagg ? targets[(step + 1) % targets.length]! : 0,
        decode: target,
      })
    }
  } catch (error) {
    if (!(error instanceof RunError)) throw error
    return [...seen, error.message]
  }
}

const KINDS = (['1.2.1', '1.6.1'] as const).flatMap(release =>
  [false, true].flatMap(hasKvRouter => [false, true].map(isDisagg => ({release, hasKvRouter, isDisagg}))),
)

test('a run is the same whether instances are advanced alone, plan their decoding, or stop for every event', () => {
  fc.assert(
    fc.property(traceAndArgs, settings, (run, scaling) => {
      for (const kind of KINDS) {
        const of = {...kind, ...scaling}
        expect(whatHappened(run, of, 1)).toEqual(whatHappened(run, of, Number.POSITIVE_INFINITY))
      }
    }),
    cases(16),
  )
})
