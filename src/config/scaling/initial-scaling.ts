import {unreachable} from '../../core/assert.ts'
import type {OtherScaling} from './parse-scaling.ts'

/**
 * What a policy begins with where nothing is said of its settings: one to eight replicas, by eight requests in flight a
 * replica, as public guides for such servers start; for a schedule, two replicas and four after five minutes.
 */
export function initialScaling(policy: OtherScaling['policy']): OtherScaling {
  switch (policy) {
    case 'hpa':
      return {policy, config: {pools: {all: INITIAL_HPA}}}
    case 'keda':
      return {policy, config: {pools: {all: INITIAL_KEDA}}}
    case 'kpa':
      return {
        policy,
        config: {pools: {all: {annotations: {target: '8', 'min-scale': '1', 'max-scale': '8'}}}},
      }
    case 'schedule':
      return {policy, config: {steps: [step(0, 2), step(300, 4)]}}
    default:
      return unreachable(policy)
  }
}

const INITIAL_HPA = {
  minReplicas: 1,
  maxReplicas: 8,
  metrics: [
    {
      type: 'External',
      external: {metric: {name: 'inflight'}, target: {type: 'AverageValue', averageValue: '8'}},
    },
  ],
  behavior: {scaleDown: {stabilizationWindowSeconds: 300}},
}

const INITIAL_KEDA = {
  minReplicaCount: 1,
  maxReplicaCount: 8,
  pollingInterval: 30,
  cooldownPeriod: 300,
  triggers: [{type: 'prometheus', metadata: {query: 'inflight', threshold: '8'}}],
}

/** Both pools of a disaggregated fleet; an aggregated one has `decode` alone. */
function step(at: number, replicas: number): {at: number; prefill: number; decode: number} {
  return {at, prefill: replicas, decode: replicas}
}
