import {expect, test} from 'vitest'
import {FLEET_WITHOUT_REQUESTS, poolWithoutRequests} from '../../test/support/pool-observation.ts'
import {RunError} from '../core/result.ts'
import {type Ms, ms} from '../core/units.ts'
import type {EngineObservation, ReplayEngine} from '../engine/observation.ts'
import {emptyPasses} from '../policies/dynamo/instance-cache.ts'
import {drive} from './drive.ts'
import type {PolicyTick, ScaleTargets, ScalingPolicy, TaggedDetail} from './policy.ts'
import type {ScalingRecord} from './record.ts'

/** One pool with an event each second to the end, and replicas that start and never get ready. */
class StartingEngine implements ReplayEngine {
  readonly completedRequests = 0
  readonly applied: number[] = []
  readonly stoodAt: number[] = []
  readonly #endS: number
  #nowS = 0
  #starting = 0
  ranToEnd = false

  constructor(endS: number) {
    this.#endS = endS
  }

  runUntil(untilMs: Ms): boolean {
    this.#nowS = Math.min(Math.floor(untilMs / 1000), this.#endS)
    return true
  }

  standAt(atMs: Ms): void {
    this.stoodAt.push(atMs / 1000)
  }

  runToEnd(): boolean {
    this.ranToEnd = true
    return true
  }

  observe(): EngineObservation {
    const pool = (activeCount: number, startingCount: number) =>
      poolWithoutRequests({activeCount, startingCount, passes: emptyPasses(0)})
    return {
      nowMs: ms(this.#nowS * 1000),
      isDone: this.#nowS === 40,
      prefill: pool(0, 0),
      decode: pool(2, this.#starting),
      fleet: {
        ...FLEET_WITHOUT_REQUESTS,
        arrivedRequests: this.#endS,
        completedRequests: this.#nowS === 40 ? 40 : 0,
      },
    }
  }

  applyScaling({decode}: {readonly decode: number}): void {
    this.applied.push(decode)
    this.#starting = decode - 2
  }

  drainTraffic() {
    return {durationS: 0, numReq: 0, avgIsl: 0, avgOsl: 0, avgTtftMs: 0, avgItlMs: 0, avgKvHitRate: 0}
  }
}

type Wish = (tick: number) => ScaleTargets | null

/** Looks every ten seconds by the clock and wants what it was told to want. */
function clockwork(
  comparesWith: ScalingPolicy['comparesWith'],
  wish: Wish,
  untilS = Infinity,
): ScalingPolicy {
  let atS = 10
  return {
    comparesWith,
    nextTick: () => ({atS: atS > untilS ? Infinity : atS, readsPasses: false, drainsTraffic: true}),
    decide: (_: PolicyTick, __, traffic) => {
      expect(traffic).toBeNull()
      return {scaleTo: wish(atS / 10), reason: 'because', detail: {policy: 'schedule'}}
    },
    advance: tick => {
      atS = tick.atS + 10
    },
    notices: () => [],
  }
}

function run(engine: ReplayEngine, policy: ScalingPolicy): ScalingRecord<TaggedDetail> {
  const steps = drive({engine, policy, topology: 'agg', gpus: {prefill: 0, decode: 3}})
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

const wanted = (decode: number): ScaleTargets => ({prefill: null, decode})

test('a target compared with what was asked for is asked for once, and taken back', () => {
  const engine = new StartingEngine(40)
  const record = run(
    engine,
    clockwork('requested', tick => wanted(tick < 3 ? 5 : 2)),
  )
  expect(engine.applied).toEqual([5, 2])
  expect(engine.stoodAt).toEqual([10, 20, 30])
  expect(record.scalingEvents).toEqual([
    {at_s: 10, component: 'agg', from_count: 2, to_count: 5, reason: 'scale_up'},
    {at_s: 30, component: 'agg', from_count: 5, to_count: 2, reason: 'scale_down'},
  ])
  expect(record.ticks.map(({at_s, scale_to, reason}) => [at_s, scale_to, reason])).toEqual([
    [10, {num_decode: 5}, 'because'],
    [20, {num_decode: 5}, 'because'],
    [30, {num_decode: 2}, 'because'],
  ])
  expect(record.gpuHours).toBeCloseTo((2 * 3 * 20) / 3600, 12)
})

test('a target compared with what serves is asked for again while replicas start', () => {
  const engine = new StartingEngine(40)
  run(
    engine,
    clockwork('serving', () => wanted(5)),
  )
  expect(engine.applied).toEqual([5, 5, 5])
})

test('a policy that never looks again leaves the engine to run to its end', () => {
  const engine = new StartingEngine(40)
  const record = run(
    engine,
    clockwork('serving', () => null, 20),
  )
  expect(engine.ranToEnd).toBe(true)
  expect(record.totalTicks).toBe(2)
})

test('one that keeps to the clock and never looks again has the run end, or says who waits', () => {
  const untilTwenty = () => clockwork('requested', () => null, 20)
  expect(run(new StartingEngine(40), untilTwenty()).totalTicks).toBe(2)
  expect(() => run(new StartingEngine(30), untilTwenty())).toThrow(/30 requests wait/)
})

test('a policy that keeps to the clock does not wait for ever for a run in which nothing happens', () => {
  expect(() =>
    run(
      new StartingEngine(3),
      clockwork('requested', () => null),
    ),
  ).toThrow(RunError)
})
