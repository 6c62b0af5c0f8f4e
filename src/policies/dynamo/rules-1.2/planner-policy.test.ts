import {describe, expect, test} from 'vitest'
import {FLEET_WITHOUT_REQUESTS, poolWithoutRequests} from '../../../../test/support/pool-observation.ts'
import {runPlanner} from '../../../../test/support/run-planner.ts'
import {parsePlannerConfig} from '../../../config/planner/planner-config.ts'
import {RunError} from '../../../core/result.ts'
import {type Ms, ms} from '../../../core/units.ts'
import type {PoolObservation, ReplayEngine} from '../../../engine/observation.ts'
import type {ScalingRecord} from '../../../scaling/record.ts'
import {emptyPasses} from '../instance-cache.ts'
import type {PlannerDetail} from './planner-detail.ts'
import type {PlannerPolicyOptions} from './planner-policy.ts'

/** An engine of one pool in which things happen at given times only, each time one pass of every replica. */
class FakeEngine implements ReplayEngine {
  readonly completedRequests = 0
  readonly #eventsS: readonly number[]
  readonly #neverEnds: boolean
  readonly applied: number[] = []
  readonly asked: number[] = []
  #nowMs = 0
  #replicas = 2
  #passes = 0

  constructor(eventsS: readonly number[], neverEnds = false) {
    this.#eventsS = eventsS
    this.#neverEnds = neverEnds
  }

  standAt(): void {}

  runUntil(untilMs: Ms): boolean {
    this.asked.push(untilMs / 1000)
    const due = this.#eventsS.filter(at => at * 1000 > this.#nowMs && at * 1000 <= untilMs)
    this.#passes += due.length
    this.#nowMs = Math.max(this.#nowMs, ...due.map(at => at * 1000))
    return true
  }

  runToEnd(): boolean {
    throw new Error('the planner always looks again')
  }

  observe() {
    const count = this.#passes * this.#replicas
    const passes = {...emptyPasses(count), count}
    for (let i = 0; i < count; i++) {
      passes.instanceId[i] = i % this.#replicas
      passes.wallTimeS[i] = 0.01
      passes.numDecodeRequests[i] = 1
      passes.sumDecodeKvTokens[i] = 100 * (i + 1)
    }
    this.#passes = 0
    const last = this.#eventsS.at(-1) ?? 0
    const decode = {...emptyPool(), activeCount: this.#replicas, totalCount: this.#replicas, passes}
    return {
      nowMs: ms(this.#nowMs),
      fleet: FLEET_WITHOUT_REQUESTS,
      isDone: !this.#neverEnds && this.#nowMs >= last * 1000,
      prefill: emptyPool(),
      decode,
    }
  }

  applyScaling({decode}: {readonly decode: number}): void {
    this.applied.push(decode)
    this.#replicas = decode
  }

  drainTraffic() {
    return {durationS: 1, numReq: 1, avgIsl: 10, avgOsl: 5, avgTtftMs: 1, avgItlMs: 1, avgKvHitRate: 0}
  }
}

function emptyPool(): PoolObservation {
  return poolWithoutRequests({activeCount: 0, startingCount: 0, passes: emptyPasses(0)})
}

function run(
  engine: ReplayEngine,
  change: object = {},
  more: Partial<PlannerPolicyOptions> = {},
): ScalingRecord<PlannerDetail> {
  const parsed = parsePlannerConfig({
    mode: 'agg',
    load_adjustment_interval: 10,
    decode_engine_num_gpu: 1,
    ...change,
  })
  if (!parsed.ok) throw new Error(parsed.error.message)
  const capabilities = {
    prefill: null,
    decode: {max_num_batched_tokens: 8192, max_num_seqs: 256, max_kv_tokens: 1e6, context_length: 1e6},
  }
  const {config} = parsed.value
  const steps = runPlanner({engine, config, topology: 'agg', capabilities, bootstrap: null, ...more})
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

describe('idle gaps', () => {
  test('the run steps on where the reference would repeat a tick for ever', () => {
    const record = run(new FakeEngine([1, 2, 3, 4, 95, 96, 130]), {max_gpu_budget: 2, min_gpu_budget: 2})
    const at = record.ticks.map(tick => tick.at_s)
    // The first tick that finds nothing new is repeated once, as in the reference.
    expect(at.slice(0, 5)).toEqual([10, 14, 14, 24, 34])
    expect(at.at(-1)).toBeGreaterThan(96)
    expect(record.notices.filter(notice => notice.includes('steps on'))).toHaveLength(1)
  })

  test('no notice where something happens in every interval', () => {
    expect(
      run(new FakeEngine([1, 9, 18, 27, 36, 45]), {max_gpu_budget: 2, min_gpu_budget: 2}).notices,
    ).toEqual([])
  })

  test('a run in which nothing ever happens again ends with an error', () => {
    expect(() => run(new FakeEngine([1, 2], true))).toThrow(RunError)
  })
})

describe('decisions', () => {
  test('an idle fleet is scaled down, and the event names the time seen', () => {
    const engine = new FakeEngine([1, 9, 18, 27])
    const record = run(engine)
    expect(engine.applied).toEqual([1])
    expect(record.scalingEvents).toEqual([
      {at_s: 9, component: 'agg', from_count: 2, to_count: 1, reason: 'scale_down'},
    ])
    expect(record.ticks[0]).toMatchObject({at_s: 10, now_s: 9, active_decode: 2, scale_to: {num_decode: 1}})
  })

  test('GPU-hours count from the first tick, with the replicas at the end of each interval', () => {
    const record = run(new FakeEngine([1, 9, 18, 27]))
    expect(record.totalTicks).toBe(2)
    expect(record.gpuHours).toBeCloseTo((1 * 9) / 3600, 12)
    const off = run(new FakeEngine([1, 9, 18, 27]), {report_interval_hours: null, live_dashboard_port: 0})
    expect(off.gpuHours).toBe(0)
  })

  test('a phase shift moves the first tick', () => {
    const engine = new FakeEngine([1, 9, 18, 27])
    run(engine, {}, {phaseShiftS: 2.5})
    expect(engine.asked[0]).toBe(12.5)
  })

  test('a tick explains what it looked at', () => {
    const [tick] = run(new FakeEngine([1, 9, 18, 27])).ticks
    expect(tick?.detail.engines).toHaveLength(2)
    expect(tick?.detail.explanation.load?.explanation).toMatchObject({
      decodeUse: {desired: 1, scaleUpAt: 1, scaleDownAt: 0.6},
      decodeCounts: {current: 2, wanted: 1, floored: 1, final: 1},
    })
  })
})

test('the host gets control between ticks and whenever the engine stops early', () => {
  const engine = new FakeEngine([1, 9, 18, 27])
  const runUntil = engine.runUntil.bind(engine)
  let calls = 0
  engine.runUntil = untilMs => (++calls % 3 === 0 ? runUntil(untilMs) : false)
  const parsed = parsePlannerConfig({mode: 'agg', load_adjustment_interval: 10})
  if (!parsed.ok) throw new Error(parsed.error.message)
  const capabilities = {
    prefill: null,
    decode: {max_num_batched_tokens: 8192, max_num_seqs: 256, max_kv_tokens: 1e6, context_length: 1e6},
  }
  const steps = runPlanner({
    engine,
    config: parsed.value.config,
    topology: 'agg',
    capabilities,
    bootstrap: null,
  })
  let yields = 0
  while (!steps.next().done) yields++
  // Two early stops before each of three calls that finish, and one yield after each of two ticks.
  expect(yields).toBe(8)
})
