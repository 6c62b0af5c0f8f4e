import {expect, test} from 'vitest'
import {defaultEngineArgs} from '../../src/config/engine/engine-args.ts'
import {plannerConfigWith} from '../../src/config/presets.ts'
import type {Scaling, Scenario} from '../../src/config/scenario.ts'
import {scalingBy} from '../../src/config/scenario.ts'
import {parseStartup} from '../../src/config/startup/parse-startup.ts'
import * as clusterPolicies from '../../src/policies/create-cluster-policy.ts'
import * as parts16 from '../../src/run/parts-1.6.ts'
import type {RunResult} from '../../src/run/run.ts'
import {replayScenario} from './replay.ts'
import {SMALL_DAY, SMALL_FLEET, workloadOf} from './small-day.ts'

const AVERAGE = (name: string, averageValue: string): object => ({
  type: 'External',
  external: {metric: {name}, target: {type: 'AverageValue', averageValue}},
})
const HPA_SPEC = {
  minReplicas: 1,
  maxReplicas: 6,
  metrics: [AVERAGE('sum(waiting)', '2'), AVERAGE('sum(running)', '6'), AVERAGE('rate(1m)', '2')],
  behavior: {scaleDown: {stabilizationWindowSeconds: 30}},
}
const TRIGGER = {type: 'prometheus', metadata: {query: 'sum(waiting)', threshold: '2'}}
const TTFT = {
  type: 'prometheus',
  metricType: 'Value',
  metadata: {query: 'ttft(p95,1m)', threshold: '1'},
}

const KEDA_BEHAVIOR = {
  advanced: {
    horizontalPodAutoscalerConfig: {behavior: {scaleDown: {stabilizationWindowSeconds: 30}}},
  },
}

const POLICIES: Readonly<Record<string, Scaling>> = {
  hpa: {policy: 'hpa', config: {pools: {all: HPA_SPEC}}},
  keda: {
    policy: 'keda',
    config: {
      pools: {all: {minReplicaCount: 1, maxReplicaCount: 6, ...KEDA_BEHAVIOR, triggers: [TRIGGER, TTFT]}},
      scrapeSeconds: 5,
      lagSeconds: 2,
    },
  },
  kpa: {policy: 'kpa', config: {pools: {all: {annotations: {target: '8', 'max-scale': '6'}}}}},
  schedule: {
    policy: 'schedule',
    config: {
      steps: [
        {at: 0, decode: 2},
        {at: 200, decode: 5},
        {at: 450, decode: 1},
      ],
    },
  },
}

function run(trace: string, changes: Partial<Scenario>): RunResult {
  const scenario = {...SMALL_FLEET, ...changes}
  return replayScenario(scenario, workloadOf(trace), {later: {parts16, clusterPolicies}}).result
}

/** All that was felt, and by when. */
function felt({engine}: RunResult): unknown {
  const {arrivalMs, firstTokenMs, lastTokenMs, workerId} = engine.requests
  return {arrivalMs, firstTokenMs, lastTokenMs, workerId, workers: engine.workers}
}

test.each(Object.entries(POLICIES))(
  '%s serves every request, decides, and explains each decision',
  (_, scaling) => {
    const result = run(SMALL_DAY, {scaling})
    const {scaling: record} = result
    if (record === null) throw new Error('no record of the policy')
    expect(result.report.completed_requests).toBe(900)
    expect(record.scalingEvents.length).toBeGreaterThan(1)
    for (const {at_s, detail} of record.ticks) {
      expect(detail.policy).toBe(scaling.policy)
      if (!('decode' in detail)) continue
      expect(detail.decode?.words.length, `at ${at_s} s`).toBeGreaterThan(0)
    }
  },
)

test.each(Object.entries(POLICIES))(
  '%s does not see the future: another end changes no earlier decision',
  (_, scaling) => {
    const lines = SMALL_DAY.trimEnd().split('\n')
    const cut = Math.floor(lines.length / 2)
    const cutS = (JSON.parse(lines[cut] ?? '{}') as {timestamp: number}).timestamp / 1000
    const ended = run(`${lines.slice(0, cut).join('\n')}\n`, {scaling}).scaling
    const whole = run(SMALL_DAY, {scaling}).scaling
    const before = (policy: typeof whole) => policy?.ticks.filter(({at_s}) => at_s < cutS)
    expect(before(whole)?.length).toBeGreaterThan(scaling.policy === 'schedule' ? 0 : 5)
    expect(before(ended)).toEqual(before(whole))
  },
)

test('a policy that may not move the fleet gives the plain run', () => {
  const pinned = {...HPA_SPEC, minReplicas: 2, maxReplicas: 2}
  const hpa = run(SMALL_DAY, {scaling: {policy: 'hpa', config: {pools: {all: pinned}}}})
  const schedule = run(SMALL_DAY, {scaling: {policy: 'schedule', config: {steps: [{at: 0, decode: 2}]}}})
  const plain = run(SMALL_DAY, {})
  expect(felt(hpa)).toEqual(felt(plain))
  expect(felt(schedule)).toEqual(felt(plain))
  expect(hpa.engine.endMs).toBe(plain.engine.endMs)
})

test("a schedule that copies a planner's decisions gives the planner's run", () => {
  const planner = plannerConfigWith('agg', {optimization_target: 'latency', load_adjustment_interval: 5})
  const planned = run(SMALL_DAY, {scaling: scalingBy(planner)})
  const events = planned.scaling?.scalingEvents ?? []
  expect(events.length).toBeGreaterThan(3)
  // The planner's targets are those of its ticks: what they were compared with does not matter to the fleet.
  const byMoment = new Map<number, number>()
  for (const {now_s, scale_to, active_decode} of planned.scaling?.ticks ?? []) {
    const decode = scale_to?.num_decode
    if (decode !== undefined && decode !== active_decode) byMoment.set(now_s, decode)
  }
  const steps = [...byMoment].map(([at, decode]) => ({at, decode}))
  const copied = run(SMALL_DAY, {scaling: {policy: 'schedule', config: {steps}}})
  expect(felt(copied)).toEqual(felt(planned))
})

test('a constant start-up is the engine args’ own, to the bit, and a random one is the same for the same seed', () => {
  const scaling = POLICIES.hpa
  const startup = parseStartup('20')
  const random = parseStartup('lognormal(median=20s,p95=60s);fail(share=10%,timeout=30s)')
  if (!startup.ok || !random.ok || scaling === undefined) throw new Error('cannot be read')
  expect(felt(run(SMALL_DAY, {scaling, startup: startup.value}))).toEqual(felt(run(SMALL_DAY, {scaling})))
  const once = run(SMALL_DAY, {scaling, startup: random.value})
  expect(felt(run(SMALL_DAY, {scaling, startup: random.value}))).toEqual(felt(once))
  expect(felt(run(SMALL_DAY, {scaling, startup: random.value, seed: 1}))).not.toEqual(felt(once))
})

/** Asleep in the night, and again in the middle of the day. */
const ASLEEP: Scaling = {
  policy: 'schedule',
  config: {
    steps: [
      {at: 0, prefill: 0, decode: 0},
      {at: 90, prefill: 1, decode: 1},
      {at: 300, prefill: 0, decode: 0},
      {at: 330, prefill: 2, decode: 3},
    ],
  },
}

test.each([
  ['1.2.1', 'round_robin', 'agg'],
  ['1.2.1', 'kv_router', 'agg'],
  ['1.2.1', 'round_robin', 'disagg'],
  ['1.6.1', 'round_robin', 'agg'],
  ['1.6.1', 'kv_router', 'agg'],
  ['1.6.1', 'round_robin', 'disagg'],
] as const)(
  '%s, %s, %s: requests wait while nobody serves, and are served by the first that does',
  (...kind) => {
    const [release, routerMode, topology] = kind
    const args = {...defaultEngineArgs(), num_gpu_blocks: 9000, max_num_seqs: 16, startup_time: 20}
    const poolOf = (worker_type: 'aggregated' | 'prefill' | 'decode') => ({
      args: {...args, worker_type},
      initialWorkers: 1,
      gpusPerInstance: 1,
    })
    const {report, engine} = run(SMALL_DAY, {
      release,
      routerMode,
      scaling: ASLEEP,
      fleet:
        topology === 'agg'
          ? {topology, workers: poolOf('aggregated')}
          : {topology, prefill: poolOf('prefill'), decode: poolOf('decode')},
    })
    expect(report.completed_requests).toBe(900)
    const {arrivalMs, firstTokenMs, count} = engine.requests
    for (let r = 0; r < count; r++)
      if (arrivalMs[r]! > 0 && arrivalMs[r]! < 80_000) expect(firstTokenMs[r]).toBeGreaterThan(110_000)
  },
)

const SLEEPING = {minReplicaCount: 0, maxReplicaCount: 4, cooldownPeriod: 30, pollingInterval: 10}
const IN_FLIGHT = {type: 'prometheus', metadata: {query: 'inflight', threshold: '4'}}

test.each<[string, Scaling]>([
  [
    'KEDA',
    {
      policy: 'keda',
      config: {pools: {all: {...SLEEPING, ...KEDA_BEHAVIOR, triggers: [IN_FLIGHT]}}, scrapeSeconds: 5},
    },
  ],
  [
    'Knative',
    {
      policy: 'kpa',
      config: {pools: {all: {annotations: {target: '8', window: '10s', 'min-scale': '0', 'max-scale': '6'}}}},
    },
  ],
])('%s goes to zero, and comes back for what waits', (_, scaling) => {
  // Every other minute and a half nobody comes.
  const lines = SMALL_DAY.trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as {timestamp: number})
  const gaps = lines.filter(({timestamp}) => Math.floor(timestamp / 90_000) % 2 === 0)
  const {report, scaling: record} = run(gaps.map(line => JSON.stringify(line)).join('\n'), {scaling})
  expect(report.completed_requests).toBe(gaps.length)
  const zero = record?.scalingEvents.findIndex(({to_count}) => to_count === 0) ?? -1
  expect(zero).toBeGreaterThan(0)
  expect(record?.scalingEvents.slice(zero).some(({to_count}) => to_count > 0)).toBe(true)
})

test('slow first passes are slow, and only those of instances that were started', () => {
  const scaling = POLICIES.schedule!
  const slow = parseStartup('20;slow(passes=40,factor=5)')
  if (!slow.ok) throw new Error('cannot be read')
  const [before, after] = [run(SMALL_DAY, {scaling}), run(SMALL_DAY, {scaling, startup: slow.value})]
  const busy = (result: RunResult) => result.engine.workers.map(({busyMs, passes}) => busyMs / passes)
  expect(felt(run(SMALL_DAY, {startup: slow.value}))).toEqual(felt(run(SMALL_DAY, {})))
  expect(busy(after)[2]).toBeGreaterThan(busy(before)[2]!)
  expect(after.report.mean_e2e_latency_ms).toBeGreaterThan(before.report.mean_e2e_latency_ms)
})
