import {describe, expect, test} from 'vitest'
import {parseHpaSpec} from '../../config/scaling/parse-hpa-spec.ts'
import {HpaAutoscaler} from './hpa-autoscaler.ts'
import type {HpaPod, HpaSeen, MetricReading} from './hpa-seen.ts'

const POD: HpaPod = {
  phase: 'Running',
  isReady: true,
  isDeleting: false,
  startMs: null,
  readySinceMs: null,
  requestMilli: 0,
}

/** Waiting requests in all, 5 to a replica. */
const QUEUE = {
  type: 'External',
  external: {metric: {name: 'waiting'}, target: {type: 'AverageValue', averageValue: '5'}},
}

function autoscaler(spec: object): HpaAutoscaler {
  const parsed = parseHpaSpec({minReplicas: 1, maxReplicas: 20, metrics: [QUEUE], ...spec})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return new HpaAutoscaler(parsed.value)
}

function seen(atS: number, replicas: number, reading: MetricReading, pods?: readonly HpaPod[]): HpaSeen {
  return {
    nowMs: atS * 1000,
    specReplicas: replicas,
    statusReplicas: replicas,
    pods: pods ?? Array.from({length: replicas}, () => POD),
    askMetrics: () => [reading],
  }
}

function waiting(requests: number): MetricReading {
  return {kind: 'series', milli: [requests * 1000]}
}

describe('HPA', () => {
  test('asks for the total over the target, at most doubled, or four', () => {
    const hpa = autoscaler({})
    // 61 / 5 = 12.2, so 13 are wanted; from 2 replicas at most 4 are allowed, from 4 at most 8.
    expect(hpa.sync(seen(0, 2, waiting(61)))).toMatchObject({desired: 4, why: 'above-target'})
    expect(hpa.sync(seen(15, 4, waiting(61)))).toMatchObject({desired: 8})
    expect(hpa.sync(seen(30, 8, waiting(61)))).toMatchObject({desired: 13, stabilised: 13})
  })

  test('keeps its size within a tenth of the target, both ends included', () => {
    const hpa = autoscaler({})
    expect(hpa.sync(seen(0, 4, waiting(22))).desired).toBe(4)
    expect(hpa.sync(seen(15, 4, waiting(22.001))).desired).toBe(5)
  })

  test('shrinks only when 300 s have not asked for more, an entry just as old included', () => {
    const hpa = autoscaler({})
    hpa.sync(seen(0, 4, waiting(20)))
    const held = hpa.sync(seen(300, 4, waiting(0)))
    expect(held).toMatchObject({desired: 4, stabilised: 4})
    expect(held.conditions.able).toBe('True/ScaleDownStabilized')
    expect(hpa.sync(seen(301, 4, waiting(0)))).toMatchObject({desired: 1, why: 'below-target'})
  })

  test('lets one pod a minute go where its rules say so', () => {
    const scaleDown = {
      stabilizationWindowSeconds: 0,
      policies: [{type: 'Pods', value: 1, periodSeconds: 60}],
    }
    const hpa = autoscaler({behavior: {scaleDown}})
    expect(hpa.sync(seen(0, 4, waiting(0))).desired).toBe(3)
    const held = hpa.sync(seen(15, 3, waiting(0)))
    expect(held.desired).toBe(3)
    expect(held.conditions.limited).toBe('True/ScaleDownLimit')
    expect(hpa.sync(seen(60, 3, waiting(0))).desired).toBe(2)
  })

  test('takes pods without a sample for idle while it grows', () => {
    const metrics = [
      {type: 'Pods', pods: {metric: {name: 'running'}, target: {type: 'AverageValue', averageValue: '10'}}},
    ]
    const hpa = autoscaler({metrics})
    // One pod at 30 of 10 alone asks for 3; with a second, silent one the mean is 15, and 1.5 of 2 pods is 3 as well.
    const one: MetricReading = {kind: 'samples', milli: [30_000, null]}
    expect(hpa.sync(seen(0, 2, one)).proposals?.[0]).toMatchObject({replicas: 3, ratio: 1.5})
    const none: MetricReading = {kind: 'samples', milli: [null, null]}
    expect(hpa.sync(seen(15, 2, none))).toMatchObject({desired: 2, hasError: true, metric: null})
  })

  test('asks no metric outside its bounds', () => {
    const hpa = autoscaler({minReplicas: 3, maxReplicas: 5})
    const ask = (): never => {
      throw new Error('asked')
    }
    expect(hpa.sync({...seen(0, 8, waiting(0)), askMetrics: ask})).toMatchObject({
      desired: 5,
      why: 'above-max',
    })
    expect(hpa.sync({...seen(15, 1, waiting(0)), askMetrics: ask})).toMatchObject({
      desired: 3,
      why: 'below-min',
    })
  })
})
