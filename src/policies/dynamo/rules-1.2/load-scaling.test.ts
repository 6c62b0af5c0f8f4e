import {describe, expect, test} from 'vitest'
import {parsePlannerConfig} from '../../../config/planner/planner-config.ts'
import type {PlannerConfig} from '../../../config/scenario.ts'
import type {AggFit} from '../regression/agg-model.ts'
import type {InstanceLoad} from './latency-side.ts'
import {decideAggLoad, decideDisaggLoad, type PoolLoad} from './load-scaling.ts'
import {decideAggThroughput} from './throughput-scaling.ts'

function configOf(change: object = {}): PlannerConfig {
  const parsed = parsePlannerConfig({
    mode: 'agg',
    optimization_target: 'sla',
    enable_load_scaling: true,
    ttft: 1500,
    itl: 50,
    ...change,
  })
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value.config
}

/** 6 ms per pass, 0.02 ms per prefill token, 0.04 µs per KV token. */
const FIT: AggFit = {
  interceptS: 0.006,
  prefillTokenS: 2e-5,
  kvTokenS: 4e-8,
  avgIsl: 4000,
  avgDecodeLength: 10_000,
  avgPrefillTokens: 500,
}
const CAPABILITIES = {
  max_num_batched_tokens: 8192,
  max_num_seqs: 256,
  max_kv_tokens: 1_000_000,
  context_length: 1_000_000,
}

function instance(instanceId: number, load: Partial<InstanceLoad> = {}): InstanceLoad {
  return {
    instanceId,
    scheduledPrefillTokens: 0,
    scheduledDecodeKvTokens: 100_000,
    queuedPrefillTokens: 0,
    queuedDecodeKvTokens: 0,
    ...load,
  }
}

function pool(instances: readonly InstanceLoad[], change: Partial<PoolLoad<AggFit>> = {}): PoolLoad<AggFit> {
  return {
    instances,
    ready: instances.length,
    expected: instances.length,
    fit: FIT,
    sampleCount: 64,
    capabilities: CAPABILITIES,
    throughputBound: 1,
    ...change,
  }
}

function decide(load: PoolLoad<AggFit>, change: object = {}) {
  return decideAggLoad({config: configOf(change), pool: load, kvHitRate: null})
}

describe('aggregated fleet', () => {
  const busy = {scheduledDecodeKvTokens: 900_000}

  test('up only if every instance misses a target', () => {
    expect(decide(pool([instance(0, busy), instance(1, busy)]))).toMatchObject({
      scaleTo: {num_decode: 3},
      reason: 'scale_up',
    })
    expect(decide(pool([instance(0, busy), instance(1)]))).toMatchObject({
      scaleTo: null,
      reason: 'scale_down_refused_consolidation',
    })
  })

  test('down if both targets hold with one replica less', () => {
    const decision = decide(pool([instance(0), instance(1)]))
    expect(decision).toMatchObject({scaleTo: {num_decode: 1}, reason: 'scale_down'})
    const [check] = decision.explanation.itl!.checks
    // Twice the KV: 6 + 10 + 0.04e-3 * (200000 + 10000) ms, under 80 % of 50 ms.
    expect(check?.consolidation?.valueMs).toBeCloseTo(6 + 10 + 8.4, 9)
    expect(check?.consolidation).toMatchObject({limitMs: 40, kvTokens: 200_000, passes: true})
  })

  test('a queue blocks scaling down by its own part of TTFT', () => {
    const decision = decide(pool([instance(0, {queuedPrefillTokens: 40_000}), instance(1)]))
    expect(decision).toMatchObject({scaleTo: null, reason: 'scale_down_refused_consolidation'})
    expect(decision.explanation.ttft?.checks[1]?.consolidation).toBeUndefined()
  })

  test('the throughput bound keeps replicas, and can add several at once', () => {
    const idle = [instance(0), instance(1)]
    expect(decide(pool(idle, {throughputBound: 2}))).toMatchObject({
      scaleTo: null,
      reason: 'scale_down_capped_by_throughput',
    })
    expect(decide(pool(idle, {throughputBound: 5}))).toMatchObject({
      scaleTo: {num_decode: 5},
      reason: 'scale_up',
    })
    expect(decide(pool(idle, {throughputBound: 5}), {max_gpu_budget: 3})).toMatchObject({
      scaleTo: {num_decode: 3},
    })
  })

  test('guards, in their order', () => {
    const two = [instance(0), instance(1)]
    expect(decide(pool([], {expected: 3})).reason).toBe('no_fpm_data')
    expect(decide(pool(two, {expected: 3, ready: 1})).reason).toBe('scaling_in_progress')
    expect(decide(pool(two, {ready: 3, expected: 3})).reason).toBe('worker_count_mismatch')
    expect(decide(pool(two, {sampleCount: 4})).reason).toBe('insufficient_data')
    expect(decide(pool(two), {enable_load_scaling: false}).reason).toBe('disabled')
  })

  test('KV that would not fit is an objection even without a fit', () => {
    const full = {scheduledDecodeKvTokens: 600_000}
    expect(decide(pool([instance(0, full), instance(1)], {fit: null}))).toMatchObject({
      scaleTo: null,
      reason: 'scale_down_refused_consolidation',
    })
    expect(decide(pool([instance(0), instance(1)], {fit: null}))).toMatchObject({
      scaleTo: null,
      reason: 'no_change',
    })
  })

  test('a decision does not change its inputs and repeats', () => {
    const load = Object.freeze(pool(Object.freeze([Object.freeze(instance(0)), Object.freeze(instance(1))])))
    expect(decide(load)).toEqual(decide(load))
  })
})

describe('fixed thresholds', () => {
  test.each([
    ['throughput', 1_000_001, 'scale_up', {num_decode: 3}],
    ['throughput', 1_000_000, 'no_change', null],
    ['throughput', 599_999, 'scale_down', {num_decode: 1}],
    ['throughput', 600_000, 'no_change', null],
    ['latency', 400_001, 'scale_up', {num_decode: 3}],
    ['latency', 400_000, 'no_change', null],
    ['latency', 99_999, 'scale_down', {num_decode: 1}],
    ['latency', 100_000, 'no_change', null],
  ])('%s at %i KV tokens: %s', (target, scheduledDecodeKvTokens, reason, scaleTo) => {
    const instances = [0, 1].map(id => instance(id, {scheduledDecodeKvTokens}))
    const decision = decide(pool(instances, {fit: null, sampleCount: 0}), {optimization_target: target})
    expect(decision).toMatchObject({reason, scaleTo})
  })

  test.each([
    ['throughput', 1_000_000, 'scale_up'],
    ['throughput', 99_999, 'scale_down'],
    ['throughput', 100_000, 'no_change'],
    ['latency', 100_000, 'scale_up'],
    ['latency', 1, 'no_change'],
    ['latency', 0, 'scale_down'],
  ])('%s at %i queued prefill tokens: %s', (target, queuedPrefillTokens, reason) => {
    const config = configOf({mode: 'disagg', optimization_target: target})
    const prefill = {...pool([0, 1].map(id => instance(id, {queuedPrefillTokens}))), fit: null}
    const decode = {...pool([instance(0, {scheduledDecodeKvTokens: 200_000})]), fit: null}
    const decision = decideDisaggLoad({config, prefill, decode, kvHitRate: null})
    expect(decision.reasonPrefill).toBe(reason)
    expect(decision.reasonDecode).toBe('no_change')
  })
})

describe('throughput scaling', () => {
  const forecast = {numReq: 1800, isl: 4000, osl: 200, kvHitRate: 0, windowS: 60}

  test('a bound with load scaling, a decision within the budget without', () => {
    const inputs = {forecast, fit: FIT, capabilities: CAPABILITIES}
    const bound = decideAggThroughput({...inputs, config: configOf()})
    const rps = bound.instanceRpsDecode!
    const wanted = Math.ceil(30 / rps)
    expect(wanted).toBeGreaterThan(2)
    expect(bound).toMatchObject({scaleTo: null, bounds: {decode: wanted}, reason: 'set_lower_bound'})
    const config = configOf({enable_load_scaling: false, max_gpu_budget: 2})
    expect(decideAggThroughput({...inputs, config})).toMatchObject({
      scaleTo: {num_decode: 2},
      bounds: null,
      reason: 'scale',
    })
  })

  test('no fit, no answer', () => {
    const inputs = {config: configOf(), forecast, fit: null, capabilities: CAPABILITIES}
    expect(decideAggThroughput(inputs)).toMatchObject({
      scaleTo: null,
      bounds: null,
      reason: 'model_not_ready',
    })
  })
})
