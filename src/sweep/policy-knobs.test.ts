import {expect, test} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {initialScaling} from '../config/scaling/initial-scaling.ts'
import {applySweepValue, findSweepKey} from './keys.ts'

function applied(policy: 'hpa' | 'keda' | 'kpa' | 'schedule', name: string, value: number): unknown {
  const key = findSweepKey(name)
  if (!key.ok) throw new Error(key.error.message)
  const next = applySweepValue({...defaultScenario(), scaling: initialScaling(policy)}, key.value, value)
  return next.ok ? next.value.scaling : next.error.message
}

test('a knob of an autoscaler has one name in all of them', () => {
  expect(applied('hpa', 'policy.min_replicas', 3)).toMatchObject({config: {pools: {all: {minReplicas: 3}}}})
  expect(applied('keda', 'policy.min_replicas', 3)).toMatchObject({
    config: {pools: {all: {minReplicaCount: 3}}},
  })
  expect(applied('kpa', 'policy.min_replicas', 3)).toMatchObject({
    config: {pools: {all: {annotations: {'min-scale': '3'}}}},
  })
  expect(applied('hpa', 'policy.target_2', 12)).toMatchObject({
    config: {pools: {all: {metrics: [{}, {external: {target: {averageValue: '12'}}}]}}},
  })
  expect(applied('kpa', 'policy.scale_down_window', 90)).toMatchObject({
    config: {pools: {all: {annotations: {'scale-down-delay': '90s'}}}},
  })
})

test('what an autoscaler has not, or who is none, is said in a sentence', () => {
  expect(applied('hpa', 'policy.target_3', 12)).toContain('hpa has no target 3')
  expect(applied('hpa', 'policy.max_replicas', 0)).toContain('policy.max_replicas')
  expect(applied('schedule', 'policy.min_replicas', 2)).toContain('schedule has no fewest replicas')
})
